"""JupyterLab and the formgrader, in a browser: what students and instructors see works."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import NAME, ROOT
from playwright.sync_api import expect

pytestmark = pytest.mark.sandbox


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    yield page
    page.close()


@pytest.fixture
def lab(class_project):
    """JupyterLab on a project, configured as ``make lab`` does it; returns its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shutil.copytree(class_project.root / "course/release", class_project.root / "homework")
    home = class_project.root / "home"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *(f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password="),
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ],
        cwd=class_project.root,
        env={
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_PATH": str(class_project.root / "exercises"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_the_formgraders_button_gives_the_score_of_autograder_grade(
    class_project, lab, page, right_code
):
    wrong = right_code.replace("self.register_child(block)", "self._children[block.name] = block")
    class_project.submit("ada", right_code)
    class_project.submit("bob", wrong)
    for student, score in {"ada": "10 / 10", "bob": "7 / 10"}.items():
        page.goto(f"{lab}/formgrader/manage_submissions/{NAME}")
        row = page.locator("tr", has_text=student)
        row.locator("td").nth(5).locator("a").click()
        expect(row).to_contain_text(score, timeout=60_000)
    done = class_project.run("grade", NAME, "--force")
    assert done.returncode == 0, done.stderr
    assert (class_project.score("ada"), class_project.score("bob")) == (10, 7)


def test_a_student_opens_the_notebook_and_validate_shows_what_fails(lab, page):
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{lab}/lab/tree/homework/{NAME}/{NAME}.ipynb")
    expect(page.get_by_role("heading", name="Write your own Sequential")).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("toolbar").get_by_text("Validate").click()
    expect(page.locator(".jp-Dialog")).to_contain_text(
        re.compile("NotImplementedError"), timeout=60_000
    )
    assert not failed


def test_make_lab_never_overwrites_a_students_copy(class_project):
    root = class_project.root
    for name in ("Makefile", ".venv"):
        (root / name).symlink_to(ROOT / name)
    copy = root / "homework" / NAME / f"{NAME}.ipynb"
    for _ in range(2):
        # The set-up is done (-o); with --version JupyterLab says its version and leaves.
        make = ["make", "-o", "setup", "lab", "LAB_OPTIONS=--version"]
        done = subprocess.run(make, cwd=root, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        if copy.read_text() != "my work":
            assert nbformat.read(copy, as_version=4) == class_project.released()
            copy.write_text("my work")
    assert copy.read_text() == "my work"
