"""Prove an assignment: right solutions get full marks, wrong ones are caught by tell-tales."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder import solutions
from autograder.course import Course, Exercises
from autograder.errors import AutograderError
from autograder.grading import Grading
from autograder.judge import read_verdict
from autograder.pool import Pool
from autograder.release import Releaser
from autograder.report import automatic_points
from autograder.solutions import Solution


@dataclass(frozen=True)
class Result:
    """What grading gave one solution file: points by test cell, and the tell-tales that failed."""

    file: str
    solution: Solution
    score: float = 0.0
    max_score: float = 0.0
    cells: dict[str, float] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.score:g} of {self.max_score:g}"

    def faults(self) -> list[str]:
        """Say how this result breaks what the file's header promises."""
        if self.problem:
            return [self.problem]
        if self.solution.right:
            lost = ", ".join(sorted(self.failed))
            return (
                [] if self.score == self.max_score else [f"a right solution lost points ({lost})"]
            )
        found = []
        if self.score >= self.max_score:
            found.append("a wrong solution got full marks")
        for name in self.solution.caught_by:
            if name not in self.failed:
                found.append(f"'{name}' did not catch it")
        if self.solution.score is None:
            found.append("its header names no score")
        elif self.score != self.solution.score:
            found.append(f"it got {self.score:g} points, its header says {self.solution.score:g}")
        return found

    def summary(self) -> dict:
        """Return the result as the command's ``--json`` prints it."""
        return {"score": self.score, "max": self.max_score, "cells": self.cells}


def check(
    exercises: Exercises,
    name: str,
    folder: Path,
    pool: Pool,
    sandbox: str = "warm",
    seed: int | None = None,
) -> Iterator[Result]:
    """Grade every solution file below ``folder`` as a submission to a course made for the purpose.

    Release, sandbox, hidden tests and judge are the ones that grade a class; cells that a person
    grades do not count. The tests draw other challenges each time, unless ``seed`` is given.
    Yields results in the order of the files. Raises InvalidSolution and what releasing and
    grading raise.
    """
    files = solutions.read_all(folder)
    with tempfile.TemporaryDirectory(prefix="autograder-check-") as root:
        course = Course(Path(root), exercises, sandbox)
        if seed is not None:
            course.config.SandboxedExecute.nonce = str(seed)
        Releaser(course).release(name)
        points = automatic_points(course, name)
        released = nbformat.read(Path(root, "release", name, f"{name}.ipynb"), as_version=4)
        students = {f"solution-{number:04}": file for number, file in enumerate(files)}
        for student, file in students.items():
            target = course.folder("submitted", student, name)
            target.mkdir(parents=True)
            nbformat.write(files[file].fill(released), target / f"{name}.ipynb")
        done: dict[str, Result] = {}
        waiting = deque(files)
        for outcome in Grading(course, name, list(students), pool):
            file = students[outcome.student]
            if outcome.problem:
                done[file] = Result(file, files[file], problem=outcome.problem)
            else:
                done[file] = _read(course, name, outcome.student, points, file, files[file])
            while waiting and waiting[0] in done:
                yield done.pop(waiting.popleft())


def _read(
    course: Course,
    name: str,
    student: str,
    points: dict[str, float],
    file: str,
    solution: Solution,
) -> Result:
    """Read one graded submission's points from the gradebook, its tell-tales from the notebook."""
    with course.gradebook() as gradebook:
        notebooks = gradebook.find_submission(name, student).notebooks
        cells = {g.name: g.score for n in notebooks for g in n.grades if g.name in points}
    if any(value is None for value in cells.values()):
        raise AutograderError(f"{name}: a test cell of {file} has no automatic score")
    path = course.folder("autograded", student, name) / f"{name}.ipynb"
    verdicts = [read_verdict(cell) for cell in nbformat.read(path, as_version=4).cells]
    failed = frozenset(f for verdict in verdicts if verdict for f in verdict["failed"])
    return Result(file, solution, sum(cells.values()), sum(points.values()), cells, failed)
