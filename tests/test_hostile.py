"""Hostile submissions: no point unearned, no honest point lost, nothing touched outside.

Each attack is a file in ``hostile/``, in the format of a solution file with places that
:func:`attacks.filled` fills, or a function of :mod:`hostile_files`.

All are graded by workers of this machine, with warm kernels. Those that meet something else there
are also graded with cold kernels, as an ordinary user, by a Dask cluster and by ``nbgrader
autograde``: with ``HOSTILE=all`` in the environment every attack is, in some minutes for each way.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import RIGHT, attacks, filled
from conftest import NAME, ROOT, Project, run_as_ordinary_user
from hostile_files import ATTACKS, NOTHING
from test_forkserver import marked, soon

from autograder import solutions

pytestmark = pytest.mark.sandbox

SLEEPERS = "86399"  # the seconds that processes sleep which an attack leaves behind
OTHER = "round-trip"


def honest() -> dict[str, tuple[str, float]]:
    """Return what honest students hand in, by name, and their scores."""
    code = solutions.read(RIGHT).cells["MySequential"]
    wrong = solutions.read(RIGHT.with_name("wrong_keyed_by_name.py")).cells["MySequential"]
    loud = code.replace("x = block(x)", "print('在', block); warnings.warn('慢'); x = block(x)")
    return {
        "ada": (code, 10),
        "bob": (wrong, 7),
        "carl-prints": (f"import warnings\n{loud}", 10),
        "小明": ("# 一条链\nprint('好了')\n" + code, 10),
        "zoe": (code, 10),
    }


def contents(root: Path, but: tuple[str, ...]) -> dict[str, str]:
    """Return a hash of every file below a folder by its path, and where links lead, but for those
    whose path begins with one of ``but``."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(but):
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        else:
            found[name] = f"{path.stat().st_mode:o}"
    return found


def rows(project: Project) -> dict[str, list[tuple]]:
    """Return what the gradebook holds of the sources and of the other assignment."""
    gradebook = sqlite3.connect(project.root / "course/gradebook.db")
    queries = {
        "sources": "select * from source_cell",
        "tests": "select * from base_cell",
        "assignments": "select * from assignment",
        "grades": "select g.* from grade g join submitted_notebook n on g.notebook_id = n.id "
        f"join notebook b on n.notebook_id = b.id where b.name = '{OTHER}' order by g.id",
    }
    found = {name: gradebook.execute(query).fetchall() for name, query in queries.items()}
    gradebook.close()
    assert all(found.values())
    return found


def in_tmp() -> set[Path]:
    """Name what attacks may have left in the folder that everybody can write to."""
    return set(Path("/tmp").glob("hostile*"))


@dataclass(frozen=True)
class Class:
    """A class that was graded: what was expected of whom, and what was seen."""

    project: Project
    expected: dict[str, float | None]
    done: subprocess.CompletedProcess
    changed: dict[str, tuple[str | None, str | None]]
    left: list[str]
    rows_before: dict[str, list[tuple]]
    connections: list[str]

    def scores(self) -> dict[str, float | None]:
        """Return the scores of all students, None for those who were not graded."""
        notebooks = self.project.root.glob(f"course/autograded/*/{NAME}/*.ipynb")
        graded = {path.parent.parent.name for path in notebooks}
        return {s: self.project.score(s) if s in graded else None for s in self.expected}


def hand_in(project: Project, chosen: frozenset[str] | None, port: int) -> dict[str, float | None]:
    """Hand in honest work and the chosen attacks, all if None; returns the scores to expect."""
    expected: dict[str, float | None] = {}
    right = solutions.read(RIGHT).cells["MySequential"]
    for student, (code, score) in honest().items():
        project.submit(student, code)
        expected[student] = score
    for name, solution in attacks().items():
        if chosen is None or name in chosen:
            student = name.replace("/", "-")
            project.submit(student, filled(solution, project.root, port).cells)
            expected[student] = solution.score
    for attack in ATTACKS.values():
        name = f"{attack.family}/{attack.name}"
        if chosen is None or name in chosen:
            student = name.replace("/", "-")
            attack.change(project.submit(student, right if attack.solved else NOTHING))
            expected[student] = attack.score
    return expected


