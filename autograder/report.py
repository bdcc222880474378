"""Report an assignment's scores: read them from the gradebook, show them, compare them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from rich.table import Table
from sqlalchemy import RowMapping, Select, func, select

from autograder.course import Course
from autograder.errors import AutograderError


@dataclass(frozen=True)
class Item:
    """A graded cell: its grade id and points, and whether a person gives them.

    Where an assignment has several notebooks, the notebook's name stands before the grade id.
    """

    name: str
    points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Row:
    """One student's scores: in all, and by item; ``raw`` is None if never graded, an item's points
    are None if nothing gave any yet. ``waiting`` names the items that need a person."""

    student: str
    raw: float | None
    max_score: float
    cells: dict[str, float | None]
    penalty: float = 0.0
    waiting: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    timestamp: datetime | None = None

    @property
    def score(self) -> float | None:
        """The score after nbgrader's penalty for a late submission."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)

    @property
    def status(self) -> str:
        if self.raw is None:
            return "not graded"
        return "needs a person" if self.waiting else "graded"

    @property
    def final(self) -> bool:
        """Whether the score may go to the student: everything is graded."""
        return self.status == "graded"


@dataclass(frozen=True)
class Scores:
    """What the gradebook knows of one assignment's submissions."""

    name: str
    due: datetime | None
    items: list[Item]
    rows: list[Row]

    @property
    def max_score(self) -> float:
        return sum(item.points for item in self.items)


@dataclass
class _Sum:
    """What is added up of one student's submission while the lines of the query pass by."""

    first: RowMapping
    raw: float = 0.0
    cells: dict[str, float | None] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    penalties: dict[str, float] = field(default_factory=dict)


def read(course: Course, name: str, students: list[str]) -> Scores:
    """Return the assignment's items, and a row for each of the given students.

    One query for all: the sums that nbgrader's own objects offer search the whole table of grades
    for each student. Raises UnknownAssignment or AutograderError if there is no such assignment.
    """
    course.notebooks(name)
    with course.gradebook() as gradebook:
        assignment = gradebook.find_assignment(name)
        by_cell = _items(assignment)
        found: dict[str, _Sum] = {}
        for entry in gradebook.db.execute(_query(assignment)).mappings():
            total = found.setdefault(entry["student"], _Sum(entry))
            total.penalties[entry["notebook"]] = entry["penalty"] or 0.0
            total.raw += entry["score"] or 0.0
            item = by_cell.get(entry["cell"])
            if item:
                known = entry["automatic"] is not None or entry["manual"] is not None
                total.cells[item.name] = entry["score"] if known else None
                if entry["waits"]:
                    total.waiting.append(item.name)
        items = list(by_cell.values())
        rows = [_row(course, name, items, student, found.get(student)) for student in students]
        return Scores(name, assignment.duedate, items, rows)


def waiting(course: Course, name: str) -> dict[str, int]:
    """Return how many submissions wait for points by hand, by :attr:`Item.name`."""
    with course.gradebook() as gradebook:
        items = _items(gradebook.find_assignment(name))
        counts = (
            select(Grade.cell_id, func.count())
            .where(Grade.needs_manual_grade, Grade.cell_id.in_(items))
            .group_by(Grade.cell_id)
        )
        found = dict(gradebook.db.execute(counts).all())
        return {item.name: found[cell] for cell, item in items.items() if cell in found}


