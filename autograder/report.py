"""Report an assignment's scores: a table, a CSV file, a comparison with expected scores."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from rich.table import Table

from autograder.course import Course
from autograder.errors import AutograderError


@dataclass(frozen=True)
class Row:
    """One student's scores: in all, and by grade id; ``score`` is None if never graded."""

    student: str
    score: float | None
    max_score: float
    needs_person: bool
    cells: dict[str, float | None]

    @property
    def status(self) -> str:
        if self.score is None:
            return "not graded"
        return "needs a person" if self.needs_person else "graded"


def rows(course: Course, name: str, students: list[str]) -> tuple[dict[str, float], list[Row]]:
    """Return the assignment's graded cells with their points, and a row for each student."""
    course.notebooks(name)
    with course.gradebook() as gradebook:
        notebooks = gradebook.find_assignment(name).notebooks
        points = {c.name: c.max_score for n in notebooks for c in n.grade_cells if c.max_score}
        found = []
        for student in students:
            try:
                submission = gradebook.find_submission(name, student)
            except MissingEntry:
                found.append(Row(student, None, sum(points.values()), True, dict.fromkeys(points)))
                continue
            cells = {g.name: g.score for n in submission.notebooks for g in n.grades}
            graded = any(course.folder("autograded", student, name).glob("*.ipynb"))
            found.append(
                Row(
                    student,
                    submission.score if graded else None,
                    submission.max_score,
                    submission.needs_manual_grade or not graded,
                    {grade_id: cells.get(grade_id) for grade_id in points},
                )
            )
        return points, found


def table(title: str, points: dict[str, float], found: list[Row]) -> Table:
    """Return the report as a table for the terminal."""
    view = Table(title=title)
    view.add_column("student")
    for grade_id, value in points.items():
        view.add_column(f"{grade_id.removeprefix('test-')} ({value:g})", justify="right")
    view.add_column(f"score ({sum(points.values()):g})", justify="right")
    view.add_column("status")
    for row in found:
        cells = [_number(value) for value in row.cells.values()]
        view.add_row(row.student, *cells, _number(row.score), row.status)
    graded = [row.score for row in found if row.score is not None]
    if graded:
        passed = [
            sum(row.cells[g] == v for row in found if row.score is not None)
            for g, v in points.items()
        ]
        view.add_section()
        view.add_row("full marks", *(f"{n}/{len(graded)}" for n in passed), "", "")
        mean = sum(graded) / len(graded)
        view.add_row("mean", *[""] * len(points), f"{mean:.2f}", "")
    return view


def write_csv(path: Path, points: dict[str, float], found: list[Row]) -> None:
    """Write a line for each student: student, score, max_score, status, every graded cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["student", "score", "max_score", "status", *points])
        for row in found:
            cells = [_number(value) for value in row.cells.values()]
            writer.writerow(
                [row.student, _number(row.score), _number(row.max_score), row.status, *cells]
            )


def differences(expected: Path, found: list[Row]) -> list[str]:
    """Return a sentence for each student whose score is not that of the CSV file ``expected``.

    The file has at least the columns student and score. Raises AutograderError if it has not.
    """
    try:
        with expected.open(encoding="utf-8", newline="") as stream:
            scores = {line["student"]: float(line["score"]) for line in csv.DictReader(stream)}
    except (OSError, KeyError, ValueError) as error:
        raise AutograderError(
            f"{expected} is not a list of expected scores (columns student and score): {error}"
        ) from error
    actual = {row.student: row.score for row in found}
    return [
        f"{student}: expected {score:g}, got {_number(actual.get(student)) or 'no score'}"
        for student, score in scores.items()
        if actual.get(student) != score
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
