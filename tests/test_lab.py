"""``make lab``: one person, one folder, both roles."""

import subprocess

import nbformat
import pytest
from conftest import NAME, ROOT, nbgrader, open_assignment_list, open_notebook, validate
from nbgrader.utils import get_username
from playwright.sync_api import expect


@pytest.mark.sandbox
def test_copies_in_homework_can_be_validated_and_handed_in(class_project, start_lab, page):
    root = class_project.root
    lab = start_lab("lab", root, root / "home")
    nbgrader("release_assignment", NAME, cwd=root / "course")
    _, downloaded, submitted = open_assignment_list(page, lab)
    open_notebook(page, downloaded)
    validate(page, "NotImplementedError")

    page.get_by_role("tab", name="Assignments").click()
    downloaded.get_by_role("button", name="Submit").click()
    expect(submitted).to_contain_text(NAME)
    nbgrader("collect", NAME, cwd=root / "course")
    assert (root / "course/submitted" / get_username() / NAME / f"{NAME}.ipynb").is_file()
    expect(page.get_by_text("Jupyter news")).to_have_count(0)


@pytest.mark.parametrize("target", ["lab", "student"])
def test_a_wrong_exchange_is_named_before_jupyterlab_starts(class_project, target):
    (class_project.root / "Makefile").symlink_to(ROOT / "Makefile")
    make = ["make", "-o", "setup", "-o", "release", target, "EXCHANGE=/nowhere"]
    done = subprocess.run(make, cwd=class_project.root, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "there is no folder EXCHANGE=/nowhere; see" in done.stderr


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
