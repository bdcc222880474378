"""Releases: the right language, nothing that gives the answer away, and no edit by hand lost."""

import subprocess
import sys

import nbformat
import pytest
from conftest import NAME

from autograder.errors import ReleaseConflict, UnknownAssignment
from autograder.release import Releaser, fingerprint


def source(project):
    return project.root / "course/source" / NAME / f"{NAME}.ipynb"


def edit(project, old="twenty lines", new="thirty lines"):
    """Change the prose of the notebook in course/source, as an instructor would in JupyterLab."""
    nb = nbformat.read(source(project), as_version=4)
    nb.cells[0].source = nb.cells[0].source.replace(old, new)
    nb.cells[2].outputs = [nbformat.v4.new_output("stream", text="ran")]
    nbformat.write(nb, source(project))


@pytest.mark.parametrize(
    ("language", "english", "chinese"),
    [("en", True, False), ("zh", False, True), ("both", True, True)],
)
def test_a_release_holds_the_prose_of_its_language(project, language, english, chinese):
    assert Releaser(project.course, language).release(NAME) == "released"
    text = nbformat.writes(project.released())
    assert ("Write your own Sequential" in text) is english
    assert ("自己写一个" in text) is chinese
    code = [c.source for c in project.released().cells if c.cell_type == "code"]
    assert len(code) == 10


def test_the_configured_language_is_that_of_every_release(project):
    config = project.root / "exercises/nbgrader_config.py"
    config.write_text(f'{config.read_text()}\nc.Language.language = "zh"\n')
    assert f"{NAME}: released (zh)" in project.run("release", NAME).stdout
    assert "Write your own Sequential" not in nbformat.writes(project.released())
    assert f"{NAME}: released (en)" in project.run("release", NAME, "--language", "en").stdout


def test_students_get_neither_solution_nor_hidden_test(class_project):
    text = nbformat.writes(class_project.released())
    assert "raise NotImplementedError()" in text
    for secret in ("register_child(block", "HIDDEN", "challenge(", "evidence", "BEGIN SOLUTION"):
        assert secret not in text
    names = {p.name for p in (class_project.root / "course").rglob("*") if p.is_file()}
    assert not {"judge.py", "right_register_child.py"} & names


def test_a_second_release_has_nothing_to_do(class_project):
    before = source(class_project).stat().st_mtime_ns
    assert Releaser(class_project.course).release(NAME) == "unchanged"
    assert source(class_project).stat().st_mtime_ns == before


def test_running_the_source_notebook_is_not_an_edit(class_project):
    nb = nbformat.read(source(class_project), as_version=4)
    for number, cell in enumerate(c for c in nb.cells if c.cell_type == "code"):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text="ran")]
    nbformat.write(nb, source(class_project))
    assert Releaser(class_project.course).release(NAME) == "unchanged"


def test_an_edit_by_hand_is_never_overwritten_silently(class_project):
    edit(class_project)
    before = source(class_project).read_bytes()
    with pytest.raises(ReleaseConflict, match=r"changed by hand.*--keep-edits.*--force"):
        Releaser(class_project.course).release(NAME)
    assert source(class_project).read_bytes() == before


def test_keep_edits_brings_the_edit_into_the_myst_source(class_project):
    markdown = class_project.root / "exercises" / NAME / f"{NAME}.md"
    original = markdown.read_text()
    edit(class_project)
    assert Releaser(class_project.course, keep_edits=True).release(NAME) == "released"
    assert "thirty lines" in nbformat.writes(class_project.released())
    # Nothing else in the file changes, so the edit reads well as a diff.
    assert markdown.read_text() == original.replace("twenty lines", "thirty lines")


def test_force_drops_the_edit_and_keeps_a_copy(class_project):
    edit(class_project)
    edited = fingerprint(nbformat.read(source(class_project), as_version=4))
    Releaser(class_project.course, force=True).release(NAME)
    assert "thirty lines" not in source(class_project).read_text()
    (copy,) = (class_project.root / "course/.autograder/replaced").iterdir()
    assert fingerprint(nbformat.read(copy, as_version=4)) == edited


def test_edits_on_both_sides_are_left_to_a_person(class_project):
    edit(class_project)
    markdown = class_project.root / "exercises" / NAME / f"{NAME}.md"
    markdown.write_text(markdown.read_text().replace("magic", "sorcery"))
    with pytest.raises(ReleaseConflict, match="both changed"):
        Releaser(class_project.course, keep_edits=True).release(NAME)


def test_a_damaged_source_notebook_counts_as_an_edit(class_project):
    source(class_project).write_text("{")
    with pytest.raises(ReleaseConflict):
        Releaser(class_project.course).release(NAME)
    assert Releaser(class_project.course, force=True).release(NAME) == "released"


def test_the_courses_settings_hold_wherever_the_command_runs(class_project, monkeypatch):
    for folder in (class_project.root, class_project.root / "course", class_project.root.parent):
        monkeypatch.chdir(folder)
        config = class_project.course.config
        assert config.CourseDirectory.course_id == "deep-learning-computation"
        assert config.Execute.timeout == 60


def test_an_unknown_assignment_is_named_with_those_there_are(project):
    with pytest.raises(UnknownAssignment, match=f"'nonsense'; choose one of: .*{NAME}"):
        Releaser(project.course).release("nonsense")


def test_myst_source_and_notebook_describe_the_same(class_project):
    """Points in the prose, in the cells and in the gradebook agree."""
    with class_project.course.gradebook() as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 10


def test_new_test_cells_under_graded_submissions_are_refused_with_the_way_out(class_project):
    with class_project.course.gradebook() as gradebook:
        gradebook.update_or_create_student("ada")
        gradebook.update_or_create_submission(NAME, "ada")
    markdown = class_project.root / "exercises" / NAME / f"{NAME}.md"
    markdown.write_text(
        markdown.read_text().replace("grade_id: try-index", "grade_id: try-indices")
    )
    done = class_project.run("release")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert f"nbgrader db assignment remove {NAME} --force" in done.stderr


def test_validate_tells_a_solved_notebook_from_an_unsolved_one(class_project, right_code):
    def validate(path):
        command = [sys.executable, "-m", "nbgrader", "validate", str(path)]
        done = subprocess.run(command, cwd=class_project.root, capture_output=True, text=True)
        return done.stdout

    solved = class_project.submit("ada", right_code)
    unsolved = class_project.root / "course/release" / NAME / f"{NAME}.ipynb"
    assert "Success! Your notebook passes all the tests." in validate(solved)
    wrong = class_project.submit("bob", right_code.replace("return x", "pass"))
    assert "does forward return its result?" in validate(wrong)
    assert "NotImplementedError" in validate(unsolved)
