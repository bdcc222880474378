"""What the tests share: a project folder of their own, and the command run in it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from pages import EDITIONS, run
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from autograder import device, solutions
from autograder.course import Course, Exercises

ROOT = Path(__file__).resolve().parent.parent
NAME = "my-sequential"
SLOW = 120_000  # milliseconds that a step in a browser may take on a busy machine
expect.set_options(timeout=SLOW)
HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""


def _no_sandbox() -> str:
    """Say why this machine allows no sandbox at all; what ours then enforces, the tests decide."""
    try:
        plain = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
        done = subprocess.run(plain, capture_output=True, text=True)
    except FileNotFoundError:
        return "bubblewrap is not installed"
    return f"bubblewrap does not work here: {done.stderr.strip()}" if done.returncode else ""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sandbox: needs a machine on which bubblewrap works")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    needing = [item for item in items if item.get_closest_marker("sandbox")]
    reason = _no_sandbox() if needing else ""
    for item in needing if reason else []:
        item.add_marker(pytest.mark.skip(reason=reason))


def run_as_ordinary_user(
    argv: list[str], empty: Path, cwd: str | Path, **options: object
) -> subprocess.CompletedProcess:
    """Run a command as an ordinary user, also where the tests run as root; skip where that fails.

    ``empty`` is an empty folder.
    """
    if os.geteuid() == 0:
        # Python may lie in root's own folder: in a mount namespace of ours, others can reach it.
        other = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        home = Path("~root").expanduser()
        python = Path(sys.base_prefix).resolve()
        script = "set -e; cd /\n"
        if python.is_relative_to(home):
            script += f"""
mount --bind {python} {empty}
mount -t tmpfs -o mode=755 none {home}
mkdir -p {python}
mount --move {empty} {python}
"""
        script += f"cd {shlex.quote(str(cwd))}\nexec {shlex.join([*other, *argv])}"
        argv = ["unshare", "-m", "sh", "-c", script]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, **options)
    if "unshare: " in done.stderr or "Permission denied" in done.stderr:
        pytest.skip(f"no way to become an ordinary user here: {done.stderr.strip()}")
    return done


def nbgrader(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run ``nbgrader`` in a folder; it must succeed."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=cwd,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done


@dataclass(frozen=True)
class Project:
    """A folder with exercises/ and course/, as a checkout has them."""

    root: Path

    @property
    def course(self) -> Course:
        return Course(self.root / "course", Exercises(self.root / "exercises"))

    def run(
        self, *words: str | Path, timeout: int = 300, **environment: str
    ) -> subprocess.CompletedProcess:
        """Run ``autograder`` in this folder; `timeout` is in seconds."""
        return subprocess.run(
            [sys.executable, "-m", "autograder.cli", *map(str, words)],
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def released(self, name: str = NAME) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "course/release" / name / f"{name}.ipynb", as_version=4)

    def submit(self, student: str, code: str | dict[str, str], name: str = NAME) -> Path:
        """Hand in the released notebook with ``code`` in its solution cells, given by grade id
        (a text is that of MySequential); returns its path."""
        cells = {"MySequential": code} if isinstance(code, str) else code
        nb = solutions.Solution(Path("test"), cells, (), None).fill(self.released(name))
        path = self.root / "course/submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
        return path

    def configure(self, *lines: str) -> None:
        """Add lines such as ``c.Execute.timeout = 5`` to the course's own configuration."""
        path = self.root / "course/nbgrader_config.py"
        path.write_text("\n".join([path.read_text(), "c = get_config()", *lines, ""]))

    def score(self, student: str, name: str = NAME) -> float:
        with self.course.gradebook() as gradebook:
            return gradebook.find_submission(name, student).score


