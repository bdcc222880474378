"""What the tests of the book share: its pages as sources and as notebooks, its tools."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import jupytext
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
EDITIONS = ("en", "zh")
# The line by which every page chooses its device.
IDIOM = "device = mx.gpu() if usable_gpus() else mx.cpu()"
# A cell whose output holds measured times.
MEASURED = "nbval-ignore-output"


def source(edition: str, name: str) -> str:
    return (BOOK / edition / f"{name}.md").read_text(encoding="utf-8")


@cache
def notebook(name: str) -> NotebookNode:
    """Return a page of the English edition as a notebook; do not change it."""
    return jupytext.read(BOOK / "en" / f"{name}.md")


def code(name: str) -> list[NotebookNode]:
    """Return the code cells of a page; the other edition has the same."""
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def measured(cell: NotebookNode) -> bool:
    return MEASURED in cell.metadata.get("tags", [])


def prose(edition: str, name: str) -> str:
    """Return a page without its code cells and without code in running text."""
    text = re.sub(r"^```\{code-cell\}.*?^```$", "", source(edition, name), flags=re.M | re.S)
    return re.sub("`[^`\n]*`", "", text)


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools as a user would."""
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


PAGES = sorted(path.stem for path in (BOOK / "en").glob("*.md"))
WITH_CODE = [name for name in PAGES if code(name)]
_PARTS = yaml.safe_load((BOOK / "en" / "_toc.yml").read_text(encoding="utf-8"))["parts"]
CHAPTERS = [item["file"] for part in _PARTS if part.get("numbered") for item in part["chapters"]]