def grade(project: Project, chosen: frozenset[str] | None = None, *options: str, run=None) -> Class:
    """Hand in, grade in one run, and look at everything before and after."""
    home = project.root / "home"
    home.mkdir()
    (home / "precious").write_text("mine")
    (home / "precious").chmod(0o640)
    # A cold kernel needs some seconds for its first cell.
    seconds = 30 if "cold" in options else 4
    project.configure(f"c.Execute.timeout = {seconds}", "c.SandboxedExecute.iopub_timeout = 3")
    project.submit(
        "carla",
        solutions.read(ROOT / f"exercises/{OTHER}/solutions/right_reference.py").cells,
        OTHER,
    )
    own = tuple(f"course/{name}" for name in ("gradebook.db", ".autograder", "autograded/"))
    with (
        socket.socket() as server,
        socket.socket(socket.AF_UNIX) as local,
        tempfile.TemporaryDirectory(prefix="room-", dir="/tmp") as room,
    ):
        server.bind(("127.0.0.1", 0))
        local.bind(str(home / "socket"))
        for listening in (server, local):
            listening.listen()
            listening.setblocking(False)
        surroundings = {"HOME": str(home), "TMPDIR": room, "HOSTILE_SECRET": "x"}
        run = run or project.run
        assert run("grade", OTHER, **surroundings).returncode == 0
        expected = hand_in(project, chosen, server.getsockname()[1])
        before, tmp, gradebook = contents(project.root, own), in_tmp(), rows(project)
        done = run("grade", NAME, *options, timeout=900, **surroundings)
        left = sorted({*map(str, in_tmp() - tmp), *(path.name for path in Path(room).iterdir())})
        after = contents(project.root, own)
        connections = []
        for listening in (server, local):
            try:
                listening.accept()
                connections.append(str(listening.getsockname()))
            except BlockingIOError:
                pass
    changed = {
        name: (before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }
    return Class(project, expected, done, changed, left, gradebook, connections)


@pytest.fixture(scope="module")
def graded(released_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """All attacks and honest work between them, graded in one run."""
    root = tmp_path_factory.mktemp("hostile")
    shutil.copytree(released_project, root, dirs_exist_ok=True)
    return grade(Project(root))


def test_there_are_enough_attacks():
    families = {name.split("/")[0] for name in attacks()}
    assert len(attacks()) + len(ATTACKS) >= 80 and len(families) >= 8


def test_every_submission_gets_the_score_that_it_earns(graded):
    assert graded.scores() == graded.expected


def test_the_class_is_graded_to_the_end_without_a_traceback(graded):
    refused = sum(score is None for score in graded.expected.values())
    assert len(re.findall(r"^\S+: NOT GRADED", graded.done.stderr, re.MULTILINE)) == refused
    assert graded.done.returncode == (1 if refused else 0)
    assert "Traceback" not in graded.done.stdout + graded.done.stderr
    done = f"{NAME}: {len(graded.expected) - refused} graded, 0 up to date, {refused} need a person"
    assert done in graded.done.stdout


def test_nothing_outside_the_sandbox_changed(graded):
    assert graded.changed == {}
    assert graded.left == []
    assert rows(graded.project) == graded.rows_before
    assert graded.connections == []


def test_no_process_is_left(graded):
    assert soon(lambda: not marked(SLEEPERS))


def test_other_students_work_is_as_it_was(graded):
    with graded.project.course.gradebook() as gradebook:
        assert gradebook.find_submission(OTHER, "carla").score == 10
        assert sorted(s.id for s in gradebook.students) == sorted(
            {*graded.expected, "carla"}
            - {student for student, score in graded.expected.items() if score is None}
        )


# Attacks that meet something else in a cold kernel, under an ordinary user, in a worker that is
# started elsewhere, or in the process that records the scores.
SOME = """
rewritten-tests/ast_drops_asserts faked-evidence/replayed_from_another_cell reading/judges
reading/process_table process/forks process/forks_until_refused process/daemon
process/exits_in_add outside/writes_everywhere outside/connection_folder_filled
outside/connection_folder_links outside/sockets_closed_and_replaced shadows/mxnet_and_numpy
shadows/evidence_module shadows/kernel_launcher shadows/helper_module links/link_to_the_gradebook
"""
# By Dask and by stock nbgrader the kernels are the same: what matters is what they bring home.
FEW = """
rewritten-tests/ast_drops_asserts faked-evidence/replayed_from_another_cell process/daemon
process/exits_in_add outside/connection_folder_links links/link_to_the_gradebook
"""


@pytest.mark.parametrize("way", ["cold kernels", "an ordinary user", "Dask", "nbgrader autograde"])
def test_it_is_the_same_in_every_way_to_grade(released_project, way, request):
    if way == "an ordinary user" and os.geteuid() != 0:
        pytest.skip("the tests above did not run as root")
    few = FEW if way in ("Dask", "nbgrader autograde") else SOME
    chosen = None if os.environ.get("HOSTILE") == "all" else frozenset(few.split())
    with (
        tempfile.TemporaryDirectory(prefix="room-", dir="/tmp") as folder,
        tempfile.TemporaryDirectory(prefix="room-", dir="/tmp") as room,
    ):
        shutil.copytree(released_project, folder, dirs_exist_ok=True)
        project = Project(Path(folder))
        run, options = project.run, ()
        if way == "cold kernels":
            options = ("--sandbox", "cold")
        elif way == "an ordinary user":
            run = functools.partial(run_ordinarily, project)
        elif way == "Dask":
            cluster = request.getfixturevalue("cluster")
            cluster.scheduler()
            for _ in range(2):
                cluster.worker(HOME=f"{folder}/home", TMPDIR=room, HOSTILE_SECRET="x")
            options = ("--scheduler", cluster.address)
        else:
            run = functools.partial(run_stock, project, room)
        seen = grade(project, chosen, *options, run=run)
        assert seen.scores() == seen.expected, seen.done.stderr
        assert (seen.changed, seen.left, seen.connections) == ({}, [], [])
        assert not list(Path(room).glob("autograder*"))
        assert rows(project) == seen.rows_before
        assert soon(lambda: not marked(SLEEPERS))


def run_stock(project: Project, room: str, *words: str, timeout: int = 300, **environment: str):
    """Do by nbgrader's own command what ``autograder grade`` does; ``room`` is for what it keeps
    of its own in a home folder."""
    own = dict.fromkeys(("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), room)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", words[1]],
        cwd=project.root / "course",
        env={**os.environ, **environment, **own, "PATH": path},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def run_ordinarily(project: Project, *words: str, timeout: int = 300, **environment: str):
    """Do what ``project.run`` does as an ordinary user, to whom everything of it then belongs."""
    room = Path(environment["TMPDIR"])
    for path in (project.root, room, *project.root.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    argv = [sys.executable, "-m", "autograder.cli", *words]
    with tempfile.TemporaryDirectory() as empty:
        return run_as_ordinary_user(
            argv, Path(empty), project.root, env={**os.environ, **environment}, timeout=timeout
        )