class Cluster:
    """A Dask scheduler and its workers on loopback, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._processes = folder, []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"

    def _start(self, program: str, *words: str, **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + program, *words, "--no-dashboard"],
            cwd=self._folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / "dask.log").open("a"),
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def scheduler(self) -> None:
        host, port = self.address.removeprefix("tcp://").split(":")
        self._start("dask_scheduler", "--host", host, "--port", port)
        while socket.socket().connect_ex((host, int(port))):
            time.sleep(0.1)

    def worker(self, **environment: str) -> subprocess.Popen:
        """Start a worker, and wait until the scheduler knows it."""
        process = self._start(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", **environment
        )
        log = self._folder / "dask.log"
        number = len(self._processes) - 1
        while log.read_text().count("Registered to:") < number:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        return process

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("dask"))
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser of the machine's own; one for all, for Playwright runs once in a process."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed; install the Debian package chromium")
    options = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own profile, whose steps may take long; no script of it may have failed."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SLOW)
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    page.close()
    assert not failed


@pytest.fixture
def start_lab() -> Iterator[Callable[..., str]]:
    """A function that runs ``make lab`` or ``make student`` and returns the server's address."""
    running = []

    def start(target: str, root: Path, home: Path, **variables: str | Path) -> str:
        for name in ("Makefile", ".venv"):
            if not (root / name).exists():
                (root / name).symlink_to(ROOT / name)
        home.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = "--no-browser --allow-root --IdentityProvider.token= --ServerApp.password="
        variables["LAB_OPTIONS"] = f"{options} --port={port}"
        log = home / "lab.log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                ["make", "-o", "setup", target, *(f"{k}={v}" for k, v in variables.items())],
                cwd=root,
                env={**os.environ, "HOME": str(home)},
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        running.append(process)
        while True:
            assert process.poll() is None, log.read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.1)

    yield start
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def open_assignment_list(page: Page, lab: str) -> tuple[Locator, Locator, Locator]:
    """Open Nbgrader's Assignment List; returns what is released, downloaded and submitted."""
    page.goto(f"{lab}/lab")
    # Last comes what was open before: until then, what is opened is closed again.
    expect(page.get_by_role("tab", name="Launcher")).to_be_visible()
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()
    return tuple(
        page.locator(f"#{part}_assignments_list") for part in ("released", "fetched", "submitted")
    )


def open_notebook(page: Page, downloaded: Locator) -> None:
    """Open the notebook of the downloaded assignment."""
    downloaded.get_by_role("button", name=NAME).click()
    downloaded.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", name="Write your own Sequential")).to_be_visible()


def validate(page: Page, *said: str) -> None:
    """Press Validate in the open notebook and wait for a result that says all this."""
    page.get_by_role("toolbar").get_by_text("Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    for text in said:
        expect(dialog).to_contain_text(text)
    dialog.get_by_role("button", name="Ok").click()
    expect(dialog).to_have_count(0)


def make_project(root: Path) -> Project:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "exercises", root / "exercises", ignore=ignore)
    return Project(root)


@pytest.fixture(scope="session")
def released_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose assignments are released; tests work on copies of it."""
    project = make_project(tmp_path_factory.mktemp("released"))
    done = project.run("release")
    assert done.returncode == 0, done.stderr
    return project.root


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with nothing released yet."""
    return make_project(tmp_path)


@pytest.fixture
def class_project(released_project: Path, tmp_path: Path) -> Project:
    """A project with every assignment released and no submission."""
    shutil.copytree(released_project, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


@pytest.fixture(scope="session")
def right_code() -> str:
    """A right solution of my-sequential."""
    path = ROOT / "exercises" / NAME / "solutions" / "right_register_child.py"
    return solutions.read(path).cells["MySequential"]


@pytest.fixture(scope="session")
def site() -> Path:
    """The site, built by the command that users run."""
    done = run(ROOT / "tools" / "build_book.py")
    assert done.returncode == 0, done.stderr
    return ROOT / "_build" / "site"


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stand-in for NVIDIA's driver library: see libcuda.c."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler for the stand-in driver; install gcc")
    folder = tmp_path_factory.mktemp("driver")
    options = ["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1"]
    source, library = ROOT / "tests" / "libcuda.c", folder / "libcuda.so.1"
    subprocess.run([compiler, *options, "-o", library, source], check=True)
    return folder


@pytest.fixture
def driver(stand_in: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A function that puts a driver with these cards under this process, and an empty cache."""

    def install(cards: str, **environment: str) -> None:
        for name, value in {"STAND_IN_CARDS": cards, **environment}.items():
            monkeypatch.setenv(name, value)
        device.examine.cache_clear()

    before = os.environ.get("LD_LIBRARY_PATH", "")
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{stand_in}:{before}".rstrip(":"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    yield install
    device.examine.cache_clear()


@pytest.fixture
def small_book(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a book of one page, the same in both editions unless told otherwise."""

    def make(text: str, chinese: str | None = None) -> Path:
        for name in ("tools", "book/_templates", "book/_static"):
            shutil.copytree(ROOT / name, tmp_path / name)
        for name in ("_config.yml", "book/references.bib", "book/terms.yml"):
            shutil.copy2(ROOT / name, tmp_path / name)
        for edition, body in zip(EDITIONS, (text, chinese or text), strict=True):
            folder = tmp_path / "book" / edition
            folder.mkdir()
            (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n")
            (folder / "index.md").write_text(f"{HEADER}# Title\n\n{body}\n")
        return tmp_path / "tools" / "build_book.py"

    return make
