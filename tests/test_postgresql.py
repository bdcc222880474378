"""A gradebook in PostgreSQL, for several graders: the scores of one in SQLite, and plain errors."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import requests
from conftest import NAME, ROOT, Project, nbgrader
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from autograder import sandbox, solutions

USER, PASSWORD = "grader", "open@sesame:1/2%"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server on a port of the loopback, and on a socket in ``folder``."""

    folder: Path
    port: int

    def login(self, database: str = "postgres", host: str | Path = LOOPBACK) -> str:
        parts = {"dbname": database, "host": str(host), "port": self.port}
        return make_conninfo(user=USER, password=PASSWORD, connect_timeout=10, **parts)

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.login(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def url(self, database: str, **changes: str | int | dict) -> str:
        """Return the address of a database, as it stands in a configuration."""
        parts = {"username": USER, "password": PASSWORD, "host": LOOPBACK, "port": self.port}
        address = URL.create("postgresql+psycopg", database=database, **{**parts, **changes})
        return address.render_as_string(hide_password=False)


def free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return free.getsockname()[1]


def find_programs() -> tuple[str, str]:
    """Return the paths of initdb and pg_ctl, which Debian keeps out of PATH, or skip."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ["PATH"], *map(str, folders)])
    initdb, pg_ctl = shutil.which("initdb", path=path), shutil.which("pg_ctl", path=path)
    if not (initdb and pg_ctl):
        pytest.skip("initdb and pg_ctl are not installed; install the Debian package postgresql")
    return initdb, pg_ctl


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of the tests' own, not below pytest's folders, which only their owner may enter."""
    initdb, pg_ctl = find_programs()
    ordinary = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        ordinary = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder = Path(name)
        data, log, password = (folder / part for part in ("data", "log", "password"))
        password.write_text(PASSWORD)
        if ordinary:
            for path in (folder, password):
                os.chown(path, ordinary["user"], ordinary["group"])

        def start(*command: str | Path) -> None:
            words = list(map(str, command))
            try:
                done = subprocess.run(
                    words, cwd=folder, capture_output=True, text=True, timeout=120, **ordinary
                )
            except (OSError, subprocess.SubprocessError) as error:
                pytest.skip(f"no PostgreSQL server can be started here: {error}")
            if done.returncode:
                lines = (f"{log.read_text() if log.exists() else ''}{done.stderr}").splitlines()
                faults = [line for line in lines if "FATAL" in line or "error" in line] or lines
                pytest.skip(f"no PostgreSQL server can be started here: {' '.join(faults[-1:])}")

        port = free_port()
        login = ["--username", USER, "--pwfile", password, "--auth", "scram-sha-256"]
        start(initdb, "--pgdata", data, *login, "--encoding", "UTF8", "--no-locale", "--no-sync")
        where = f"-c listen_addresses={LOOPBACK} -c port={port} -c unix_socket_directories={folder}"
        start(pg_ctl, "--pgdata", data, "--log", log, "--wait", "--options", where, "start")
        yield Server(folder, port)
        stop = [pg_ctl, "--pgdata", data, "--mode", "immediate", "stop"]
        subprocess.run(stop, cwd=folder, capture_output=True, check=True, **ordinary)


def use(project: Project, url: str) -> None:
    """Name the database where nbgrader, its formgrader and the autograder all find it."""
    config = project.root / "exercises/nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {url!r}\n")


def submit_wrong(project: Project, student: str) -> None:
    path = ROOT / "exercises" / NAME / "solutions" / "wrong_keyed_by_name.py"
    project.submit(student, solutions.read(path).cells["MySequential"])


def teach(project: Project, right_code: str) -> list:
    """Go an instructor's way with a class; returns what is to be seen of it."""
    project.submit("ada", right_code)
    submit_wrong(project, "bob")
    project.submit("小明", right_code).write_text("{")
    seen = []

    def look(*words: str) -> None:
        done = project.run(*words)
        said = (done.stdout + done.stderr).replace(str(project.root), "")
        # Submissions are graded in any order, in more or less time.
        lines = [re.sub(r"^\[\d+/\d+\] | in \d.*", "", line) for line in said.splitlines()]
        seen.append((done.returncode, sorted(lines)))

    def look_at_reports() -> None:
        look("report", NAME)
        reports = sorted((project.root / "course/reports").glob("*.csv"))
        seen.append({path.name: path.read_text() for path in reports})

    look("grade", NAME)
    with project.course.gradebook() as gradebook:
        gradebook.find_grade("test-files", NAME, NAME, "ada").manual_score = 1.25
        gradebook.find_comment("MySequential", NAME, NAME, "bob").manual_comment = "很好"
        gradebook.db.commit()
    look("grade", NAME, "--force")
    look_at_reports()
    look("feedback", NAME)
    page = (project.root / f"course/feedback/bob/{NAME}/{NAME}.html").read_text()
    seen.append((page.split("(Score: ")[1].split(")")[0], "很好" in page))
    shutil.rmtree(project.root / "course/submitted/小明")
    nbgrader("autograde", NAME, "--force", cwd=project.root / "course")
    look_at_reports()
    return seen


