"""A student's way: fetch, try, validate, hand in, read the feedback; two folders, one exchange."""

import pytest
from conftest import NAME, nbgrader, open_assignment_list, open_notebook, validate
from nbgrader.utils import get_username
from playwright.sync_api import expect

pytestmark = pytest.mark.sandbox


def type_solution(page, code):
    """Replace what stands in the solution cell of the open notebook, and save."""
    cell = page.locator(".jp-CodeCell", has_text="class MySequential").first
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(code)
    dirty = page.locator(".lm-TabBar-tab.jp-mod-dirty")
    expect(dirty).to_have_count(1)  # else JupyterLab might save what was there before
    page.keyboard.press("ControlOrMeta+S")
    expect(dirty).to_have_count(0)


def test_a_student_is_shown_what_is_wrong_hands_in_and_reads_the_score(
    class_project, start_lab, page, right_code
):
    project = class_project
    course = project.root / "course"
    exchange = project.root / "shared folder"
    exchange.mkdir()
    exchange.chmod(0o1777)
    homework = project.root / "of a student" / "homework"
    homework.parent.mkdir()

    def instructor(collect):
        """Collect, grade and hand back by the commands that the README names."""
        nbgrader(*collect, cwd=course, EXCHANGE=str(exchange))
        for command in ("grade", "feedback"):
            done = project.run(command, NAME)
            assert done.returncode == 0, done.stderr
        return nbgrader("release_feedback", NAME, cwd=course, EXCHANGE=str(exchange)).stderr

    def read_feedback(number):
        """Fetch the feedback, open the page of submission `number`; returns the page's text."""
        submitted.get_by_role("button", name="Fetch Feedback").click()
        submitted.get_by_text("(view feedback)").nth(number).click()
        page.locator(".jp-DirListing-item", has_text=f"{NAME}.html").dblclick()
        shown = page.locator(".lm-DockPanel-widget:not(.lm-mod-hidden) iframe")
        return shown.content_frame.locator("body")

    nbgrader("release_assignment", NAME, cwd=course, EXCHANGE=str(exchange))
    # One that came by mail: it is graded like the others, and stops no one's feedback.
    project.submit("by-mail", right_code)

    lab = start_lab("student", project.root, homework.parent, EXCHANGE=exchange, HOMEWORK=homework)
    released, downloaded, submitted = open_assignment_list(page, lab)
    released.get_by_role("button", name="Fetch").click()
    open_notebook(page, downloaded)
    assert [path.name for path in homework.iterdir()] == [NAME]

    wrong = right_code.replace("self.register_child(block)", "self._children[block.name] = block")
    type_solution(page, wrong)
    validate(page, "nn.Sequential cannot read your file: which keys do your children have?")
    page.get_by_role("tab", name="Assignments").click()
    downloaded.get_by_role("button", name="Submit").click()
    expect(submitted).to_contain_text(NAME)
    said = instructor(["collect", NAME])
    assert "not handed in through the exchange: by-mail" in said
    feedback = read_feedback(0)
    expect(feedback).to_contain_text(f"{NAME} (Score: 7.0 / 10.0)")
    expect(feedback).to_contain_text("A block that is added twice must run twice")

    page.get_by_role("tab", name=f"{NAME}.ipynb").click()
    type_solution(page, right_code)
    validate(page, "Success! Your notebook passes all the tests.")
    page.get_by_role("tab", name="Assignments").click()
    downloaded.get_by_role("button", name="Submit").click()
    expect(submitted.get_by_text("UTC")).to_have_count(2)
    instructor(["collect", NAME, "--update"])
    feedback = read_feedback(1)
    expect(feedback).to_contain_text(f"{NAME} (Score: 10.0 / 10.0)")
    assert project.score(get_username()) == 10

    page.get_by_role("menuitem", name="Nbgrader").click()
    menu = page.get_by_role("menu").get_by_role("menuitem")
    expect(menu).to_have_text(["Assignment List"])
