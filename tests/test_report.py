"""The report: every form says what the gradebook and the notebooks say, and harms no one."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import inaccessible, open_page, wider
from bs4 import BeautifulSoup
from conftest import NAME, ROOT, Project
from nbgrader.api import Gradebook
from playwright.sync_api import Browser
from sqlalchemy import Engine, event

from autograder import exports, phases, report, report_page, solutions
from autograder.course import Course, Exercises
from autograder.judge import Verdict, verdict_output
from autograder.report import Item, Row, Scores

HOSTILE = "<img src=x onerror=alert(1)>"


# --- numbers, against those worked out by hand ----------------------------------------------------


def test_a_histogram_counts_each_score_once() -> None:
    bins = report_page.histogram([-1, 0, 4.9, 5, 10, 12], 10, bins=2)
    assert [(b.low, b.high, b.count) for b in bins] == [(0, 5, 3), (5, 10, 3)]
    # 0.7 * 10 is 7, though 0.7 is a little less than seven tenths.
    assert [b.count for b in report_page.histogram([0.7], 1)].index(1) == 7


@pytest.mark.parametrize(
    ("item", "rest", "expected"),
    [
        # Deviations of the item ½ -½ ½ -½, of the rest 1 -1 0 0: 1 / sqrt(1 * 2).
        ([1, 0, 1, 0], [3, 1, 2, 2], 1 / math.sqrt(2)),
        ([2, 1, 0], [0, 1, 2], -1),
        ([1, 1, 1], [1, 2, 3], None),
        ([1, 2, 3], [4, 4, 4], None),
        ([1, 0], [1, 0], None),
        ([], [], None),
    ],
)
def test_discrimination_is_the_correlation_with_the_other_items(
    item: list[float], rest: list[float], expected: float | None
) -> None:
    total = [a + b for a, b in zip(item, rest, strict=True)]
    found = report_page.discrimination(item, total)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_rounding_makes_no_discrimination() -> None:
    # The rest is 0.3 for all; as a float, it is not: 0.1 + 0.2 is more than 0.3.
    assert report_page.discrimination([0.1, 0.2, 0], [0.1 + (0.1 + 0.2), 0.2 + 0.3, 0.3]) is None


def row(student: str, *points: float | None, **more: object) -> Row:
    cells = dict(zip(("code", "essay"), points, strict=True))
    waiting = tuple(name for name, value in cells.items() if value is None)
    raw = sum(value or 0 for value in points)
    return Row(student, raw, 5, cells, waiting=waiting, **more)


def test_what_is_not_graded_yet_counts_for_nothing() -> None:
    rows = [row("a", 3, 1), row("b", 0, None), row("c", 1.5, 2), row("d", 3, 0)]
    code = report_page.item_statistics(Item("code", 3), rows)
    assert (code.known, code.full, code.mean_share) == (4, 2, 7.5 / 12)
    essay = report_page.item_statistics(Item("essay", 2, by_hand=True), rows)
    assert (essay.known, essay.full, essay.mean_share) == (3, 1, 0.5)
    # Of a, c, d: essay 1 2 0, code 3 1.5 3; deviations 0 1 -1 and ½ -1 ½.
    assert essay.discrimination == pytest.approx(-1.5 / math.sqrt(2 * 1.5))
    nobody = report_page.item_statistics(Item("essay", 2), rows[1:2])
    assert (nobody.known, nobody.mean_share, nobody.discrimination) == (0, None, None)


# --- the files for other programs -----------------------------------------------------------------


@pytest.fixture
def scores() -> Scores:
    """Scores of which two are final: one is late, one waits for a person, one is not graded."""
    names = {"first_name": "Ada", "last_name": "King, Countess", "email": "ada@example.org"}
    rows = [
        row("ada", 3, 2, lms_user_id="1815", **names),
        row("bob", 1.5, 2, penalty=1.0),
        row("eve", 3, None),
        Row("zoe", None, 5, {"code": None, "essay": None}),
    ]
    return Scores("ps1", None, [Item("code", 3), Item("essay", 2, by_hand=True)], rows)


def test_the_files_have_the_form_that_others_import(scores: Scores, tmp_path: Path) -> None:
    paths = exports.write_all(tmp_path / "new", scores)
    plain, canvas, moodle, _ = [path.read_text(encoding="utf-8") for path in paths]
    assert plain == (
        "student,score,max_score,late_penalty,status,code,essay\n"
        "ada,5,5,0,graded,3,2\n"
        "bob,2.5,5,1,graded,1.5,2\n"
        "eve,3,5,0,needs a person,3,\n"
        "zoe,,5,0,not graded,,\n"
    )
    assert canvas == (
        "Student,ID,SIS User ID,SIS Login ID,Section,ps1\n"
        "    Points Possible,,,,,5\n"
        '"King, Countess, Ada",1815,,ada,,5\n'
        "bob,,,bob,,2.5\n"
    )
    assert moodle == (
        "Username,First name,Last name,ID number,Email address,ps1\n"
        'ada,Ada,"King, Countess",1815,ada@example.org,5\n'
        "bob,,,,,2.5\n"
    )
    assert {path.name for path in (tmp_path / "new").iterdir()} == {path.name for path in paths}


# --- the gradebook --------------------------------------------------------------------------------


def make_course(root: Path, students: list[str]) -> Course:
    """Make a course whose assignment has two notebooks, tests and things that a person grades."""
    root.mkdir(exist_ok=True)
    course = Course(root)
    with Gradebook(course.api.coursedir.db_url) as gradebook:
        gradebook.add_assignment("ps1")
        for notebook in ("a", "b"):
            gradebook.add_notebook(notebook, "ps1")
            gradebook.add_grade_cell("test", notebook, "ps1", max_score=3, cell_type="code")
        gradebook.add_grade_cell("essay", "a", "ps1", max_score=2, cell_type="markdown")
        gradebook.add_solution_cell("essay", "a", "ps1")
        gradebook.add_task_cell("task", "b", "ps1", max_score=1, cell_type="markdown")
        for student in students:
            gradebook.add_student(student, first_name="F", lms_user_id="7")
            submission = gradebook.add_submission("ps1", student)
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.name == "test":
                        grade.auto_score, grade.needs_manual_grade = 1.5, False
            folder = course.folder("autograded", student, "ps1")
            folder.mkdir(parents=True)
            (folder / "a.ipynb").write_text('{"cells": []}')
        gradebook.db.commit()
    return course


def mark(course: Course, student: str, notebook: str, cell: str, points: float) -> None:
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(cell, notebook, "ps1", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def test_what_a_person_grades_appears_as_such(tmp_path: Path) -> None:
    course = make_course(tmp_path, ["ada"])
    found = report.read(course, "ps1", ["ada"])
    assert found.items == [
        Item("a/test", 3),
        Item("a/essay", 2, by_hand=True),
        Item("b/test", 3),
        Item("b/task", 1, by_hand=True),
    ]
    ada = found.rows[0]
    assert (ada.score, ada.status, set(ada.waiting)) == (3, "needs a person", {"a/essay", "b/task"})
    assert ada.cells == {"a/test": 1.5, "a/essay": None, "b/test": 1.5, "b/task": None}

    mark(course, "ada", "a", "essay", 2)
    mark(course, "ada", "b", "task", 0)
    ada = report.read(course, "ps1", ["ada"]).rows[0]
    assert (ada.score, ada.status, ada.cells["b/task"]) == (5, "graded", 0)


def test_scores_are_those_of_nbgrader_late_penalty_and_all(tmp_path: Path) -> None:
    course = make_course(tmp_path, ["ada", "bob"])
    with course.gradebook() as gradebook:
        gradebook.find_grade("test", "a", "ps1", "ada").extra_credit = 4.0
        gradebook.update_or_create_student("ada", last_name="L", email="ada@example.org")
        gradebook.find_submission("ps1", "ada").timestamp = datetime(2026, 1, 1, 12, 30)
        for notebook in gradebook.find_submission("ps1", "bob").notebooks:
            notebook.late_submission_penalty = 0.5
        gradebook.find_assignment("ps1").duedate = datetime(2026, 1, 1)
        gradebook.db.commit()
    exports.write_nbgrader(tmp_path / "ours.csv", report.read(course, "ps1", ["ada", "bob"]))
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--assignment=['ps1']", "--to=stock.csv"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    stock = (tmp_path / "stock.csv").read_text()
    assert "ada@example.org,7.0,0.0,7.0,9.0" in stock and ",3.0,1.0,2.0,9.0" in stock
    ours = (tmp_path / "ours.csv").read_text()
    assert sorted(ours.splitlines()) == sorted(stock.splitlines())


def test_a_larger_class_costs_no_more_queries(tmp_path: Path) -> None:
    asked = []
    for number in (2, 20):
        students = [f"s{n}" for n in range(number)]
        course = make_course(tmp_path / str(number), students)
        statements: list[str] = []

        def count(*arguments: object, found: list[str] = statements) -> None:
            found.append(str(arguments[2]))

        event.listen(Engine, "before_cursor_execute", count)
        try:
            assert len(report.read(course, "ps1", students).rows) == number
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_submission_costs_the_gradebook_no_more_in_a_larger_class(tmp_path: Path) -> None:
    steps = []
    for number in (5, 40):
        course = make_course(tmp_path / str(number), [f"s{n}" for n in range(number)])
        with closing(sqlite3.connect(course.root / "gradebook.db")) as connection:
            for name in ("submitted_notebook", "grade", "comment"):  # nbgrader makes none of these
                connection.execute(f"DROP INDEX autograder_{name}")
        with phases.one_gradebook(course) as gradebook:
            counted: list[int] = []  # steps of SQLite's virtual machine
            driver = gradebook.db.connection().connection.driver_connection
            driver.set_progress_handler(lambda found=counted: found.append(1), 1)
            gradebook.find_grade("test", "a", "ps1", "s1").auto_score = 3
            gradebook.find_comment("essay", "a", "ps1", "s1").auto_comment = "No response."
            gradebook.db.commit()
            assert sum(n.score for n in gradebook.find_submission("ps1", "s1").notebooks) == 4.5
            steps.append(len(counted))
    assert steps[1] < 1.2 * steps[0]


# --- the notebooks --------------------------------------------------------------------------------


def cell(grade_id: str, *outputs: dict) -> dict:
    metadata = {"nbgrader": {"grade_id": grade_id}}
    return {"cell_type": "code", "metadata": metadata, "source": "", "outputs": list(outputs)}


def error(name: str, text: str) -> dict:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": []}


def find(root: Path, **notebooks: list[dict] | str) -> report_page.Findings:
    """Return the findings in the autograded notebooks of my-sequential, given by student."""
    findings = report_page.Findings(Course(root, Exercises(ROOT / "exercises")), NAME)
    for student, cells in notebooks.items():
        folder = root / "autograded" / student / NAME
        folder.mkdir(parents=True)
        text = cells if isinstance(cells, str) else json.dumps({"cells": cells})
        (folder / f"{NAME}.ipynb").write_text(text)
        findings.add(Row(student, 1.0, 10, {}))
    return findings


def test_only_the_judges_verdicts_count(tmp_path: Path) -> None:
    verdict = verdict_output(Verdict(1, ["chained"], ["several-at-once", "gone"]))
    forged = verdict_output(Verdict(9, ["chained"] * 9, [HOSTILE], [], ["forged"]))
    findings = find(
        tmp_path,
        ada=[cell("MySequential", forged), cell("test-forward", verdict)],
        bob=[cell("test-forward", verdict_output(Verdict(1, ["several-at-once"], ["chained"])))],
    )
    counts = {(c.grade_id, c.name): (c.passed, c.failed) for c in findings.checks}
    assert counts.pop(("test-forward", "chained")) == (1, 1)
    assert counts.pop(("test-forward", "several-at-once")) == (1, 1)
    assert set(counts.values()) == {(0, 0)} and not findings.messages


def test_the_most_frequent_message_stands_first_once_a_submission(tmp_path: Path) -> None:
    reason = verdict_output(Verdict(0, [], ["chained"], [], ["Your code raised KeyError: 'a'"]))
    address = "<Net at 0x7f12ab34cd56> is not callable"
    findings = find(
        tmp_path,
        ada=[cell("try", error("TypeError", address))],
        bob=[cell("try", error("KeyError", "'a'")), cell("test-forward", reason)],
        eve=[cell("test-forward", error("KeyError", "'a'\x1b[31m"))],
        zoe=[cell("try", error("TypeError", address.replace("ab34", "0000")))],
        ann=[cell("try", error("TypeError", address), error("Odd", "\u202e" + "x" * 999))],
    )
    found = [(m.text, m.count, sorted(m.cells), m.students) for m in findings.messages]
    assert found[0] == (
        "TypeError: <Net at …> is not callable",
        3,
        ["try"],
        ["ada", "zoe", "ann"],
    )
    assert found[1] == ("KeyError: 'a'", 1, ["test-forward", "try"], ["bob"])
    assert [len(text) for text, *_ in found if text.startswith("Odd")] == [300]
    assert all(text.isprintable() for text, *_ in found)


def test_a_damaged_notebook_is_flagged_and_stops_nothing(tmp_path: Path) -> None:
    findings = find(tmp_path, ada='{"cells"', bob=[cell("try", error("KeyError", "1"))])
    assert [(flag.student, flag.status) for flag in findings.flags] == [("ada", "unreadable")]
    assert [message.text for message in findings.messages] == ["KeyError: 1"]


# --- a class, graded in the sandbox ---------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(
    released_project: Path, tmp_path_factory: pytest.TempPathFactory, right_code: str
) -> Project:
    """A class of right, wrong, broken and hostile submissions, graded and reported once."""
    root = tmp_path_factory.mktemp("class")
    shutil.copytree(released_project, root, dirs_exist_ok=True)
    project = Project(root)
    wrong = ROOT / "exercises" / NAME / "solutions" / "wrong_keyed_by_name.py"
    project.submit("ada", right_code)
    project.submit("bob", solutions.read(wrong).cells["MySequential"])
    hostile = f"raise ValueError({HOSTILE + '</script>'!r}); return len"
    project.submit(HOSTILE, right_code.replace("return len", hostile))
    project.submit("小明", right_code).write_text("{")
    assert project.run("grade", NAME).returncode == 1
    done = project.run("report", NAME)
    assert done.returncode == 0, done.stderr
    (root / "shown").write_text(done.stdout)
    return project


def cells_of(page: BeautifulSoup, section: str) -> list[list[str]]:
    """Return the rows of the table in a section of the page."""
    rows = page.select(f"[aria-labelledby={section}] tbody tr")
    return [[" ".join(td.get_text().split()) for td in tr.select("th, td")] for tr in rows]


@pytest.mark.sandbox
def test_the_command_shows_a_table_and_writes_every_form(graded: Project) -> None:
    shown = (graded.root / "shown").read_text()
    assert "full" in shown and "needs a person" not in shown
    assert "not in the files for Canvas and Moodle: 1 of 4" in shown
    assert f"written to {graded.root}/course/reports: {NAME}.html, {NAME}.csv, " in shown
    folder = graded.root / "course/reports"
    lines = (folder / f"{NAME}.csv").read_text().splitlines()
    assert lines[0] == (
        "student,score,max_score,late_penalty,status,test-forward,test-blocks,test-index,test-files"
    )
    assert "ada,10,10,0,graded,3.5,3,1.5,2" in lines
    assert "bob,7,10,0,graded,2.5,3,1.5,0" in lines
    assert "小明,,10,0,not graded,,,," in lines
    assert "ada,,,ada,,10" in (folder / f"{NAME}-canvas.csv").read_text()
    assert "ada,,,,,10" in (folder / f"{NAME}-moodle.csv").read_text()
    assert ",ada,,,,10.0,0.0,10.0,10.0" in (folder / f"{NAME}-nbgrader.csv").read_text()
    assert not list(folder.glob("*.new"))

    expected = graded.root / "expected.csv"
    expected.write_text("student,score\nada,10\nbob,6\n")
    done = graded.run("report", NAME, "--quiet", "--to", "elsewhere", "--expect", expected)
    assert done.returncode == 1 and "bob: expected 6, got 7" in done.stderr
    assert (graded.root / f"elsewhere/{NAME}.html").is_file()

    done = graded.run("report", NAME, "--quiet", "--to", expected)
    assert done.returncode == 1 and done.stderr.startswith(
        f"autograder: cannot write to {expected}"
    )
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.sandbox
def test_the_page_tells_how_the_class_did(graded: Project) -> None:
    text = (graded.root / f"course/reports/{NAME}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    facts = {div.dt.text: div.dd.text for div in page.select(".facts div")}
    assert {name: facts[name] for name in ("Submissions", "Graded", "Flagged", "Full marks")} == {
        "Submissions": "4",
        "Graded": "3",
        "Flagged": "1",
        "Full marks": "1",
    }
    assert "From 7 to 8: 1. From 9 to 10: 2." in " ".join(page.select_one("svg desc").text.split())
    items = {name: rest for name, *rest in cells_of(page, "items")}
    assert items["test-blocks"][:3] == ["by tests", "3", "3 of 3 (100 %)"]
    assert items["test-blocks"][-1] == "–", "all have the same points"
    assert items["test-files"][2] == "2 of 3 (67 %)"
    checks = {(grade_id, name): passed for name, passed, _, grade_id, _ in cells_of(page, "checks")}
    assert checks["test-forward", "chained"] == "3 of 3 (100 %)"
    assert checks["test-forward", "same-block-twice"] == "2 of 3 (67 %)"
    messages = {text: rest for _, text, *rest in cells_of(page, "messages")}
    assert messages[f"ValueError: {HOSTILE}</script>"] == ["test-index, try-index", HOSTILE]
    slowest = cells_of(page, "slowest")
    assert {student for student, _ in slowest} == {"ada", "bob", HOSTILE}
    assert all(float(seconds) > 0 for _, seconds in slowest)
    [(student, status, why)] = cells_of(page, "flagged")
    assert (student, status) == ("小明", "not graded") and "is not a notebook" in why


@pytest.mark.sandbox
def test_what_students_write_is_text_on_the_page(graded: Project, chromium: Browser) -> None:
    path = graded.root / f"course/reports/{NAME}.html"
    assert HOSTILE not in path.read_text(encoding="utf-8")
    page, faults = open_page(chromium, path.as_uri(), path.as_uri())
    assert page.locator("img, script, iframe, object").count() == 0
    assert page.get_by_text(HOSTILE, exact=True).first.is_visible()
    assert not faults
    page.context.close()


@pytest.mark.sandbox
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_is_sound_in_a_browser_without_a_network(
    graded: Project, chromium: Browser, scheme: str, width: int
) -> None:
    url = (graded.root / f"course/reports/{NAME}.html").as_uri()
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page, logged = open_page(chromium, url, url, **look)
    faults = [*logged, *wider(page), *map(str, inaccessible(page))]
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    page.context.close()
    assert not faults
    brightness = [sum(map(int, colour[4:-1].split(","))) for colour in (ink, paper)]
    assert (brightness == sorted(brightness)) == (scheme == "light"), f"{ink} on {paper}"


def test_a_page_of_marks_by_hand_says_who_waits(tmp_path: Path, chromium: Browser) -> None:
    """Nothing is graded but by tests, there is no judge, and no time is known."""
    course = make_course(tmp_path, ["ada", "bob"])
    mark(course, "bob", "a", "essay", 2)
    mark(course, "bob", "b", "task", 1)
    found = report.read(course, "ps1", ["ada", "bob", "new"])
    findings = report_page.Findings(course, "ps1")
    for each in found.rows:
        findings.add(each)
    text = report_page.page(found, findings, datetime(2026, 1, 1, tzinfo=UTC))
    page = BeautifulSoup(text, "html.parser")
    assert "Of the graded submissions, 1 waits for points" in text
    assert ["a/essay", "by hand", "2", "1 of 1 (100 %)", "100 %", "–"] in cells_of(page, "items")
    assert cells_of(page, "flagged") == [
        ["ada", "needs a person", "points are to be given by hand: a/essay, b/task"],
        ["new", "not graded", cells_of(page, "flagged")[1][2]],
    ]
    assert "there is no a.ipynb or b.ipynb in" in cells_of(page, "flagged")[1][2]
    assert not page.select("#checks, #slowest, #messages")
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    opened, faults = open_page(chromium, path.as_uri(), path.as_uri())
    assert not faults and not inaccessible(opened)
    opened.context.close()


def test_nothing_graded_makes_a_page_all_the_same(tmp_path: Path) -> None:
    course = make_course(tmp_path, [])
    found = report.read(course, "ps1", ["ada"])
    findings = report_page.Findings(course, "ps1")
    findings.add(found.rows[0])
    page = BeautifulSoup(report_page.page(found, findings, datetime.now(UTC)), "html.parser")
    assert [h.text for h in page.select("h2")] == ["Flagged submissions"]
