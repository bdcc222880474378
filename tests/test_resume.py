"""What was done is kept: a killed run goes on, and a change costs only what it touches."""

import random
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import NAME, nbgrader
from nbgrader.api import Comment, Grade
from sqlalchemy import select

from autograder.course import Course

pytestmark = pytest.mark.sandbox

GRADE = [sys.executable, "-m", "autograder.cli", "grade"]


def contents(course: Course) -> list[tuple]:
    """Return all that a gradebook says of submissions, but for its own ids, and which notebooks
    are there."""
    with course.gradebook() as gradebook:
        found = [("submission", s.student.id, s.assignment.name) for s in submissions(gradebook)]
        for grade in gradebook.db.scalars(select(Grade)):
            where = (grade.student.id, grade.notebook.name, grade.cell.name)
            scores = (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            found.append(("grade", *where, *map(str, scores)))
        for comment in gradebook.db.scalars(select(Comment)):
            where = (comment.student.id, comment.notebook.name, comment.cell.name)
            found.append(("comment", *where, str(comment.auto_comment)))
    notebooks = course.root.glob("autograded/*/*/*.ipynb")
    found += [("notebook", *path.relative_to(course.root).parts[1:]) for path in notebooks]
    return sorted(found)


def submissions(gradebook):
    return [s for a in gradebook.assignments for s in a.submissions]


def executions(course: Course) -> dict[str, int]:
    """Return when each kept execution was written, by student and notebook."""
    folder = course.state / "executed"
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*.gz")}


def test_a_run_killed_at_any_moment_goes_on(class_project, right_code):
    project = class_project
    codes = {"ada": right_code, "bob": "1 / 0", "eve": right_code.replace("len", "max"), "zoe": ""}
    for student, code in codes.items():
        project.submit(student, code)
    course, pristine = project.root / "course", project.root / "pristine"
    shutil.copytree(course, pristine)
    started = time.monotonic()
    assert project.run("grade", NAME).returncode == 0
    seconds = time.monotonic() - started
    expected = contents(project.course)
    draw = random.Random(5)
    for _ in range(20):
        shutil.rmtree(course)
        shutil.copytree(pristine, course)
        process = subprocess.Popen([*GRADE, NAME, "--quiet"], cwd=project.root)
        moment = draw.uniform(seconds / 3, seconds)  # before, it imports
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = project.run("grade", NAME)
        assert done.returncode == 0, f"killed after {moment} s: {done.stderr}"
        assert contents(project.course) == expected, f"killed after {moment} s"


def test_a_new_gradebook_gets_all_scores(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    project.run("grade", NAME)
    before = executions(project.course)
    (project.root / "course/gradebook.db").unlink()
    assert project.run("release", NAME).returncode == 0
    assert f"{NAME}: 1 graded" in project.run("grade", NAME).stdout
    assert project.score("ada") == 10 and executions(project.course) == before


def test_a_changed_judge_judges_again_and_executes_nothing(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    project.run("grade", NAME)
    before = executions(project.course)
    judge = project.root / "exercises" / NAME / "judge.py"
    text = judge.read_text()
    assert text.count("return ") > 1
    judge.write_text(text.replace("return ", "return not ", 1))
    assert f"{NAME}: 1 graded" in project.run("grade", NAME).stdout
    assert project.score("ada") < 10
    assert executions(project.course) == before
    assert f"{NAME}: 1 graded" in project.run("grade", NAME, "--force").stdout
    assert executions(project.course) != before


def test_a_changed_test_executes_only_the_notebook_that_it_is_in(tmp_path):
    nbgrader("quickstart", "math", cwd=tmp_path)
    root = tmp_path / "math"
    nbgrader("generate_assignment", "ps1", cwd=root)
    shutil.copytree(root / "source/ps1", root / "submitted/bob/ps1")

    def grade() -> str:
        done = subprocess.run(
            [*GRADE, "ps1", "--course", root], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    full = grade()
    before = executions(Course(root))
    source = root / "source/ps1/problem1.ipynb"
    nb = nbformat.read(source, as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
    test = nb.cells[ids.index("squares_invalid_input")]
    test.source += "\nassert False"
    nbformat.write(nb, source)
    nbgrader("generate_assignment", "ps1", "--force", cwd=root)
    assert grade() != full
    after = executions(Course(root))
    assert {name for name in after if after[name] != before[name]} == {"ps1/bob/problem1.json.gz"}
