"""Write the feedback pages of graded submissions, by nbgrader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from autograder.course import Course
from autograder.errors import FileRefused
from autograder.files import hash_files
from autograder.grading import Outcome
from autograder.pages import TEMPLATES


def feedback(course: Course, name: str, students: list[str]) -> Iterator[Outcome]:
    """Write an HTML page for each graded submission.

    A page is kept if its notebook, its scores (those given by hand too) and the comments are still
    those that it was made from. Yields an outcome for each student; its ``problem`` says why there
    is no page.
    """
    course.notebooks(name)
    course.make_writable_or_fail()
    for student in students:
        yield _feedback_one(course, name, student)


def _feedback_one(course: Course, name: str, student: str) -> Outcome:
    graded = course.folder("autograded", student, name)
    notebooks = sorted(graded.glob("*.ipynb"))
    if not notebooks:
        return Outcome(student, problem=f"not graded yet; run: autograder grade {name}")
    with course.gradebook() as gradebook:
        try:
            key = _key(graded, gradebook.find_submission(name, student))
        except MissingEntry:
            again = f"run: autograder grade {name} --student {student} --force"
            return Outcome(student, problem=f"the gradebook holds no score; {again}")
    folder = course.folder("feedback", student, name)
    record = ("feedback", name, student)
    there = all((folder / f"{path.stem}.html").is_file() for path in notebooks)
    if there and course.recall(*record) == key:
        return Outcome(student, up_to_date=True)
    course.remember(None, *record)
    result = course.api.generate_feedback(name, student, force=True)
    if not result["success"]:
        what = "nbgrader could not write the feedback"
        problem = course.failure(result, f"feedback-{name}-{student}", what)
        if isinstance(problem, FileRefused) and problem.number in FileRefused.EVERYWHERE:
            raise problem
        return Outcome(student, problem=str(problem))
    course.remember(key, *record)
    return Outcome(student)


def _key(graded: Path, submission: SubmittedAssignment) -> str:
    """Return a hash of all that a page shows, and of what its release needs (time and secret).

    What makes pages counts too: an older version may have shown what this one hides.
    """
    shown = []
    for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name):
        scores = sorted((grade.name, grade.score, grade.max_score) for grade in notebook.grades)
        comments = sorted((comment.name, comment.comment or "") for comment in notebook.comments)
        shown.append((notebook.name, notebook.late_submission_penalty, scores, comments))
    made_by = [*Path(__file__).parent.glob("*.py"), *TEMPLATES.rglob("*.j2")]
    files = [*filter(Path.is_file, graded.rglob("*")), *made_by]
    return hash_files(repr(shown), sorted(files))
