"""Replay: plain tests that passed are run once more, and what the solution defines is known-wrong.

Canaries (:mod:`autograder.canary`) are not the tests themselves; code that knows a test, and drops
or answers it alone, raises at its canaries. So the notebook runs again with the tests as they are.
Before each one the names that it takes from the solution are bound to a value that no test can
use without raising (:mod:`autograder.known_wrong`), and bound back after it. A test that passes
all the same does not depend on the solution: a person should look.

For which tests that holds, the instructor's own solution shows: :mod:`autograder.rehearsal` runs it
once in the same way, and only a test that the known-wrong value itself stopped is replayed. It is
the same cell for students; it meets the same value in the same place whatever helpers, caches,
instances or files their code has made, and cannot pass but by a way around it. Of a test that
failed otherwise, and where the instructor's notebook is not at hand, nothing is claimed.

The stubs of the release would be worse: those that raise stop a test before a patched check is
called; those at top level bind nothing; what returns None may be right where a test looks at a list
that the student has already sorted; and left in place, they break what students build on them.

What remains possible: code that finds its names bound anew, and behaves; that is handed the value,
uses it and swallows the error; an object equal to everything, for the test gets another one.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader import utils

from autograder import canary

KEY = "autograder_replay"  # of a notebook's metadata, which hold names there
Names = dict[str, list[str]]  # by a test's grade id, what it takes from the solution
OK = "ok"  # how a cell ended that raised nothing
_CALL = "__import__('autograder.known_wrong').known_wrong.{}"


def plain_tests(nb: NotebookNode) -> dict[int, str]:
    """Return the grade ids of the tests with points that no judge decides, by cell index."""
    return {
        index: cell.metadata.nbgrader["grade_id"]
        for index, cell in enumerate(nb.cells)
        if cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and cell.metadata.nbgrader.get("points")
        and canary.decides(cell)
    }


def plant(
    nb: NotebookNode, tests: dict[int, list[str]]
) -> tuple[NotebookNode, dict[int, tuple[int, int]]]:
    """Return a copy of a notebook with known-wrong values for these names around these tests, and
    where in it a test and what binds its names stand, by the test's index; it ends with the last.
    """
    copied = copy.deepcopy(nb)
    cells, places = [], {}
    for index, cell in enumerate(copied.cells):
        if index not in tests:
            cells.append(cell)
            continue
        for source in (f"put(globals(), {sorted(tests[index])})", "take_back(globals())"):
            cells.append(new_code_cell(_CALL.format(source), id=f"known-wrong-{len(cells)}"))
        cells.insert(-1, cell)
        places[index] = len(cells) - 3, len(cells) - 2
    copied.cells = cells[: max((test for _, test in places.values()), default=-1) + 1]
    return copied, places


def ends(places: dict[int, tuple[int, int]], replies: dict[int, str]) -> dict[int, str]:
    """Return how the replayed tests ended, by their index, of those whose names were bound."""
    return {
        index: replies[test]
        for index, (put, test) in places.items()
        if replies.get(put) == OK and test in replies
    }


def candidates(nb: NotebookNode) -> dict[int, list[str]]:
    """Return the names that plain tests of an instructor's notebook take from the solutions before
    them, by cell index; without those that take none."""
    tests, defined, found = plain_tests(nb), set(), {}
    for index, cell in enumerate(nb.cells):
        if index in tests:
            nodes = ast.walk(canary.parsed(cell.source))
            loaded = {
                n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
            }
            found[index] = sorted(loaded & defined)
        elif cell.cell_type == "code" and utils.is_solution(cell):
            defined |= set(_defined(canary.parsed(cell.source).body))
    return {index: names for index, names in found.items() if names}


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that code defines or assigns in the notebook's own namespace."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        else:
            yield from _defined(ast.iter_child_nodes(node))