@pytest.mark.sandbox
def test_a_class_gets_the_scores_that_it_gets_with_sqlite(
    server: Server, released_project: Path, tmp_path: Path, right_code: str
) -> None:
    ours, usual = (
        Project(shutil.copytree(released_project, tmp_path / name)) for name in ("ours", "usual")
    )
    expected = teach(usual, right_code)
    server.run("CREATE DATABASE class")
    use(ours, server.url("class"))
    (ours.root / "course/gradebook.db").unlink()
    # Released before, but into another gradebook.
    refused = ours.run("grade", NAME)
    assert f"'{NAME}' was not released yet; run: autograder release {NAME}" in refused.stderr
    assert f"{NAME}: released" in ours.run("release", NAME).stdout
    assert f"{NAME}: unchanged" in ours.run("release", NAME).stdout

    assert teach(ours, right_code) == expected
    assert "ada,9.25,10,0,needs a person,3.5,3,1.5,1.25" in expected[-1][f"{NAME}.csv"]
    assert "bob,7,10,0,graded,2.5,3,1.5,0" in expected[-1][f"{NAME}.csv"]
    assert not (ours.root / "course/gradebook.db").exists()


@pytest.mark.sandbox
def test_the_formgrader_reads_and_writes_the_same_scores(
    server: Server, class_project: Project, start_lab: Callable[..., str]
) -> None:
    project = class_project
    server.run("CREATE DATABASE formgrader")
    use(project, server.url("formgrader"))
    assert project.run("release").returncode == 0
    submit_wrong(project, "bob")
    assert project.run("grade", NAME).returncode == 0
    api = f"{start_lab('lab', project.root, project.root / 'home')}/formgrader/api"
    browser = requests.Session()

    def get(path: str) -> dict | list:
        answer = browser.get(f"{api}/{path}")
        assert answer.ok, answer.text
        return answer.json()

    browser.get(api.removesuffix("/api"))
    assert [a["average_score"] for a in get("assignments") if a["name"] == NAME] == [7]
    assert [(s["student"], s["score"]) for s in get(f"submissions/{NAME}")] == [("bob", 7)]
    assert [(s["id"], s["score"]) for s in get("students")] == [("bob", 7)]
    assert [n["average_score"] for n in get(f"notebooks/{NAME}")] == [7]
    [notebook] = get(f"submitted_notebooks/{NAME}/{NAME}")
    grades = get(f"grades?submission_id={notebook['id']}")
    [grade] = [grade for grade in grades if grade["name"] == "test-files"]
    answer = browser.put(
        f"{api}/grade/{grade['id']}",
        json={"manual_score": 1.5, "extra_credit": 0.25},
        headers={"X-XSRFToken": browser.cookies["_xsrf"]},
    )
    assert answer.ok, answer.text
    assert project.score("bob") == 8.75


# What is wrong with an address, as a function of the server, and what the sentence says of it.
NOT_AN_ADDRESS = "CourseDirectory.db_url in nbgrader_config.py is not the address of a database"
FAULTS = {
    "no server": (lambda s: s.url("postgres", port=free_port()), "Connection refused; see to"),
    "no database": (lambda s: s.url("none"), 'database "none" does not exist; see to'),
    "wrong password": (
        lambda s: s.url("postgres", password=f"{PASSWORD}!"),
        f'password authentication failed for user "{USER}"; see to',
    ),
    "password in the query": (
        lambda s: s.url("none", password=None, query={"password": PASSWORD}),
        'database "none" does not exist; see to',
    ),
    "no right to make tables": (
        lambda s: s.url("locked", username="guest"),
        "permission denied for schema public; see to",
    ),
    "bare @ in the password": (
        lambda s: f"postgresql+psycopg://{USER}:open@sesame@{LOOPBACK}/class",
        NOT_AN_ADDRESS,
    ),
    "bare @ and / in the password": (
        lambda s: f"postgresql+psycopg://{USER}:open@ses/same@{LOOPBACK}/class",
        NOT_AN_ADDRESS,
    ),
    "bare @ and : in the password": (
        lambda s: f"postgresql+psycopg://{USER}:{PASSWORD}@{LOOPBACK}/class",
        NOT_AN_ADDRESS,
    ),
    "another driver": (
        lambda s: s.url("class").replace("psycopg", "psycopg2"),
        NOT_AN_ADDRESS,
    ),
}


@pytest.fixture(scope="module")
def guest(server: Server) -> None:
    """A user who may connect to the database ``locked`` and do nothing there."""
    server.run(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE locked")
    server.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database="locked")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    server: Server, guest: None, class_project: Project, right_code: str, fault: str
) -> None:
    address, sentence = FAULTS[fault]
    class_project.submit("ada", right_code)
    use(class_project, address(server))
    commands = ["grade"] if fault != "no server" else ["release", "grade", "feedback", "report"]
    for command in commands:
        done = class_project.run(command, NAME)
        assert done.returncode == 1 and not done.stdout
        assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("autograder: ")
        assert sentence in done.stderr
        assert "sesame" not in done.stderr and "same@" not in done.stderr


@pytest.mark.sandbox
def test_student_code_cannot_reach_the_server(server: Server) -> None:
    connect = "import sys, psycopg; psycopg.connect(sys.argv[1]); print('connected')"
    for host in (LOOPBACK, server.folder):
        argv = [sys.executable, "-c", connect, server.login(host=host)]
        outside = subprocess.run(argv, capture_output=True, text=True)
        assert outside.stdout == "connected\n", outside.stderr
        inside = subprocess.run(sandbox.command(argv), capture_output=True, text=True)
        assert "psycopg.OperationalError: connection " in inside.stderr and not inside.stdout
