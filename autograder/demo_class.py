"""Make a demonstration class: submissions from solution files, and the scores they must get."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat

from autograder import solutions
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.report import automatic_points


def demo_class(course: Course, name: str, students: int) -> tuple[Path, int]:
    """Write ``students`` submissions, demo-01 …, and the list of the scores they must get.

    Right and wrong solutions alternate; files that are there already and equal are left alone.
    Returns the path of the list and the number of submissions. Raises AutograderError if the
    assignment was not released, or if a solution file's header names no score.
    """
    folder = course.exercises.markdown(name).parent / "solutions"
    full = sum(automatic_points(course, name).values())
    course.make_writable_or_fail()
    released = nbformat.read(course.root / "release" / name / f"{name}.ipynb", as_version=4)
    files = _alternate(solutions.read_all(folder))
    width = max(2, len(str(students)))
    lines = []
    for number in range(students):
        file, solution = files[number % len(files)]
        if solution.score is None and not solution.right:
            raise AutograderError(f"{solution.path}: its header must say '# score: N'")
        student = f"demo-{number + 1:0{width}}"
        target = course.folder("submitted", student, name) / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(solution.fill(released), target)
        lines.append([student, f"{full if solution.right else solution.score:g}", file])
    expected = course.root / "demo-class" / f"{name}.csv"
    expected.parent.mkdir(exist_ok=True)
    with expected.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["student", "score", "solution"], *lines])
    return expected, students


def _alternate(found: dict[str, solutions.Solution]) -> list[tuple[str, solutions.Solution]]:
    """Order the files so that the first few hold right and wrong ones: one right, two wrong, …"""
    right = [item for item in found.items() if item[1].right]
    wrong = [item for item in found.items() if not item[1].right]
    mixed = []
    while right or wrong:
        mixed += right[:1] + wrong[:2]
        right, wrong = right[1:], wrong[2:]
    return mixed
