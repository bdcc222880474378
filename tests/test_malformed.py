"""A class of malformed submissions, and of honest ones, is graded to the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import malformed
import nbformat
import pytest
from conftest import nbgrader
from malformed import CASES, CODE, NAME, dump, solved

from autograder.course import Course

CONFIG = """from autograder import plugins
c = get_config()
c.merge(plugins.configuration(None))
c.NbGraderAPI.log_level = c.NbGrader.log_level = "ERROR"
"""


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one assignment, with plain tests, released; tests work on copies of it."""
    root = tmp_path_factory.mktemp("small") / "course"
    path = root / f"source/{NAME}/{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(malformed.source(), path)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbgrader("generate_assignment", NAME, "--create", cwd=root)
    return root


def submit(root: Path, student: str, change: malformed.Break) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    released = nbformat.read(root / f"release/{NAME}/{NAME}.ipynb", as_version=4)
    broken = change(solved(released, CODE), folder)
    if broken is not None:
        text = broken if isinstance(broken, bytes) else dump(broken)
        (folder / f"{NAME}.ipynb").write_bytes(text)


def autograder(root: Path, *words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder.cli", *words, NAME, "--course", str(root)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def scores(root: Path) -> dict[str, float]:
    """Return the scores of those that were graded."""
    graded = {path.parent.parent.name for path in root.glob(f"autograded/*/{NAME}/{NAME}.ipynb")}
    with Course(root).gradebook() as gradebook:
        return {student: gradebook.find_submission(NAME, student).score for student in graded}


@pytest.mark.sandbox
def test_a_malformed_class_is_graded_to_the_end(small_course, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(small_course, root)
    for student, (_, _, change) in CASES.items():
        submit(root, student, change)
    expected = {student: want for student, (want, _, _) in CASES.items()}
    told = {student: note for student, (_, note, _) in CASES.items()}
    graded = {student: want for student, want in expected.items() if isinstance(want, float)}
    assert len(CASES) >= 40

    done = autograder(root, "grade")

    assert "Traceback" not in done.stdout + done.stderr
    lines = {}
    for line in done.stderr.splitlines():
        student, _, text = line.partition("] ")[2].partition(": ")
        lines.setdefault(student, text)
    sentences = {s: lines[s] for s, want in expected.items() if isinstance(want, str)}
    assert {s: text for s, text in sentences.items() if expected[s] not in text} == {}
    assert scores(root) == graded, done.stderr
    assert {s: lines[s] for s in graded if told[s] not in lines[s]} == {}
    # What needed nothing put right is told without a word more.
    assert [s for s in graded if not told[s] and "(" in lines[s]] == []
    number = f"{len(graded)} graded, 0 up to date, {len(expected) - len(graded)} need a person"
    assert number in done.stdout and done.returncode == 1

    page = root / f"feedback/test-copied/{NAME}/{NAME}.html"
    again = autograder(root, "feedback")
    assert "Traceback" not in again.stdout + again.stderr
    assert "It was dropped; the first one counts." in page.read_text()
    assert (
        "was missing from your notebook and was put back"
        in page.with_name(page.name)
        .parents[2]
        .joinpath(f"test-deleted/{NAME}/{NAME}.html")
        .read_text()
    )

    # The stock command gives the same scores, and stops for nobody.
    shutil.rmtree(root / "autograded")
    (root / "gradebook.db").write_bytes((small_course / "gradebook.db").read_bytes())
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    stock = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", NAME],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert scores(root) == graded, stock.stderr[-5000:]
    assert stock.returncode == 1
