"""Write scores as the CSV files that spreadsheets, Canvas, Moodle and nbgrader's users expect."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbgrader.plugins.export import CsvExportPlugin

from autograder.files import write_whole
from autograder.report import Scores, number


def write_all(folder: Path, scores: Scores) -> list[Path]:
    """Write every form of the scores into ``folder``; returns the paths."""
    lines = {"": plain, "-canvas": canvas, "-moodle": moodle}
    paths = []
    for suffix, form in lines.items():
        path = folder / f"{scores.name}{suffix}.csv"
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(form(scores))
        write_whole(path, stream.getvalue())
        paths.append(path)
    path = folder / f"{scores.name}-nbgrader.csv"
    write_nbgrader(path, scores)
    return [*paths, path]


def plain(scores: Scores) -> Iterable[list[Any]]:
    """Yield a line for each student, graded or not: score, status and every item."""
    names = [item.name for item in scores.items]
    yield ["student", "score", "max_score", "late_penalty", "status", *names]
    for row in scores.rows:
        cells = [number(value) for value in row.cells.values()]
        points = [number(row.score), number(row.max_score), number(row.penalty)]
        yield [row.student, *points, row.status, *cells]


def canvas(scores: Scores) -> Iterable[list[Any]]:
    """Yield final scores in the form of Canvas's gradebook import.

    Canvas asks for the first five columns in this order (``lib/gradebook_importer.rb`` of
    instructure/canvas-lms). It finds a student by ID, else by SIS Login ID, else by name, and an
    assignment by its title. A line with an empty score would take away one that is there, so what
    is not final has no line.
    """
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", scores.name]
    yield ["    Points Possible", "", "", "", "", number(scores.max_score)]
    for row in scores.rows:
        if row.final:
            name = ", ".join(filter(None, [row.last_name, row.first_name])) or row.student
            yield [name, row.lms_user_id, "", row.student, "", number(row.score)]


def moodle(scores: Scores) -> Iterable[list[Any]]:
    """Yield final scores for Moodle's grade import (https://docs.moodle.org/en/Grade_import).

    Moodle takes any columns and asks which of them names the student and which holds the grade.
    """
    yield ["Username", "First name", "Last name", "ID number", "Email address", scores.name]
    for row in scores.rows:
        if row.final:
            person = [row.first_name, row.last_name, row.lms_user_id, row.email]
            yield [row.student, *person, number(row.score)]


def write_nbgrader(path: Path, scores: Scores) -> None:
    """Write what ``nbgrader export`` writes for these students, by nbgrader's own exporter.

    The exporter asks its gradebook for each submission by itself, and each of its sums searches all
    grades; here it is given what was read in one query.
    """
    known = {row.student: row for row in scores.rows if row.raw is not None}
    gradebook = SimpleNamespace(
        assignments=[
            SimpleNamespace(name=scores.name, duedate=scores.due, max_score=scores.max_score)
        ],
        students=[
            SimpleNamespace(
                id=row.student,
                first_name=row.first_name,
                last_name=row.last_name,
                email=row.email,
            )
            for row in known.values()
        ],
        find_submission=lambda assignment, student: SimpleNamespace(
            score=known[student].raw,
            late_submission_penalty=known[student].penalty,
            timestamp=known[student].timestamp,
        ),
    )
    new = path.with_suffix(".new")
    CsvExportPlugin(to=str(new)).export(gradebook)
    new.replace(path)
