"""An instructor's way through the formgrader: generate, release, collect, grade, hand back."""

import re

import nbformat
import pytest
from conftest import NAME, nbgrader
from nbformat.v4 import new_markdown_cell
from playwright.sync_api import expect

from autograder.solutions import Solution

pytestmark = pytest.mark.sandbox

WRITTEN = {
    "grade_id": "written",
    "points": 2,
    "grade": True,
    "solution": True,
    "locked": False,
    "task": False,
    "schema_version": 3,
}


def press(page, row, icon, *said):
    """Press a button of a row of the formgrader, known by its icon; its log says all this."""
    row.locator(f".glyphicon-{icon}").click()
    dialog = page.locator(".modal.in")
    expect(dialog.locator(".modal-title")).to_have_text("Success")
    for text in said:
        expect(dialog).to_contain_text(text)
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_have_count(0)


def test_every_button_works_and_a_score_given_by_hand_stays(
    class_project, start_lab, page, right_code
):
    project = class_project
    root = project.root
    source = root / "course/source" / NAME / f"{NAME}.ipynb"
    config = root / "exercises/nbgrader_config.py"
    exchange = root / "exchange"
    exchange.mkdir()
    homework = root / "of a student" / "homework"
    homework.mkdir(parents=True)
    student = {
        "HOME": str(homework.parent),
        "JUPYTER_CONFIG_PATH": str(root / "exercises/student"),
        "EXCHANGE": str(exchange),
    }
    lab = start_lab("lab", root, root / "home", EXCHANGE=exchange)

    def manage(student):
        page.goto(f"{lab}/formgrader/manage_submissions/{NAME}")
        return page.locator("tbody tr", has_text=student)

    # From now on notebooks are in Chinese, and a question is there that only a person can grade.
    config.write_text(f'{config.read_text()}\nc.Language.language = "zh"\n')
    nb = nbformat.read(source, as_version=4)
    nb.cells.append(new_markdown_cell("Why?", metadata={"nbgrader": WRITTEN}))
    nbformat.write(nb, source)
    page.goto(f"{lab}/formgrader")
    row = page.locator("tr", has_text=NAME)
    press(page, row, "education")
    prose = [cell.source for cell in project.released().cells if cell.cell_type == "markdown"]
    assert "# 自己写一个 Sequential" in prose[0] and prose[-1] == "YOUR ANSWER HERE"
    assert not any("Write your own Sequential" in source for source in prose)
    press(page, row, "cloud-upload", f"Released as: deep-learning-computation {NAME}")

    nbgrader("fetch_assignment", NAME, cwd=homework, **student)
    notebook = homework / NAME / f"{NAME}.ipynb"
    fetched = nbformat.read(notebook, as_version=4)
    fetched.cells[-1].source = "Because a block knows its children by a key."
    wrong = right_code.replace("self.register_child(block)", "self._children[block.name] = block")
    for name, code in {"ada": right_code, "bob": wrong}.items():
        filled = Solution(homework, {"MySequential": code}, (), None).fill(fetched)
        nbformat.write(filled, notebook)
        nbgrader("submit", NAME, f"--student={name}", cwd=homework, **student)
    press(page, row, "cloud-download", "Processing 2 submissions")

    for name, score in {"ada": "10 / 12", "bob": "7 / 12"}.items():
        press(page, manage(name), "flash", "Applying preprocessor: Judge")
        expect(manage(name)).to_contain_text(score)
        expect(manage(name)).to_contain_text("needs manual grading")

    page.goto(f"{lab}/formgrader/manage_students/ada/{NAME}")
    page.get_by_role("link", name=NAME).last.click()
    answer = page.locator(".nbgrader_cell", has_text="Because a block knows its children")
    points = answer.locator("input.score")
    # Marked once the grades have arrived; what is typed before that is lost.
    expect(points).to_have_class(re.compile("needs_manual_grade"))
    with page.expect_response("**/formgrader/api/grade/*") as saved:
        points.fill("1.5")
        points.press("Tab")
    assert saved.value.ok
    expect(manage("ada")).to_contain_text("11.5 / 12")
    press(page, manage("ada"), "flash")
    expect(manage("ada")).to_contain_text("11.5 / 12")
    done = project.run("grade", NAME, "--force")
    assert done.returncode == 0, done.stderr
    assert (project.score("ada"), project.score("bob")) == (11.5, 7)

    page.goto(f"{lab}/formgrader")
    press(page, row, "comment")
    press(page, row, "envelope", "Releasing feedback for student 'ada'", "student 'bob'")
    nbgrader("fetch_feedback", NAME, cwd=homework, **student)
    pages = sorted((homework / NAME / "feedback").glob("*/*.html"))
    scores = [p.read_text().split("(Score: ")[1].split(")")[0] for p in pages]
    assert scores == ["11.5 / 12.0", "7.0 / 12.0"]
