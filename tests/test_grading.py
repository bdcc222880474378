"""Grading a class: honest work is scored, nothing stops the rest, nothing is lost or unearned."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import NAME, ROOT, nbgrader

from autograder import solutions
from autograder.course import Exercises

pytestmark = pytest.mark.sandbox

NAMES = Exercises(ROOT / "exercises").names

AST_TRANSFORMER = """
import ast
class DropAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(DropAsserts())
class MySequential(nn.Block):
    pass
"""
SPOOFED_SCORE = """
from IPython.display import publish_display_data
get_ipython().events.register('post_run_cell', lambda result: print('10'))
class MySequential(nn.Block):
    pass
10
"""
SKIPPED = "class MySequential(nn.Block):\n    pass"


def wrong_code(name):
    path = ROOT / "exercises" / NAME / "solutions" / f"{name}.py"
    return solutions.read(path).cells["MySequential"]


def test_a_class_with_bad_submissions_is_graded_to_the_end(class_project, right_code):
    project = class_project
    project.configure("c.Execute.timeout = 5")
    project.submit("ada", right_code)
    project.submit("bad-json", right_code).write_text('{"cells": [')
    project.submit("empty", right_code).write_text("")
    name = project.submit("misnamed", right_code)
    name.rename(name.with_name("homework.ipynb"))
    link = project.submit("link", right_code)
    link.unlink()
    link.symlink_to(project.root / "course/source" / NAME / f"{NAME}.ipynb")
    (project.root / "course/submitted/nothing" / NAME).mkdir(parents=True)
    project.submit("ast", AST_TRANSFORMER)
    project.submit("spoof", SPOOFED_SCORE)
    project.submit("dies", right_code.replace("return len", "import os; os._exit(1); return len"))
    project.submit(
        "loops", right_code.replace("return len", "\n        while True: pass\n        return len")
    )
    skipped = project.submit("skips", SKIPPED)
    nb = nbformat.read(skipped, as_version=4)
    for cell in nb.cells:
        cell.metadata["tags"] = ["skip-execution"]
    nbformat.write(nb, skipped)
    project.submit(
        "warns",
        "import warnings\n"
        + right_code.replace("x = block(x)", "warnings.warn('hm'); x = block(x)"),
    )
    project.submit("wrong", wrong_code("wrong_keyed_by_name"))
    project.submit("小明", right_code)

    done = project.run("grade", NAME)

    assert done.returncode == 1, "needs a person: exit status says so"
    assert "Traceback" not in done.stdout + done.stderr
    assert f"{NAME}: 9 graded, 0 up to date, 5 need a person" in done.stdout
    for student, sentence in {
        "bad-json": "is not a notebook",
        "empty": "is not a notebook",
        "misnamed": "the folder holds homework.ipynb; rename",
        "link": "is a symbolic link",
        "nothing": f"there is no {NAME}.ipynb",
    }.items():
        assert [
            s for s in done.stderr.splitlines() if s.startswith(f"{student}: ") and sentence in s
        ]
    scores = {
        s: project.score(s) for s in ("ada", "warns", "wrong", "小明", "ast", "spoof", "skips")
    }
    assert scores == {
        "ada": 10,
        "warns": 10,
        "wrong": 7,
        "小明": 10,
        "ast": 0,
        "spoof": 0,
        "skips": 0,
    }
    # A kernel that died or hung costs the test that it ran.
    assert project.score("dies") == 8.5
    assert project.score("loops") == 8.5

    again = project.run("grade", NAME)
    assert f"{NAME}: 0 graded, 9 up to date, 5 need a person" in again.stdout


def test_stock_nbgrader_gives_the_same_scores(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    project.submit("bob", wrong_code("wrong_no_return"))
    project.submit("eve", AST_TRANSFORMER)
    project.submit("zoe", wrong_code("wrong_own_keys"))
    assert project.run("grade", NAME).returncode == 0
    students = ("ada", "bob", "eve", "zoe")
    ours = {student: project.score(student) for student in students}

    nbgrader("autograde", NAME, "--force", cwd=project.root / "course")
    assert {student: project.score(student) for student in students} == ours
    assert ours == {"ada": 10, "bob": 3.5, "eve": 0, "zoe": 9}


@pytest.mark.parametrize("name", [name for name in NAMES if name != NAME])
def test_stock_nbgrader_gives_the_scores_that_check_proves(class_project, name):
    project = class_project
    assert project.run("demo-class", name, "--students", "3").returncode == 0
    nbgrader("autograde", name, cwd=project.root / "course")
    expected = project.root / f"course/demo-class/{name}.csv"
    done = project.run("report", name, "--quiet", "--expect", expected)
    assert done.returncode == 0, done.stderr


def test_only_what_changed_is_graded_again(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    bob = project.submit("bob", wrong_code("wrong_only_first"))
    project.run("grade", NAME)
    shutil.rmtree(bob.parent)
    project.submit("bob", right_code)
    done = project.run("grade", NAME)
    assert "1 graded, 1 up to date" in done.stdout and project.score("bob") == 10
    judge = project.root / "exercises" / NAME / "judge.py"
    judge.write_text(judge.read_text().replace("points=1,", "points=1, ", 1))
    assert "2 graded, 0 up to date" in project.run("grade", NAME).stdout
    assert (
        "1 graded, 0 up to date" in project.run("grade", NAME, "--student", "b*", "--force").stdout
    )


def test_a_killed_run_leaves_nothing_half_graded(class_project, right_code):
    project = class_project
    for student in ("ada", "bob", "zoe"):
        project.submit(student, right_code)
    log = (project.root / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", NAME], cwd=project.root, stderr=log
    )
    while "ada" not in Path(log.name).read_text():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.4)  # bob's kernel is at work
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = project.run("grade", NAME)
    assert done.returncode == 0, done.stderr
    assert {s: project.score(s) for s in ("ada", "bob", "zoe")} == {"ada": 10, "bob": 10, "zoe": 10}


def test_a_deleted_test_cell_costs_nothing(class_project, right_code):
    path = class_project.submit("ada", right_code)
    nb = nbformat.read(path, as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
    del nb.cells[ids.index("test-blocks")]
    nbformat.write(nb, path)
    assert class_project.run("grade", NAME).returncode == 0
    assert class_project.score("ada") == 10


def test_what_nbgrader_would_misread_is_told_in_a_sentence(class_project, right_code):
    project = class_project
    project.submit("a[b]*", right_code)
    big = project.submit("big", right_code).with_name("data.bin")
    with big.open("wb") as stream:
        stream.truncate(300 << 20)
    project.submit("zoe", right_code)
    done = project.run("grade", NAME)
    assert done.returncode == 1 and project.score("zoe") == 10
    for sentence in (
        "as wildcards; rename the folder",
        "holds 300 MiB, more than the sandbox",
    ):
        assert sentence in done.stderr


def test_a_record_cut_short_counts_as_none(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    project.run("grade", NAME)
    state = project.root / "course/.autograder"
    # What a full disk leaves, and what the first version of the autograder kept.
    for record in ("{", '"0123456789abcdef"'):
        (state / "graded" / NAME / "ada.json").write_text(record)
        assert "1 graded, 0 up to date" in project.run("grade", NAME).stdout
    (state / "released" / f"{NAME}.json").write_text("")
    done = project.run("grade", NAME)
    assert done.returncode == 1 and f"run: autograder release {NAME}" in done.stderr
    assert project.run("release").returncode == 0
    assert project.run("grade", NAME).returncode == 0


def test_tests_newer_than_the_release_are_not_judged(class_project, right_code):
    class_project.submit("ada", right_code)
    markdown = class_project.root / "exercises" / NAME / f"{NAME}.md"
    markdown.write_text(
        markdown.read_text().replace("challenge('x', (5, 3))", "challenge('z', (5, 3))")
    )
    done = class_project.run("grade", NAME)
    assert done.returncode == 1 and "changed since its last release" in done.stderr


def test_a_manual_score_survives_a_regrade(class_project, right_code):
    project = class_project
    project.submit("ada", right_code)
    project.run("grade", NAME)
    with project.course.gradebook() as gradebook:
        grade = gradebook.find_grade("test-files", NAME, NAME, "ada")
        grade.manual_score = 1.25
        gradebook.db.commit()
    project.run("grade", NAME, "--force")
    assert project.score("ada") == 9.25


def test_without_bubblewrap_nothing_runs_unless_told(class_project, right_code, tmp_path):
    project = class_project
    project.submit("ada", right_code + f"\nopen({str(tmp_path / 'escaped')!r}, 'w').close()")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "env"):
        (tools / name).symlink_to(shutil.which(name))
    refused = project.run("grade", NAME, PATH=str(tools))
    assert refused.returncode == 1
    assert "refusing to run student code" in refused.stderr and "bubblewrap" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "escaped").exists()

    confined = project.run("grade", NAME)
    assert confined.returncode == 0 and project.score("ada") == 10
    assert not (tmp_path / "escaped").exists()

    told = project.run("grade", NAME, "--sandbox", "none", PATH=str(tools))
    assert told.returncode == 0 and "runs unconfined" in told.stderr
    assert project.score("ada") == 10 and (tmp_path / "escaped").exists()


def test_any_nbgrader_course_can_be_graded(tmp_path):
    """The course that ``nbgrader quickstart`` makes: plain asserts, no judge."""
    nbgrader("quickstart", "math", cwd=tmp_path)
    course = tmp_path / "math"
    nbgrader("generate_assignment", "ps1", cwd=course)
    shutil.copytree(course / "release/ps1", course / "submitted/ada/ps1")
    shutil.copytree(course / "source/ps1", course / "submitted/bob/ps1")
    command = [sys.executable, "-m", "autograder.cli"]
    done = subprocess.run(
        [*command, "grade", "ps1", "--course", course], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    report = subprocess.run(
        [*command, "report", "ps1", "--course", course, "--quiet"], capture_output=True, text=True
    )
    assert report.returncode == 0, report.stderr
    ours = (course / "reports/ps1.csv").read_text()
    nbgrader("autograde", "ps1", "--force", cwd=course)
    subprocess.run([*command, "report", "ps1", "--course", course, "--quiet"], check=True)
    assert (course / "reports/ps1.csv").read_text() == ours
    scores = {line.split(",")[0]: float(line.split(",")[1]) for line in ours.splitlines()[1:]}
    assert scores["bob"] > scores["ada"]


def test_feedback_of_a_class(class_project, right_code):
    project = class_project
    project.submit("bob", wrong_code("wrong_keyed_by_name"))
    project.submit("eve", right_code).write_text("{")
    project.run("grade", NAME)
    done = project.run("feedback", NAME)
    assert f"{NAME}: 1 feedback pages" in done.stdout
    assert done.returncode == 1 and "eve: NOT GRADED: not graded yet" in done.stderr
    page = (project.root / "course/feedback/bob" / NAME / f"{NAME}.html").read_text()
    assert "A block that is added twice must run twice" in page
    assert "同一个块追加两次，就应当运行两次" in page


def test_feedback_follows_scores_and_comments_given_by_hand(class_project):
    project = class_project
    project.submit("bob", wrong_code("wrong_keyed_by_name"))
    project.run("grade", NAME)
    page = project.root / "course/feedback/bob" / NAME / f"{NAME}.html"

    def shown():
        assert project.run("feedback", NAME).returncode == 0
        return page.read_text()

    assert "Score: 7.0 / 10.0" in shown()
    made = page.stat().st_mtime_ns
    shown()
    assert page.stat().st_mtime_ns == made
    with project.course.gradebook() as gradebook:
        gradebook.find_grade("test-files", NAME, NAME, "bob").manual_score = 0.5
        gradebook.db.commit()
    assert "Score: 7.5 / 10.0" in shown()
    with project.course.gradebook() as gradebook:
        gradebook.find_comment("MySequential", NAME, NAME, "bob").manual_comment = "Well tried."
        gradebook.db.commit()
    assert "Well tried." in shown()


def test_answers_in_words_are_named_at_the_end(class_project):
    project = class_project
    project.submit("ada", {"written-devices": "The copy, not the product."}, name="devices")
    done = project.run("grade", "devices")
    assert done.returncode == 0, done.stderr
    waiting, last = done.stdout.splitlines()
    assert waiting == "waiting for points by hand, in the formgrader: written-devices (1)"
    assert last.startswith("devices: 1 graded, 0 up to date, 0 need a person, in ")
    with project.course.gradebook() as gradebook:
        gradebook.find_grade("written-devices", "devices", "devices", "ada").manual_score = 2
        gradebook.find_grade("written-devices", "devices", "devices", "ada").needs_manual_grade = 0
        gradebook.db.commit()
    assert len(project.run("grade", "devices").stdout.splitlines()) == 1