def _query(assignment: Assignment) -> Select:
    """Return the query for every submission of an assignment: a line for each graded cell."""
    notebooks = [notebook.id for notebook in assignment.notebooks]
    cells = [cell.id for notebook in assignment.notebooks for cell in _graded_cells(notebook)]
    return (
        select(
            Student.id.label("student"),
            Student.first_name,
            Student.last_name,
            Student.email,
            Student.lms_user_id,
            SubmittedAssignment.timestamp,
            SubmittedNotebook.id.label("notebook"),
            SubmittedNotebook.late_submission_penalty.label("penalty"),
            Grade.cell_id.label("cell"),
            Grade.score.label("score"),
            Grade.auto_score.label("automatic"),
            Grade.manual_score.label("manual"),
            Grade.needs_manual_grade.label("waits"),
        )
        .select_from(SubmittedAssignment)
        .join(Student)
        # The gradebook's indices begin with the notebook and with the cell.
        .outerjoin(
            SubmittedNotebook,
            (SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            & SubmittedNotebook.notebook_id.in_(notebooks),
        )
        .outerjoin(Grade, (Grade.notebook_id == SubmittedNotebook.id) & Grade.cell_id.in_(cells))
        .where(SubmittedAssignment.assignment_id == assignment.id)
    )


def _graded_cells(notebook: Notebook) -> list[GradeCell | TaskCell]:
    return [*notebook.grade_cells, *notebook.task_cells]


def _items(assignment: Assignment) -> dict[str, Item]:
    """Return what gives points, by the gradebook's own ids, in the order of the notebooks."""
    items = {}
    notebooks = sorted(assignment.notebooks, key=lambda notebook: notebook.name)
    for notebook in notebooks:
        prefix = f"{notebook.name}/" if len(notebooks) > 1 else ""
        solutions = {cell.name for cell in notebook.solution_cells}
        for cell in _graded_cells(notebook):
            if cell.max_score:
                by_hand = cell.name in solutions or cell in notebook.task_cells
                items[cell.id] = Item(prefix + cell.name, cell.max_score, by_hand)
    return items


def automatic_points(course: Course, name: str) -> dict[str, float]:
    """Return the points of the cells that tests grade, by :attr:`Item.name`.

    Raises UnknownAssignment, or AutograderError if the assignment was not released here.
    """
    course.notebooks(name)
    with course.gradebook() as gradebook:
        items = _items(gradebook.find_assignment(name)).values()
        return {item.name: item.points for item in items if not item.by_hand}


def _row(course: Course, name: str, items: list[Item], student: str, found: _Sum | None) -> Row:
    max_score = sum(item.points for item in items)
    if found is None:
        return Row(student, None, max_score, {item.name: None for item in items})
    graded = any(course.folder("autograded", student, name).glob("*.ipynb"))
    return Row(
        student,
        found.raw if graded else None,
        max_score,
        {item.name: found.cells.get(item.name) for item in items},
        sum(found.penalties.values()),
        tuple(item.name for item in items if item.name in found.waiting),
        found.first["first_name"] or "",
        found.first["last_name"] or "",
        found.first["email"] or "",
        found.first["lms_user_id"] or "",
        found.first["timestamp"],
    )


def table(scores: Scores) -> Table:
    """Return the report as a table for the terminal."""
    view = Table(title=scores.name)
    view.add_column("student")
    for item in scores.items:
        note = ", by hand" if item.by_hand else ""
        name = item.name.removeprefix("test-")
        view.add_column(f"{name} ({item.points:g}{note})", justify="right")
    view.add_column(f"score ({scores.max_score:g})", justify="right")
    view.add_column("status")
    for row in scores.rows:
        cells = [number(value) for value in row.cells.values()]
        view.add_row(row.student, *cells, number(row.score), row.status)
    graded = [row for row in scores.rows if row.score is not None]
    if graded:
        passed = [sum(full_marks(item, graded)) for item in scores.items]
        view.add_section()
        view.add_row("full marks", *(f"{n}/{len(graded)}" for n in passed), "", "")
        mean = sum(row.score for row in graded) / len(graded)
        view.add_row("mean", *[""] * len(scores.items), f"{mean:.2f}", "")
    return view


def full_marks(item: Item, rows: Iterable[Row]) -> list[bool]:
    """Return for each row whether it has all points of the item."""
    values = [row.cells[item.name] for row in rows]
    return [value is not None and value >= item.points for value in values]


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
        f"{student}: expected {score:g}, got {number(actual.get(student)) or 'no score'}"
        for student, score in scores.items()
        if actual.get(student) != score
    ]


def number(value: float | None) -> str:
    """Return a number of points as people write it, or "" for None."""
    return "" if value is None else f"{value:g}"
