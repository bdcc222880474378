"""The author's page, followed to the letter: its files are written, its commands say what it says.

In ``docs/new-assignment.md`` a line that holds nothing but a path in bold names the file of the
fence below it: the whole file, or a change to it if the fence is a ``diff``, or one cell of it if
the line goes on with ``cell`` and a grade id. In a ``console`` fence each command stands behind
``$`` and above its output, where ``…`` is for anything. A command must succeed, unless the next one
is ``echo $?``, which shows how it went.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, make_project

PAGE = ROOT / "docs" / "new-assignment.md"

_FENCE = re.compile(
    r"(?:^\*\*`(?P<path>[^`\n]+)`\*\*(?:, cell `(?P<cell>[^`\n]+)`)?\n\n)?"
    r"^(?P<marks>`{3,})(?P<language>\w+)\n(?P<text>.*?)^(?P=marks)$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
# Where no terminal draws a bar, progress is told in lines, which a reader of the page does not see.
_PROGRESS = re.compile(r"^\[\d+/\d+\] .*\n", re.MULTILINE)
# So that the page need not know how its reader's shell finds the environment.
_SHELL = f'autograder() {{ "{sys.executable}" -m autograder.cli "$@"; }}\n'


def changed(text: str, diff: str) -> str:
    """Return the text after a change; the lines that the diff shows must be there, and once."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
    new = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
    assert text.count(old) == 1, f"not there, or not once:\n{old}"
    return text.replace(old, new)


def write(path: Path, cell: str | None, language: str, text: str) -> None:
    """Do what an author does in an editor."""
    if cell:
        nb = nbformat.read(path, as_version=4)
        (target,) = (c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == cell)
        target.source = text.rstrip("\n")
        nbformat.write(nb, path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if language == "diff":
        text = changed(path.read_text(encoding="utf-8"), text)
    path.write_text(text, encoding="utf-8")


def run(commands: str, root: Path) -> None:
    """Do what an author does in a terminal, and compare what it says."""
    found = list(_COMMAND.finditer(commands))
    assert "".join(m.group() for m in found) == commands, f"not a list of commands:\n{commands}"
    status = 0
    for number, match in enumerate(found):
        command, expected = match["command"], match["output"]
        done = subprocess.run(
            ["bash", "-c", f"{_SHELL}(exit {status})\n{command}"],
            cwd=root,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "COLUMNS": "100",
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        status = done.returncode
        shown = done.stdout + _PROGRESS.sub("", done.stderr)
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, shown, re.DOTALL), f"$ {command}\n{shown}"
        asked = [m["command"] for m in found[number + 1 : number + 2]] == ["echo $?"]
        assert status == 0 or asked, f"$ {command}\nexit status {status}\n{shown}"


def follow(page: str, root: Path) -> None:
    """Do all that a page says, from top to bottom, in a copy of the project."""
    for step in _FENCE.finditer(page):
        if step["path"]:
            write(root / step["path"], step["cell"], step["language"], step["text"])
        elif step["language"] == "console":
            run(step["text"], root)
        else:
            assert step["language"] in ("bash", "text"), f"of which file?\n{step['text']}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which somebody followed the page."""
    root = make_project(tmp_path_factory.mktemp("author")).root
    follow(PAGE.read_text(encoding="utf-8"), root)
    return root


@pytest.mark.sandbox
def test_the_page_leads_to_what_it_shows(followed: Path) -> None:
    assert (followed / "course/feedback/me/branch-sum/branch-sum.html").is_file()


@pytest.mark.sandbox
def test_the_code_of_the_page_is_good_to_imitate(followed: Path) -> None:
    """The notebook's, too: Ruff reads the one that a release makes."""
    files = [*followed.glob("exercises/branch-sum/**/*.py"), followed / "course/marks.py"]
    files.append(followed / "course/source/branch-sum/branch-sum.ipynb")
    options = ["--config", "pyproject.toml", "--no-cache", *map(str, files)]
    # A solution's names come from the notebook around it, so they are undefined in its file.
    for words in (["format", "--check"], ["check", "--ignore", "F821"]):
        command = [sys.executable, "-m", "ruff", *words, *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```console\n$ echo good\nbad\n```\n", r"\$ echo good"),
        ("```console\n$ echo good\n```\n", r"\$ echo good"),
        ("```console\n$ false\n```\n", "exit status 1"),
        ("```console\n$ false\n$ echo $?\n0\n```\n", r"\$ echo"),
        ("```console\necho good\n```\n", "not a list of commands"),
        ("```python\nx = 1\n```\n", "of which file"),
        ("**`a`**\n\n```text\nb\n```\n\n**`a`**\n\n```diff\n-c\n+d\n```\n", "not there"),
    ],
)
def test_a_page_that_is_wrong_is_noticed(tmp_path: Path, page: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        follow(page, tmp_path)


def test_what_is_left_out_may_be_anything(tmp_path: Path) -> None:
    follow("```console\n$ seq 4\n1\n…\n4\n$ echo 1 2 3\n1…3\n```\n", tmp_path)
