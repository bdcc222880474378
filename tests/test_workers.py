"""Workers: those of this machine, those of a Dask cluster, and what happens when one is lost."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import NAME

import autograder
from autograder.processes import call

pytestmark = pytest.mark.sandbox
SET_CHILD_SUBREAPER = 36  # prctl(2)

# Student code without a sandbox, and only there, can reach the worker that runs its kernel.
KILLS_ITS_WORKER = "\nimport os, signal\nos.kill(os.getppid(), signal.SIGKILL)"


def killer_once(right_code: str, mark: Path) -> str:
    """Return a solution that kills the first worker that runs it."""
    return (
        f"{right_code}\nfrom pathlib import Path\nmark = Path({str(mark)!r})"
        f"\nif not mark.exists():\n    mark.touch()" + KILLS_ITS_WORKER.replace("\n", "\n    ")
    )


def test_a_lost_workers_submission_runs_elsewhere(class_project, right_code, tmp_path):
    project = class_project
    for student in ("ada", "bob", "eve", "zoe"):
        project.submit(student, right_code)
    project.submit("dan", killer_once(right_code, tmp_path / "mark"))
    done = project.run("grade", NAME, "--sandbox", "none", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert f"{NAME}: 5 graded" in done.stdout
    assert {project.score(s) for s in ("ada", "bob", "dan", "eve", "zoe")} == {10}


def test_a_submission_that_kills_its_worker_twice_is_set_aside(class_project, right_code):
    project = class_project
    for student in ("ada", "bob", "zoe"):
        project.submit(student, right_code)
    path = project.submit("dan", right_code + KILLS_ITS_WORKER)
    words = ("grade", NAME, "--sandbox", "none", "--workers", "2")
    done = project.run(*words)
    assert (
        done.returncode == 1 and f"{NAME}: 3 graded, 0 up to date, 1 need a person" in done.stdout
    )
    sentence = "dan: NOT GRADED: its worker was lost twice while it ran, so it is set aside"
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert {project.score(s) for s in ("ada", "bob", "zoe")} == {10}

    again = project.run(*words)
    assert f"{NAME}: 0 graded, 3 up to date, 1 need a person" in again.stdout
    assert sentence in again.stderr

    shutil.rmtree(path.parent)
    project.submit("dan", right_code)
    assert f"{NAME}: 1 graded, 3 up to date, 0 need" in project.run(*words).stdout


def test_any_number_of_workers_gives_the_same_scores(class_project):
    project = class_project
    assert project.run("demo-class", NAME, "--students", "6").returncode == 0
    expected = project.root / f"course/demo-class/{NAME}.csv"
    for number in ("1", "3"):
        assert project.run("grade", NAME, "--force", "--workers", number).returncode == 0
        done = project.run("report", NAME, "--quiet", "--expect", expected)
        assert done.returncode == 0, done.stderr
    assert "give a number from 1" in project.run("grade", NAME, "--workers", "0").stderr


def children() -> set[int]:
    """Return the processes whose parent this one is, zombies among them."""
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return {int(pid) for pid in " ".join(lists).split()}


@pytest.fixture
def orphans():
    """A function that returns what goes on running of all that was started since; for this test,
    this process becomes the parent of those whose own is gone."""
    call("prctl", SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = children()

    def running() -> set[int]:
        return {p for p in children() - before if os.waitpid(p, os.WNOHANG) == (0, 0)}

    yield running
    call("prctl", SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def test_ctrl_c_stops_within_seconds_and_leaves_nothing_running(class_project, right_code, orphans):
    project = class_project
    project.submit("ada", right_code)
    project.submit("dan", f"{right_code}\nimport time\ntime.sleep(50)")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", NAME],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert "ada: 10 of 10" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that it runs
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == "autograder: stopped; what was graded is kept, run the command again to go on\n"
    deadline = time.monotonic() + 20
    while orphans():
        assert time.monotonic() < deadline, "something goes on running"
        time.sleep(0.1)
    assert project.score("ada") == 10


def test_a_dask_cluster_grades_although_a_worker_is_killed(class_project, cluster):
    project = class_project
    assert project.run("demo-class", NAME, "--students", "16").returncode == 0
    cluster.scheduler()
    cluster.worker()
    victim = cluster.worker()
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", NAME, "--scheduler", cluster.address],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("[6/16]"):
            victim.kill()
            break
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert f"{NAME}: 16 graded, 0 up to date, 0 need a person" in out
    expected = project.root / f"course/demo-class/{NAME}.csv"
    done = project.run("report", NAME, "--quiet", "--expect", expected)
    assert done.returncode == 0, done.stderr


def test_what_is_wrong_with_a_cluster_is_told_in_a_sentence(class_project, right_code, cluster):
    project = class_project
    project.submit("ada", right_code)

    def told(address: str = cluster.address) -> str:
        done = project.run("grade", NAME, "--scheduler", address)
        assert done.returncode == 1 and done.stdout == ""
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr

    assert f"there is no Dask scheduler at {cluster.address}; start one by" in told()
    encrypted = cluster.address.replace("tcp", "tls")
    assert f"{encrypted} needs certificates" in told(encrypted)
    cluster.scheduler()
    assert f"has no worker; start some by 'dask worker {cluster.address}'" in told()

    other = cluster._folder / "other"
    shutil.copytree(Path(autograder.__file__).parent, other / "autograder")
    (other / "autograder" / "language.py").open("a").write("\n# not as released\n")
    cluster.worker(PYTHONPATH=str(other))
    sentence = told()
    assert re.search(r"worker on \S+ has another environment \(autograder \w+, not", sentence)
    assert "set up the same commit of the course there" in sentence
    assert not list((project.root / "course").glob("autograded/ada/*/*.ipynb"))


def test_a_terminal_shows_what_is_done_running_and_left(class_project, right_code):
    project = class_project
    for number in range(6):
        project.submit(f"s{number}", right_code)
    project.submit("bad", right_code).write_text("{")
    terminal, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", NAME],
        cwd=project.root,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen, suppress(OSError):  # EIO: it has ended
        while part := screen.read(4096):
            shown += part
    assert process.wait() == 1
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    for part in ("grading", "/7", "2 running, 1 failed", "a minute", "0:00:0"):
        assert part in text, text
    assert text.rstrip().endswith("is not a notebook (damaged or not JSON); ask for it again")
