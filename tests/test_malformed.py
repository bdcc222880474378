"""A class of malformed submissions, and of honest ones, is graded to the end.

All are graded by workers of this machine, with warm kernels, and by ``nbgrader autograde``. Some
are also graded with cold kernels, as an ordinary user and by a Dask cluster: with ``HOSTILE=all``
in the environment all are.
"""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import malformed
import nbformat
import pytest
from conftest import nbgrader, run_as_ordinary_user
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import CASES, CODE, FULL, NAME, dump, solved
from nbgrader.nbgraderformat import MetadataValidator

from autograder import phases
from autograder.course import Course
from autograder.repair import NotANotebook
from autograder.sanitize import SubmittedNotebookExporter

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


def junk() -> st.SearchStrategy:
    """Values that have no place where they will be put."""
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    known = st.sampled_from(
        ["code", "markdown", "raw", "setup", "double", "test-double", "test-half", 3, -1, "\ud800"]
    )
    return st.recursive(
        plain | known,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )


def places(value: object) -> list[tuple]:
    """Return each (container, key) of a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, inner in pairs:
        found.append((value, key))
        found += places(inner) if isinstance(inner, (dict, list)) else []
    return found


@st.composite
def broken_files(draw: st.DrawFn, valid: dict) -> bytes:
    """Draw a notebook's file, broken in a few places: structure, metadata, types, bytes."""
    nb = copy.deepcopy(valid)
    for _ in range(draw(st.integers(0, 5))):
        found = places(nb)
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        how = draw(st.sampled_from(["set", "spoil", "delete", "double", "move"]))
        if how == "set":
            container[key] = draw(junk())
        elif how == "spoil":
            text = str(container[key])
            at = draw(st.integers(0, len(text)))
            spoilt = draw(st.sampled_from(["\ud800", "\udc00\ud800", "\0", "\u2028", "\x85", ","]))
            container[key] = text[:at] + spoilt + text[at:]
        elif how == "delete":
            del container[key]
        elif isinstance(container, dict):
            container[draw(st.sampled_from([*container, "x"]))] = copy.deepcopy(container[key])
        elif how == "double":
            container.insert(draw(st.integers(0, len(container))), copy.deepcopy(container[key]))
        else:
            container.insert(draw(st.integers(0, len(container))), container.pop(key))
    text = json.dumps(nb, ensure_ascii=draw(st.booleans()))
    encodings = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gbk", "latin-1"]
    encoding = draw(st.sampled_from(encodings))
    data = text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=9)) + data[at + draw(st.integers(0, 40)) :]
    return data


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
    # No answer in words is lost or taken for none.
    with Course(root).gradebook() as gradebook:
        answers = {s: gradebook.find_grade("why", NAME, NAME, s) for s in graded}
        assert [s for s, answer in answers.items() if not answer.needs_manual_grade] == []
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


# Each is broken in what a worker or the file system sees too: text, names, files, permissions.
SOME = """
as-released no-cells-left gbk lone-surrogates-and-nul control-characters notebook-is-a-pipe
pipe-and-socket-beside
"""


@pytest.mark.sandbox
@pytest.mark.parametrize("way", ["cold kernels", "an ordinary user", "Dask"])
def test_it_is_the_same_in_every_way_to_grade(small_course, way, request):
    if way == "an ordinary user" and os.geteuid() != 0:
        pytest.skip("the test above did not run as root")
    chosen = CASES.keys() if os.environ.get("HOSTILE") == "all" else SOME.split()
    with tempfile.TemporaryDirectory(prefix="room-", dir="/tmp") as room:
        root = Path(room, "course")
        shutil.copytree(small_course, root)
        config = root / "nbgrader_config.py"
        config.write_text(f"{CONFIG}c.SandboxedExecute.canaries = False\n")  # one run is enough
        for student in chosen:
            submit(root, student, CASES[student][2])
        if way == "an ordinary user":
            for path in (Path(room), *Path(room).rglob("*")):
                os.chown(path, 65534, 65534, follow_symlinks=False)
            argv = [sys.executable, "-m", "autograder.cli", "grade", NAME, "--course", str(root)]
            with tempfile.TemporaryDirectory() as empty:
                home = {**os.environ, "HOME": room}
                done = run_as_ordinary_user(argv, Path(empty), room, env=home, timeout=300)
        elif way == "Dask":
            cluster = request.getfixturevalue("cluster")
            cluster.scheduler()
            for _ in range(2):
                cluster.worker()
            done = autograder(root, "grade", "--scheduler", cluster.address)
        else:
            done = autograder(root, "grade", "--sandbox", "cold")
        assert "Traceback" not in done.stdout + done.stderr
        expected = {s: CASES[s][0] for s in chosen if isinstance(CASES[s][0], float)}
        assert scores(root) == expected, done.stderr


@pytest.mark.sandbox
def test_a_thousand_broken_notebooks_leave_the_class_graded(small_course, tmp_path):
    """All are put right in this process; a few of them run, beside a sound one."""
    root = tmp_path / "course"
    shutil.copytree(small_course, root)
    course = Course(root)
    file = root / f"submitted/ada/{NAME}/{NAME}.ipynb"
    submit(root, "ada", lambda nb, folder: nb)
    valid = json.loads(file.read_text())
    locked = ["setup", "test-double", "test-half"]
    with course.gradebook() as gradebook:
        cells = gradebook.find_notebook(NAME, NAME).source_cells
        sources = {cell.name: cell.source for cell in cells}
    exporter = SubmittedNotebookExporter(config=course.config)
    for step in course.config.Autograde.sanitize_preprocessors:
        exporter.register_preprocessor(step, enabled=True)
    exporter.optimistic_validation = True
    where = {"notebook": NAME, "assignment": NAME, "db_url": course.api.coursedir.db_url}
    tried: list[tuple[bytes, bool]] = []
    work = tmp_path / "work"
    work.mkdir()

    @settings(
        max_examples=1000,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=broken_files(valid))
    def put_right(data: bytes) -> None:
        path = work / f"{NAME}.ipynb"
        path.write_bytes(data)
        source = str(root / f"source/{NAME}/{NAME}.ipynb")

        def convert() -> str:
            resources = {"nbgrader": where, "source_notebook": source}
            return exporter.from_filename(str(path), resources)[0]

        try:
            text = convert()
        except NotANotebook as error:
            assert str(error).startswith(str(path))
            tried.append((data, False))
            return
        tried.append((data, True))
        text.encode()
        assert convert() == text, "what was executed is found again by this text"
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
        MetadataValidator().validate_nb(nb)
        marks = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in nb.cells]
        found = [(name, cell.source) for name, cell in marks if name in locked]
        assert found == [(name, sources[name]) for name in locked]
        order = [name for name, _ in marks if name]
        for test, task in (("test-double", "double"), ("test-half", "half")):
            assert task not in order or order.index(task) < order.index(test)
        points = [cell.metadata.nbgrader.get("points") for name, cell in marks if name in locked]
        assert points == [None, 2, 3]
        assert order.count("why") == 1

    with phases.one_gradebook(course):
        put_right()

    assert len(tried) >= 1000
    good = sum(graded for _, graded in tried)
    assert good > 700, "nearly all hold work that can be graded"
    for number, (data, _) in enumerate(random.Random(0).sample(tried, 12)):
        submit(root, f"broken-{number}", lambda nb, folder, data=data: data)
    done = autograder(root, "grade")
    assert "Traceback" not in done.stdout + done.stderr
    assert "nbgrader could not grade it" not in done.stderr, done.stderr
    assert scores(root)["ada"] == FULL
