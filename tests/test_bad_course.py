"""A course that cannot be used is told in a sentence; what was graded is kept, and it goes on."""

import hashlib
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from conftest import NAME, nbgrader
from nbformat.v4 import new_code_cell, new_notebook
from sqlalchemy import text

from autograder.course import Course

pytestmark = pytest.mark.sandbox

KEPT = "run the command again: what was graded is kept"
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
# Root without the right to pass over permissions; nobody else has it.
ROOT_BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
AS_ANYBODY = [] if os.geteuid() else ROOT_BOUND


@dataclass(frozen=True)
class Class:
    """A course with a small assignment ``ps``: a solution and two tests, for 1 and 2 points."""

    root: Path

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    def submit(self, student: str, code: str = "x = 1") -> Path:
        """Hand in ``code``, worth 3 points if x is 1, 2 if it is greater; returns the notebook."""
        path = self.root / "submitted" / student / "ps/ps.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nb = nbformat.read(self.root / "release/ps/ps.ipynb", as_version=4)
        nb.cells[0].source = code
        nbformat.write(nb, path)
        return path

    def configure(self, *lines: str) -> None:
        (self.root / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *lines]))

    def command(self, *words: str, sandbox: str = "cold") -> list[str]:
        words = words or ("grade", "ps")
        how = ["--sandbox", sandbox] if words[0] == "grade" else []
        return [sys.executable, "-m", "autograder.cli", *words, "--course", str(self.root), *how]

    def run(self, *words: str, around: list[str] | None = None, **options: str):
        """Run the command, by default ``grade ps``, inside ``around``."""
        argv = [*(around or []), *self.command(*words, **options)]
        return subprocess.run(argv, cwd="/", capture_output=True, text=True, timeout=120)

    def refused(self, *words: str, **options) -> str:
        """Run the command: it must fail with one sentence and change nothing; returns that."""
        before = self.state()
        done = self.run(*words, **options)
        assert done.returncode == 1 and not done.stdout
        assert self.state() == before
        return one_sentence(done.stderr)

    def finishes(self, graded: int, kept: int = 0) -> None:
        """Run ``grade ps`` to its end; so many submissions are graded, so many up to date."""
        done = self.run()
        assert done.returncode == 0, done.stderr
        assert f"ps: {graded} graded, {kept} up to date, 0 need a person" in done.stdout

    def scores(self) -> dict[str, float]:
        with Course(self.root).gradebook() as gradebook:
            return {s.student.id: s.score for s in gradebook.assignment_submissions("ps")}

    def state(self) -> tuple[str, dict[str, str]]:
        """Return what must not be half-written: the gradebook's content and ``autograded``."""
        with tempfile.TemporaryDirectory() as folder:  # whoever has locked it or left a journal
            for path in self.root.glob("gradebook.db*"):
                shutil.copy(path, folder)
            with closing(sqlite3.connect(Path(folder, "gradebook.db"))) as db:
                book = "\n".join(db.iterdump())
        files = (p for p in (self.root / "autograded").rglob("*") if p.is_file())
        return book, {str(p): hashlib.md5(p.read_bytes()).hexdigest() for p in files}


def one_sentence(said: str) -> str:
    """Return the only line of an error that was told, behind the progress of those graded."""
    lines = [line for line in said.splitlines() if not line.startswith("[")]
    assert len(lines) == 1 and lines[0].startswith("autograder: "), said
    return lines[0].removeprefix("autograder: ")


def cell(source: str, grade_id: str, points: int = 0):
    about = {"grade": bool(points), "solution": not points, "locked": bool(points), "task": False}
    about |= {"grade_id": grade_id, "schema_version": 3} | ({"points": points} if points else {})
    return new_code_cell(source, metadata={"nbgrader": about})


def write_source(root: Path, **metadata) -> None:
    cells = [
        cell("x = 0", "x"),
        cell("assert x > 0", "positive", 2),
        cell("assert x == 1", "one", 1),
    ]
    path = root / "source/ps/ps.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    assert Course(root).api.generate_assignment("ps", force=True, create=True)["success"]


@pytest.fixture(scope="session")
def released_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("class")
    write_source(root, kernelspec=PYTHON)
    return root


@pytest.fixture
def course(released_class: Path, tmp_path: Path) -> Class:
    """A class with nothing submitted."""
    return Class(shutil.copytree(released_class, tmp_path / "class"))


