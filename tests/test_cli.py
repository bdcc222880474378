"""The command: help everywhere, exit statuses, errors of one sentence."""

import shutil
import subprocess
import sys

import pytest
from conftest import NAME

from autograder.cli import parser

COMMANDS = ["release", "grade", "feedback", "report", "check", "demo-class", "doctor"]


def test_all_commands_are_tested_here():
    (subcommands,) = [a for a in parser()._actions if a.dest == "command"]
    assert list(subcommands.choices) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(project, command):
    done = project.run(command, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: autograder {command}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grade", "nonsense"], "there is no assignment 'nonsense'"),
        (["grade", NAME], f"no submission of '{NAME}' matches '*'; put each into"),
        (["report", NAME, "--student", "nobody"], "no submission of"),
        (["feedback", NAME], "no submission of"),
        (["grade", NAME, "--course", "nowhere"], "there is no course folder nowhere"),
        (["release", "nonsense"], "there is no assignment 'nonsense'"),
        (["check", "nonsense"], "there is no assignment 'nonsense'"),
        (["check", NAME, "--solutions", "nowhere"], "there is no folder nowhere"),
        (["check", NAME, "--solutions", "."], "start each cell with a line"),
        (["demo-class", "nonsense"], "there is no assignment 'nonsense'"),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_status_1(class_project, words, sentence):
    done = class_project.run(*words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize("command", ["grade", "feedback", "report", "demo-class"])
def test_a_command_before_the_release_says_what_to_run(project, command):
    done = project.run(command, NAME)
    assert done.returncode == 1 and f"run: autograder release {NAME}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_configuration_is_named(class_project):
    (class_project.root / "course/nbgrader_config.py").write_text("c = (")
    done = class_project.run("grade", NAME)
    assert done.returncode == 1
    assert "nbgrader_config.py cannot be loaded: SyntaxError" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_option_exits_with_2(project):
    assert project.run("grade", NAME, "--sandbox", "maybe").returncode == 2
    assert project.run("demo-class", NAME, "--students", "0").returncode == 2
    assert project.run().returncode == 2


def test_outside_a_project_the_course_is_that_of_the_package(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "check", "nonsense"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert NAME in done.stderr


def test_a_course_that_cannot_be_written_is_named(class_project):
    if shutil.os.geteuid() == 0:
        # Root may write anywhere, so a file stands where the folder should be.
        shutil.rmtree(class_project.root / "course")
        (class_project.root / "course").write_text("")
    else:
        (class_project.root / "course").chmod(0o500)
    done = class_project.run("release")
    assert done.returncode == 1
    assert "cannot write to" in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.sandbox
def test_the_doctor_says_what_this_machine_has(project):
    done = project.run("doctor")
    assert done.returncode == 0, done.stdout
    for word in (
        "Python",
        "MXNet",
        "device",
        "bubblewrap",
        "no network: yes",
        "grading works here",
    ):
        assert word in done.stdout


def test_the_doctor_fails_where_grading_could_not_work(project, tmp_path):
    done = project.run("doctor", PATH=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "bubblewrap is not installed" in done.stdout and "grading cannot work" in done.stdout
