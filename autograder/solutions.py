"""Solution files of an assignment: right ones and wrong ones, and a submission made from each.

A solution file is Python in percent format. Its header says what it is::

    # Keys the children by their names, as the notes do.
    # caught by: same-block-twice, second-instance
    # score: 6

    # %% MySequential
    class MySequential(nn.Block): …

A file with no ``caught by`` is a right solution and must get full marks. Each marker names the
grade id of the solution cell that the code below it fills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import InvalidSolution

_MARKER = re.compile(r"^# %%[ \t]*(?P<grade_id>\S*)[^\n]*\n?", re.MULTILINE)
_FIELD = re.compile(r"^# (?P<name>caught by|score): *(?P<value>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Solution:
    """One solution file: its code by grade id, and what its header says must become of it."""

    path: Path
    cells: dict[str, str]
    caught_by: tuple[str, ...]
    score: float | None

    @property
    def right(self) -> bool:
        """Whether the solution must get full marks."""
        return not self.caught_by

    def fill(self, released: NotebookNode) -> NotebookNode:
        """Return a copy of the released notebook with this solution's code in its solution cells.

        Raises InvalidSolution if the notebook has no solution cell of a grade id.
        """
        nb = nbformat.from_dict(released)
        cells = {
            c.metadata.nbgrader["grade_id"]: c
            for c in nb.cells
            if c.metadata.get("nbgrader", {}).get("solution")
        }
        for grade_id, code in self.cells.items():
            if grade_id not in cells:
                raise InvalidSolution(
                    f"{self.path}: there is no solution cell '{grade_id}'; "
                    f"the notebook has: {', '.join(cells)}"
                )
            cells[grade_id].source = code
        return nb


def read(path: Path) -> Solution:
    """Read a solution file; raises InvalidSolution if it holds no cell or its header is off."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSolution(f"{path} cannot be read: {error}") from error
    header, *rest = _MARKER.split(text)
    cells = dict(zip(rest[0::2], (code.strip("\n") for code in rest[1::2]), strict=True))
    if not cells or "" in cells:
        raise InvalidSolution(f"{path}: start each cell with a line '# %% GRADE_ID'")
    fields = dict(_FIELD.findall(header))
    caught_by = tuple(
        name.strip() for name in fields.get("caught by", "").split(",") if name.strip()
    )
    try:
        score = float(fields["score"]) if "score" in fields else None
    except ValueError as error:
        raise InvalidSolution(f"{path}: its score is not a number: {fields['score']}") from error
    return Solution(path, cells, caught_by, score)


def read_all(folder: Path) -> dict[str, Solution]:
    """Read every ``*.py`` below a folder; returns solutions by path relative to it, sorted.

    Raises InvalidSolution if there is none.
    """
    files = sorted(p for p in folder.rglob("*.py") if p.is_file())
    if not files:
        raise InvalidSolution(f"there is no solution file (*.py) in {folder}")
    return {path.relative_to(folder).as_posix(): read(path) for path in files}
