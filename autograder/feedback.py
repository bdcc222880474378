"""Write the feedback pages of graded submissions, by nbgrader."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course import Course
from autograder.grading import Outcome


def feedback(course: Course, name: str, students: list[str]) -> Iterator[Outcome]:
    """Write an HTML page for each graded submission; pages newer than their notebook are kept.

    Yields an outcome for each student; its ``problem`` says why there is no page.
    """
    course.notebooks(name)
    course.make_writable_or_fail()
    for student in students:
        graded = sorted(course.folder("autograded", student, name).glob("*.ipynb"))
        if not graded:
            yield Outcome(student, problem=f"not graded yet; run: autograder grade {name}")
            continue
        folder = course.folder("feedback", student, name)
        pages = [folder / f"{path.stem}.html" for path in graded]
        if all(
            page.is_file() and page.stat().st_mtime >= path.stat().st_mtime
            for page, path in zip(pages, graded, strict=True)
        ):
            yield Outcome(student, up_to_date=True)
            continue
        result = course.api.generate_feedback(name, student, force=True)
        problem = ""
        if not result["success"]:
            what = "nbgrader could not write the feedback"
            problem = str(course.failure(result, f"feedback-{name}-{student}", what))
        yield Outcome(student, problem=problem)