@pytest.fixture(scope="session")
def graded_class(released_class: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("graded") / "class"
    course = Class(shutil.copytree(released_class, root))
    course.submit("ada")
    course.finishes(1)
    return root


@pytest.fixture
def graded(graded_class: Path, tmp_path: Path) -> Class:
    """A class in which ada is graded, and has submitted again since; bob is yet to be graded."""
    course = Class(shutil.copytree(graded_class, tmp_path / "class"))
    course.submit("ada", "x = 2")
    course.submit("bob")
    return course


@contextmanager
def locked(course: Class, how: str) -> Iterator[None]:
    """Have another program hold the gradebook, in a transaction of this kind."""
    code = f"""
import sqlite3
book = sqlite3.connect({str(course.gradebook)!r}, isolation_level=None)
book.execute("BEGIN {how}")
print("locked", flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout.readline() == "locked\n"
        yield
        other.communicate("go on\n")


def test_a_gradebook_that_another_program_locks_is_told(graded):
    url = f"sqlite:///{graded.gradebook}?timeout=0.5"
    graded.configure(f"c.CourseDirectory.db_url = {url!r}")
    for how in ("IMMEDIATE", "EXCLUSIVE"):
        with locked(graded, how):
            said = graded.refused()
        assert "database is locked; close the program that writes to it, or wait" in said
        assert KEPT in said
    graded.finishes(2)
    assert graded.scores() == {"ada": 2, "bob": 3}


def test_half_a_minute_is_waited_for_a_lock_unless_the_address_says_another_time(course):
    def patience() -> int:
        with Course(course.root).gradebook() as gradebook:
            return gradebook.db.scalar(text("PRAGMA busy_timeout"))

    assert patience() == 30_000
    course.configure(f"c.CourseDirectory.db_url = 'sqlite:///{course.gradebook}?timeout=2'")
    assert patience() == 2000


def test_what_was_graded_before_a_lock_is_kept(graded):
    url = f"sqlite:///{graded.gradebook}?timeout=0.5"
    graded.configure(f"c.CourseDirectory.db_url = {url!r}")
    graded.submit("bob", "x = 1\nimport time; time.sleep(2)")
    argv = graded.command("grade", "ps", "--workers", "2")
    with subprocess.Popen(argv, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr.readline() == "[1/2] ada: 2 of 3\n"
        with locked(graded, "IMMEDIATE"):
            said = process.stderr.read()
    assert process.returncode == 1 and "database is locked" in one_sentence(said)
    assert graded.scores() == {"ada": 2}
    graded.finishes(1, kept=1)
    assert graded.scores() == {"ada": 2, "bob": 3}


def set_version(course: Class, *statements: str) -> None:
    with closing(sqlite3.connect(course.gradebook)) as db:
        db.executescript(";".join(statements))


def test_a_gradebook_of_a_newer_nbgrader_is_left_alone(graded, project):
    with closing(sqlite3.connect(graded.gradebook)) as db:
        [[version]] = db.execute("SELECT version_num FROM alembic_version")
    set_version(graded, "UPDATE alembic_version SET version_num = '0123456789ab'")
    content = graded.gradebook.read_bytes()
    newer = "the gradebook was made by a newer nbgrader than 0.9.6, which is here; grade with that"
    for command in ("grade", "report"):
        assert graded.refused(command, "ps").startswith(newer)
    (project.root / "course").mkdir()
    shutil.copy(graded.gradebook, project.root / "course")
    released = project.run("release", NAME)
    assert released.returncode == 1 and one_sentence(released.stderr).startswith(newer)
    for path in (graded.gradebook, project.root / "course/gradebook.db"):
        assert path.read_bytes() == content
    set_version(graded, f"UPDATE alembic_version SET version_num = '{version}'")
    graded.finishes(2)


def test_a_gradebook_of_an_older_nbgrader_can_be_upgraded(graded):
    set_version(
        graded,
        "CREATE TABLE older (id VARCHAR PRIMARY KEY, name VARCHAR UNIQUE, duedate DATETIME)",
        "INSERT INTO older SELECT id, name, duedate FROM assignment",
        "DROP TABLE assignment",
        "ALTER TABLE older RENAME TO assignment",
        "DROP TABLE course",
        "UPDATE alembic_version SET version_num = '282d30a0218e'",
    )
    content = graded.gradebook.read_bytes()
    older = "the gradebook was made by an older nbgrader; run in the course folder: "
    assert graded.refused() == f"{older}nbgrader db upgrade"
    assert graded.gradebook.read_bytes() == content
    nbgrader("db", "upgrade", cwd=graded.root)
    graded.finishes(2)
    assert graded.scores() == {"ada": 2, "bob": 3}


def in_a_namespace(script: str) -> list[str]:
    """Return what runs a command in ``script``, as "$@", where that alone sees what it mounts;
    skips the test if nothing can be mounted here."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    start = ["unshare", *user, "--mount", "sh", "-ec"]
    probe = subprocess.run([*start, "mount -t tmpfs none /tmp"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"nothing can be mounted here: {probe.stderr.strip()}")
    return [*start, script, "sh"]


def on_a_full_disk(folder: Path) -> list[str]:
    """Return what runs a command while ``folder`` is a disk of its own, without a free page."""
    used = sum(-(-path.stat().st_size // 4096) for path in folder.rglob("*") if path.is_file())
    place, kept = shlex.quote(str(folder)), shlex.quote(f"{folder}.kept")
    return in_a_namespace(f"""
cp -a {place} {kept}
mount -t tmpfs -o size={max(1, used) * 4096} none {place}
cp -a {kept}/. {place}
"$@" && status=0 || status=$?
rm -r {kept}; cp -a {place} {kept}
umount {place}
rm -r {place}; mv {kept} {place}
exit $status
""")


def test_a_full_disk_loses_nothing(graded):
    """Full is the disk of kept results, that of autograded notebooks, and that of the gradebook."""
    for place in (".autograder", "autograded", "."):
        said = graded.refused(around=on_a_full_disk((graded.root / place).resolve()))
        full = "database or disk is full" if place == "." else "No space left on device"
        assert f"{full}; make room on its disk and {KEPT}" in said
    graded.finishes(2)
    assert graded.scores() == {"ada": 2, "bob": 3}


def test_a_folder_that_cannot_be_written_is_named_before_anything_runs(graded):
    for place in (".", "autograded", ".autograder"):
        folder = (graded.root / place).resolve()
        quoted = shlex.quote(str(folder))
        mount = f"mount --bind {quoted} {quoted}; mount -o remount,bind,ro {quoted}"
        said = graded.refused(around=in_a_namespace(f'{mount}; exec "$@"'))
        assert said.startswith(f"cannot write to {folder}; change its permissions or give")
    graded.finishes(2)


def test_a_gradebook_that_cannot_be_written_is_told(graded):
    graded.gradebook.chmod(0o400)
    said = graded.refused(around=AS_ANYBODY)
    assert "attempt to write a readonly database; make the file and its folder writable" in said


def test_a_students_folder_that_cannot_be_written_stops_nobody_else(graded):
    folder = graded.root / "autograded/ada"
    folder.chmod(0o500)
    before = graded.state()
    done = graded.run(around=AS_ANYBODY)
    assert done.returncode == 1 and "ps: 1 graded, 0 up to date, 1 need a person" in done.stdout
    [problem] = [line for line in done.stderr.splitlines() if line.startswith("ada: ")]
    assert problem.startswith(f"ada: NOT GRADED: cannot use {folder}/")
    assert "Permission denied; change its permissions" in problem
    assert graded.scores() == {"ada": 3, "bob": 3}
    assert before[1].items() <= graded.state()[1].items()
    folder.chmod(0o700)
    graded.finishes(1, kept=1)
    assert graded.scores() == {"ada": 2, "bob": 3}


def test_submissions_that_cannot_be_read_are_named(course):
    closed = {
        "file": course.submit("file"),
        "folder": course.submit("folder").parent,
        "inner": course.submit("inner").with_name("data"),
        "student": course.submit("student").parent.parent,
    }
    closed["inner"].mkdir()
    course.submit("zoe")
    for path in closed.values():
        path.chmod(0)
    done = course.run(around=AS_ANYBODY)
    assert done.returncode == 1 and "ps: 1 graded, 0 up to date, 4 need a person" in done.stdout
    for student, path in closed.items():
        assert f"{student}: NOT GRADED: {path}" in done.stderr
    assert done.stderr.count("cannot be read: Permission denied; make it readable") == 4 * 2
    submitted = course.root / "submitted"
    submitted.chmod(0)
    said = course.refused(around=AS_ANYBODY)
    assert said == f"cannot read {submitted}: Permission denied; change its permissions"
    for path in (submitted, *reversed(closed.values())):
        path.chmod(0o700)
    course.finishes(4, kept=1)


def test_a_student_whose_name_is_in_another_encoding_stops_no_report(graded):
    submitted = graded.root / "submitted"
    shutil.copytree(submitted / "bob", submitted / os.fsdecode(b"\xff"))
    done = graded.run()
    assert "ps: 2 graded, 0 up to date, 1 need a person" in done.stdout
    assert "/submitted/?/ps is not in UTF-8; rename the folder" in done.stderr
    assert graded.run("feedback", "ps").returncode == 1
    assert graded.run("report", "ps").returncode == 0


def test_a_worker_whose_disk_is_full_is_to_blame_not_the_submission(tmp_path):
    code = """
from nbformat import v4
from autograder.work import Task, environment, execute
notebook = v4.writes(v4.new_notebook(cells=[v4.new_code_cell("1")]))
executed = execute(Task(notebook, {"data": bytes(9000)}, {}, environment()))
print(executed.unfit, executed.problem)
"""
    mount = f"mount -t tmpfs -o size=8192 none {tmp_path}; export TMPDIR={tmp_path}"
    argv = [*in_a_namespace(f'{mount}; exec "$@"'), sys.executable, "-c", code]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.stdout.startswith("True on the worker "), done.stderr
    assert f"cannot use {tmp_path}: No space left on device; make room on its disk" in done.stdout


def test_a_gradebook_that_is_no_database_is_left_alone(graded):
    kept = graded.gradebook.with_name("kept.db")
    graded.gradebook.rename(kept)
    graded.gradebook.write_text("Dear diary, " * 1000)
    done = graded.run()
    assert done.returncode == 1 and not done.stdout
    said = one_sentence(done.stderr)
    assert "file is not a database; put an earlier copy in its place; without one" in said
    assert graded.gradebook.read_text() == "Dear diary, " * 1000
    kept.rename(graded.gradebook)
    graded.finishes(2)


def test_a_kernel_that_is_not_installed_is_named_once(course):
    """That of the assignment, and then that of the configuration."""
    write_source(course.root, kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    course.submit("ada")
    course.submit("bob")
    assert "the kernel 'ir' is not installed on the worker" in course.refused()
    course.configure("c.SandboxedExecute.kernel_name = 'maple'")
    said = course.refused()
    assert "the kernel 'maple' is not installed on the worker" in said
    assert "install it there, or name another by c.SandboxedExecute.kernel_name" in said
    course.configure("c.SandboxedExecute.kernel_name = 'python3'")
    course.finishes(2)


def test_a_kernel_of_a_students_choice_stops_nobody_else(course):
    write_source(course.root)
    path = course.submit("ada")
    nb = nbformat.read(path, as_version=4)
    nb.metadata["kernelspec"] = {"name": "mine", "display_name": "Mine", "language": "python"}
    nbformat.write(nb, path)
    course.submit("bob")
    done = course.run()
    assert done.returncode == 1 and "ps: 1 graded, 0 up to date, 1 need a person" in done.stdout
    assert "\nada: NOT GRADED: the kernel 'mine' is not installed" in done.stderr


def below(pid: int, *words: str) -> list[int]:
    """Return the ids of the processes below one with these words in their command lines, without
    what is below those again."""
    found = []
    with suppress(OSError):  # gone meanwhile
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            line = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            found += [int(child)] if set(words) <= set(line) else below(int(child), *words)
    return found


@pytest.mark.parametrize(
    ("when", "most"),
    [
        (lambda server: True, 9),
        (lambda server: below(server, "sleep", "1.25"), 1),
        (lambda server: below(server, "sleep", "1.25"), 9),
    ],
    ids=["at its start", "while cells run", "while cells run, and so are its successors"],
)
def test_a_submission_keeps_its_points_if_the_fork_server_is_killed(course, when, most):
    course.submit("ada", "x = 1\nimport subprocess\nsubprocess.run(['sleep', '1.25'])")
    killed = set()
    argv = course.command("grade", "ps", "--workers", "1", sandbox="warm")
    with subprocess.Popen(argv, stdout=-1, stderr=-1, text=True) as grading:
        while grading.poll() is None:
            for server in below(grading.pid, "autograder.forkserver"):
                if server not in killed and len(killed) < most and when(server):
                    killed.add(server)
                    os.kill(server, signal.SIGKILL)
            time.sleep(0.01)
        said = grading.stderr.read()
    assert killed and grading.returncode == 0, said
    assert course.scores() == {"ada": 3}
    if when(0):
        assert "cold kernels are used" in said and "crashed while it imported MXNet\n" in said
