"""Autograde the submissions of one assignment in turn; one bad submission stops no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from nbgrader.api import MissingEntry

from autograder import __version__, sandbox
from autograder.course import Course, hash_files
from autograder.errors import AutograderError
from autograder.release import Releaser


@dataclass(frozen=True)
class Outcome:
    """How one student's submission fared: its score, or the reason why a person must look at it."""

    student: str
    score: float | None = None
    max_score: float | None = None
    up_to_date: bool = False
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"{self.student}: NOT GRADED: {self.problem}"
        note = " (up to date)" if self.up_to_date else ""
        return f"{self.student}: {self.score:g} of {self.max_score:g}{note}"


def grade(course: Course, name: str, students: list[str], force: bool = False) -> Iterator[Outcome]:
    """Autograde the submissions of the given students, yielding each outcome as it is known.

    A submission whose files, tests and judge are those of its last grading is not run again,
    unless ``force``. Raises UnknownAssignment, AutograderError if the course cannot be written,
    and SandboxUnavailable before any student code would run unconfined.
    """
    notebooks = course.notebooks(name)
    course.make_writable_or_fail()
    if course.exercises and not Releaser(course).is_current(name):
        raise AutograderError(
            f"the source of '{name}' changed since its last release; run: autograder release {name}"
        )
    if course.sandbox != "none":
        sandbox.require()
    for student in students:
        yield _grade_one(course, name, student, notebooks, force)


def find_problem(folder: Path, notebooks: list[str]) -> str:
    """Say in a sentence why a submission folder cannot be graded, or return ""."""
    if re.search(r"[\[\]*?]", str(folder)):
        return f"nbgrader reads [ ] * ? in {folder} as wildcards; rename the folder"
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    if size > sandbox.Limits().work_folder:
        return f"{folder} holds {size >> 20} MiB, more than the sandbox; ask for less data"
    found = sorted(p.name for p in folder.glob("*.ipynb"))
    if not set(notebooks) & set(found):
        wanted = " or ".join(notebooks)
        there = f"; the folder holds {', '.join(found)}" if found else ""
        return f"there is no {wanted} in {folder}{there}; rename or ask for the right file"
    for notebook in set(notebooks) & set(found):
        path = folder / notebook
        if path.is_symlink():
            return f"{path} is a symbolic link; ask for the file itself"
        try:
            cells = nbformat.read(path, as_version=4).cells
            ids = Counter(c.metadata.get("nbgrader", {}).get("grade_id") for c in cells)
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}"
        except Exception:  # nbformat raises many kinds on what is not a notebook
            return f"{path} is not a notebook (damaged or not JSON); ask for it again"
        twice = [grade_id for grade_id, number in ids.items() if grade_id and number > 1]
        if twice:
            return f"{path} holds the cell {', '.join(twice)} twice; delete the copy"
    return ""


def recorded(course: Course, name: str, student: str) -> dict[str, Any]:
    """Return what is remembered of a submission's last grading: its ``key`` and how many
    ``seconds`` it took, or the ``problem`` that stopped it; nothing if there was none."""
    record = course.recall("graded", name, student)
    return record if isinstance(record, dict) else {}  # the first version kept the key alone


def _grade_one(
    course: Course, name: str, student: str, notebooks: list[str], force: bool
) -> Outcome:
    submitted = course.folder("submitted", student, name)
    problem = find_problem(submitted, notebooks)
    if problem:
        return Outcome(student, problem=problem)
    record = ("graded", name, student)
    key = _key(course, name, submitted)
    autograded = course.folder("autograded", student, name)
    done = recorded(course, name, student).get("key") == key
    up_to_date = done and not force and any(autograded.glob("*.ipynb"))
    if not up_to_date:
        # Gone first: a run that is killed half-way leaves no record, so the next one starts anew.
        course.remember(None, *record)
        started = monotonic()
        result = course.api.autograde(name, student, force=True, create=True)
        if not result["success"]:
            if "KeyboardInterrupt" in (result.get("error") or ""):
                raise KeyboardInterrupt
            log = f"grade-{name}-{student}"
            problem = str(course.failure(result, log, "nbgrader could not grade it"))
            course.remember({"problem": problem}, *record)
            return Outcome(student, problem=problem)
        course.remember({"key": key, "seconds": round(monotonic() - started, 2)}, *record)
    with course.gradebook() as gradebook:
        try:
            submission = gradebook.find_submission(name, student)
        except MissingEntry:
            return Outcome(student, problem="nbgrader recorded no score; run again with --force")
        return Outcome(student, submission.score, submission.max_score, up_to_date)


def _key(course: Course, name: str, submitted: Path) -> str:
    """Return a hash of all that a score depends on: submission, tests, judge, grader, and whether
    the code was confined; warm and cold kernels give the same score."""
    files = [p for p in sorted(submitted.rglob("*")) if p.is_file() and not p.is_symlink()]
    files += sorted((course.root / "source" / name).glob("*.ipynb"))
    if course.exercises:
        files.append(course.exercises.root / name / "judge.py")
    start = f"{__version__} {course.sandbox == 'none'}"
    return hash_files(start, filter(Path.is_file, files))
