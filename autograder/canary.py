"""Canaries: copies of the hidden tests of a plain course that must raise, whatever was submitted.

A plain test decides in the student's own process, where code can drop ``assert``, blank test cells
or patch what tests call. So a second kernel runs the notebook again, with a canary in the place of
each test that passed: the same cell, but one of its checks, drawn anew each time, now compares what
differs. Honest work raises there, right or wrong, whatever it left behind before. What does not
raise passes tests that cannot be passed: :class:`autograder.judge.Judge` gives it no points.

A canary must be as the test is, or code could spare it. So one statement of the cell is changed
and the rest left alone, not every assert negated: then the first would raise, and hide whether a
patched ``abs`` or ``numpy.allclose`` let the others pass; and an assert on constants at the end is
spared by whoever drops only the asserts that name his own function. The changed assert keeps the
names of the old one, and asks every predicate that the cell calls for something false, joined by
``or``. Each checking function that the cell calls (``numpy.testing.assert_allclose``,
``TestCase.assertEqual``, …) needs a canary of its own: after another has raised it is not called.

What remains possible: code that knows the tests, and drops or answers these alone (some of it
:mod:`autograder.replay` finds); that reads the test's frame or source and hands it what it wants;
that draws lots in each run whether to cheat, and wins one time in four; that counts cells where a
test has several canaries; that patches a function which is not in the tables below; that rebinds a
builtin by name in a cell (``def abs`` may be the exercise). An object equal to
everything is caught only where the drawn assert compares it with a literal by ``==``; an honest
``__eq__`` that is always true then loses the cell too, until a person looks.
"""

from __future__ import annotations

import ast
import copy
import random
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader import utils

# The arguments for which a checking function raises, by its name in lower case without "_";
# a and b are different numbers, a < b. What a checking function is not known by is not called.
_CHECKS = {
    **dict.fromkeys(("allclose", "close", "equal", "equals", "is"), "{a}, {b}"),
    **dict.fromkeys(("almostequal", "almostequals", "approxequal"), "{a}, {b}"),
    **dict.fromkeys(("arrayalmostequal", "arrayalmostequalnulp"), "{a}, {b}"),
    **dict.fromkeys(("arrayequal", "arraymaxulp", "stringequal"), "{a}, {b}"),
    **dict.fromkeys(("countequal", "sequenceequal", "multilineequal"), "{a}, {b}"),
    **dict.fromkeys(("dictequal", "listequal", "setequal", "tupleequal"), "{a}, {b}"),
    **dict.fromkeys(("frameequal", "seriesequal", "indexequal"), "{a}, {b}"),
    **dict.fromkeys(("extensionarrayequal", "greater", "greaterequal"), "{a}, {b}"),
    **dict.fromkeys(("less", "lessequal", "arrayless"), "{b}, {a}"),
    **dict.fromkeys(
        ("notequal", "notequals", "notalmostequal", "notalmostequals", "isnot"), "{a}, {a}"
    ),
    **dict.fromkeys(("raises", "warns"), "UserWarning, int, {a}"),
    **dict.fromkeys(("raisesregex", "warnsregex"), "UserWarning, '{b}', int, {a}"),
    **dict.fromkeys(("regex", "regexpmatches"), "'{a}', '{b}'"),
    "": "{a} == {b}",  # numpy.testing.assert_
    "true": "{a} == {b}",
    "false": "{a} != {b}",
    "in": "{a}, [{b}]",
    "notin": "{a}, [{a}, {b}]",
    "isinstance": "{a}, str",
    "notisinstance": "{a}, int",
    "isnone": "{a}",
    "isnotnone": "None",
    "notregex": "'{a}', '{a}'",
}
# An expression that is false, by the predicate or function that it calls.
_BUILTINS = {
    "abs": "abs({a} - {b}) < 1",
    "all": "all([{a} == {a}, {a} == {b}])",
    "any": "any([{a} == {b}])",
    "bool": "bool({a} == {b})",
    "callable": "callable({a})",
    "float": "float({a}) == {b}",
    "hasattr": "hasattr({a}, 'a{b}')",
    "int": "int({a}) == {b}",
    "isinstance": "isinstance({a}, str)",
    "issubclass": "issubclass(int, str)",
    "len": "len([{a}, {b}]) == {b}",
    "list": "list([{a}]) == [{b}]",
    "max": "max([{a}, {b}]) == {a}",
    "min": "min([{a}, {b}]) == {b}",
    "repr": "repr({a}) == '{b}'",
    "round": "round({a}.25) == {b}",
    "set": "set([{a}]) == {{{b}}}",
    "sorted": "sorted([{b}, {a}]) == [{b}, {a}]",
    "str": "str({a}) == '{b}'",
    "sum": "sum([{a}, {b}]) == {b}",
    "tuple": "tuple([{a}]) == ({b},)",
    "type": "type({a}) is str",
}
_MODULES = ("numpy", "np", "math", "onp")
_OF_MODULES = {
    "abs": "{name}({a} - {b}) < 1",
    "all": "{name}([{a} == {a}, {a} == {b}])",
    "allclose": "{name}({a}, {b})",
    "any": "{name}([{a} == {b}])",
    "array_equal": "{name}([{a}], [{b}])",
    "array_equiv": "{name}([{a}], [{b}])",
    "fabs": "{name}({a} - {b}) < 1",
    "isclose": "{name}({a}, {b})",
}
# Checking functions from elsewhere are somebody's own: nobody knows for what they raise.
_KNOWN = {"mxnet", "nose", "numpy", "pandas", "scipy", "sklearn", "torch", "unittest"}
_EVIDENCE = re.compile(r"\bevidence\(")
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Canary:
    """The source of a cell that must raise. ``silent``: nothing before that shows a result, so a
    result that is shown was not computed by the cell."""

    source: str
    silent: bool


@dataclass(frozen=True)
class Planted:
    """Which cell of the notebook a canary stands for, and whether it is ``silent``."""

    index: int
    silent: bool


@dataclass(frozen=True)
class _Edit:
    """Bytes of a source to be replaced, from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def plant(
    nb: NotebookNode, passed: Iterable[int], secret: str
) -> tuple[NotebookNode, dict[int, Planted]]:
    """Return a copy of a sanitised notebook with canaries in the place of the cells ``passed``,
    and what its canaries stand for, by their index in the copy; it ends with the last canary.

    Without canaries is a cell that reports evidence, for its judge decides elsewhere, and a
    notebook in another language than Python. ``secret`` decides what is drawn; the student's
    process must not know it.
    """
    wanted = {index for index in passed if decides(nb.cells[index])}
    if not wanted or not is_python(nb):
        return nb, {}
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    homemade = {n for cell in code if utils.is_locked(cell) for n in _homemade(cell.source)}
    rebound = {name for cell in code for name in _bound(cell.source)}
    copied = copy.deepcopy(nb)
    cells, planted = [], {}
    for index, cell in enumerate(copied.cells):
        made = []
        if index in wanted:
            made = make(cell.source, f"{secret}/{index}", homemade, rebound)
        for canary in made:
            planted[len(cells)] = Planted(index, canary.silent)
            cells.append(copy.deepcopy(cell))
            cells[-1].source = canary.source
        if not made:
            cells.append(cell)
    copied.cells = cells[: max(planted, default=-1) + 1]
    return copied, planted


def decides(cell: NotebookNode) -> bool:
    """Whether a test decides by itself; one that reports evidence has a judge for that."""
    return not _EVIDENCE.search(cell.source)


def is_python(nb: NotebookNode) -> bool:
    """Whether a notebook is not in another language."""
    return nb.metadata.get("kernelspec", {}).get("language", "python").lower() == "python"


def make(
    source: str,
    secret: str,
    homemade: Iterable[str] = (),
    rebound: Iterable[str] = (),
) -> list[Canary]:
    """Return the canaries of a test cell's source, in an order that is drawn.

    ``homemade`` are checking functions of the instructor's own, ``rebound`` the names that the
    notebook binds; neither is known to do what it does elsewhere. A cell that is no Python gets a
    bare assert.
    """
    rng = random.Random(secret)
    try:
        cell = _Cell(source)
    except SyntaxError:
        return [Canary(f"assert {_draw(rng, '{a} == {b}')}", True)]
    checks = cell.checks(set(homemade))
    made = [cell.with_failing_check(rng, *check) for check in checks.items()]
    if cell.asserts or not checks:
        made.append(cell.with_failing_assert(rng, set(rebound)))
    rng.shuffle(made)
    return made


class _Cell:
    """A test cell, as Python: raises SyntaxError where it cannot be read as that."""

    def __init__(self, source: str) -> None:
        # Imported here: it takes a moment, and where judges decide nobody needs it.
        from IPython.core.inputtransformer2 import TransformerManager

        self._raw = source
        self._text = TransformerManager().transform_cell(source)
        self.tree = _parse(self._text)
        self._data = self._text.encode()
        self._lines = [0]
        for line in self._data.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        nodes = list(ast.walk(self.tree))
        self.calls = [node for node in nodes if isinstance(node, ast.Call)]
        self.asserts = [node for node in nodes if isinstance(node, ast.Assert)]

    def checks(self, homemade: set[str]) -> dict[str, tuple[str, list[ast.Call]]]:
        """Return the checking functions that the cell calls: by how it writes them, the arguments
        for which they raise, and the calls."""
        found: dict[str, tuple[str, list[ast.Call]]] = {}
        for call in self.calls:
            root, name = _names(call.func)
            plain = name.lower().replace("_", "")
            arguments = _CHECKS.get(plain.removeprefix("assert"))
            if plain.startswith("assert") and arguments and not {root, name} & homemade:
                found.setdefault(self._segment(call.func), (arguments, []))[1].append(call)
        return found

    def with_failing_check(
        self, rng: random.Random, function: str, how: tuple[str, list[ast.Call]]
    ) -> Canary:
        """Return the cell with one call of a checking function on values that it must refuse."""
        template, calls = how
        if function.startswith(("self.", "cls.")):
            function = f"__import__('unittest').TestCase().{function.partition('.')[2]}"
        arguments = f"({_draw(rng, template)})"
        places = [s for s in self.tree.body if isinstance(s, ast.Expr) and s.value in calls]
        if not places:
            return self._insert(function + arguments)
        place = rng.choice(places)
        call = place.value
        edit = _Edit(self._end(call.func), self._end(call), arguments)
        # Whoever wrote "(f)(x)" has a bracket of f's before that of the arguments.
        if self._data[edit.start : edit.start + 1] != b"(":
            return self._insert(function + arguments)
        return self._edited([edit], place)

    def with_failing_assert(self, rng: random.Random, rebound: set[str]) -> Canary:
        """Return the cell with one assert that must fail; it keeps what it asked before."""
        wrong = [_draw(rng, template) for template in self._predicates(rebound)]
        places = [node for node in self.tree.body if isinstance(node, ast.Assert)]
        comparing = [place for place in places if _leaves(place.test)]
        if comparing:
            place = rng.choice(comparing)
            leaf = rng.choice(_leaves(place.test))
            end = self._end(place.test)
            edits = [_Edit(self._start(leaf), self._end(leaf), repr(_other(rng, leaf.value)))]
            edits += [_Edit(end, end, f" or {' or '.join(wrong)}")] if wrong else []
            return self._edited(edits, place)
        false = " or ".join([_draw(rng, "{a} == {b}"), *wrong])
        joined = f"({false})" if wrong else false
        if places:
            place = rng.choice(places)
            start, end = self._start(place.test), self._end(place.test)
            return self._edited(
                [_Edit(start, start, "("), _Edit(end, end, f") and {joined}")], place
            )
        nested = list(_outside_functions(self.tree.body))
        if nested:  # its names outlive a loop
            return self._insert(f"assert ({self._segment(rng.choice(nested).test)}) and {joined}")
        return self._insert(f"assert {false}")

    def _predicates(self, rebound: set[str]) -> list[str]:
        """Return templates of false expressions, one for each predicate that the cell calls."""
        found = {}
        for call in self.calls:
            root, name = _names(call.func)
            written = self._segment(call.func)
            if written == name and name not in rebound:
                found[written] = _BUILTINS.get(name)
            elif root in _MODULES and written == f"{root}.{name}":
                found[written] = (_OF_MODULES.get(name) or "").replace("{name}", written)
        return [template for template in found.values() if template]

    def _insert(self, statement: str) -> Canary:
        """Return the cell with a statement at its end, or before a last line that may show the
        cell's points."""
        last = self.tree.body[-1] if self.tree.body else None
        if isinstance(last, ast.Expr):
            start = self._start(last)
            begins = start in self._lines
            return self._edited([_Edit(start, start, statement + ("\n" if begins else "; "))], last)
        return Canary(f"{self._source([])}\n{statement}".lstrip("\n"), self._silent(None))

    def _edited(self, edits: list[_Edit], place: ast.stmt) -> Canary:
        return Canary(self._source(edits), self._silent(place))

    def _source(self, edits: list[_Edit]) -> str:
        """Return the cell's source with the edits made: as it was written, where IPython reads the
        lines that change as they stand."""
        data = self._data
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        text = data.decode().removesuffix("\n")  # IPython's transformation has added it
        before, after = self._text.removesuffix("\n").split("\n"), text.split("\n")
        raw = self._raw.removesuffix("\n").split("\n")
        more = len(after) - len(before)
        # A cell magic has the cell as its text; an indented cell is moved.
        if len(raw) != len(before) or more < 0 or self._raw[:2] == "%%" or self._raw[:1].isspace():
            return text
        changed = next((i for i, line in enumerate(before) if line != after[i]), len(before))
        for i in [i for i, line in enumerate(before) if line != raw[i]]:
            moved = i if i < changed else i + more
            if after[moved] != before[i]:
                return text
            after[moved] = raw[i]
        return "\n".join(after)

    def _silent(self, place: ast.stmt | None) -> bool:
        """Whether no statement before ``place`` shows a result, however IPython is set."""
        body = self.tree.body
        before = body if place is None else body[: body.index(place)]
        shown = [
            node.value
            for statement in before
            if not isinstance(statement, _FUNCTIONS | ast.ClassDef)
            for node in ast.walk(statement)
            if isinstance(node, ast.Expr)
        ]
        return all(
            isinstance(v, ast.Call) and _names(v.func)[1].startswith(("assert", "print"))
            for v in shown
        )

    def _segment(self, node: ast.expr) -> str:
        return self._data[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.AST) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.AST) -> int:
        return self._lines[node.end_lineno - 1] + node.end_col_offset


def _parse(text: str) -> ast.Module:
    """Parse a cell, in which ``await`` may stand outside functions; raises SyntaxError."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        return compile(text, "<cell>", "exec", flags, dont_inherit=True)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deep
        raise SyntaxError(str(error)) from error


def _draw(rng: random.Random, template: str) -> str:
    """Fill a template with two different numbers."""
    a, b = sorted(rng.sample(range(11, 1000), 2))
    return template.format(a=a, b=b)


def _other(rng: random.Random, value: int | float | str | bytes) -> int | float | str | bytes:
    """Draw another value of the same type, one that a computation meets once in a million."""
    if isinstance(value, int):
        number = rng.randrange(100_000, 1_000_000)
        return number + (number == value)
    if isinstance(value, float):
        return value + round(rng.uniform(1e3, 1e6), 3)
    letters = "".join(rng.choices(string.ascii_lowercase, k=max(8, min(len(value), 80))))
    return letters.encode() if isinstance(value, bytes) else letters


def _leaves(test: ast.expr) -> list[ast.Constant]:
    """Return the numbers and texts of the literal that an assert compares with something else."""
    if not isinstance(test, ast.Compare) or [type(op) for op in test.ops] != [ast.Eq]:
        return []
    literal = [side for side in (test.comparators[0], test.left) if _is_literal(side)]
    if len(literal) != 1:
        return []
    return [
        node
        for node in ast.walk(literal[0])
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, str, bytes)
    ]


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _outside_functions(statements: Iterable[ast.AST]) -> Iterator[ast.Assert]:
    """Yield the asserts among and below these statements whose names are the cell's."""
    for node in statements:
        if isinstance(node, ast.Assert):
            yield node
        elif not isinstance(node, _FUNCTIONS | ast.ClassDef):
            yield from _outside_functions(ast.iter_child_nodes(node))


def _names(function: ast.expr) -> tuple[str, str]:
    """Return the first and the last name of a called function: np and allclose."""
    last = root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    first = root.id if isinstance(root, ast.Name) else ""
    if isinstance(last, ast.Attribute):
        return first, last.attr
    return first, first


def parsed(source: str) -> ast.Module:
    """Return a cell's source as Python, of one that is none an empty module."""
    try:
        return _Cell(source).tree
    except SyntaxError:
        return ast.Module([], [])


def _nodes(source: str) -> Iterator[ast.AST]:
    return ast.walk(parsed(source))


def _homemade(source: str) -> Iterator[str]:
    """Yield the names that a cell defines, or imports from where no known checks come from."""
    for node in _nodes(source):
        if isinstance(node, _FUNCTIONS | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            if node.id.lower().startswith("assert"):
                yield node.id
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] not in _KNOWN:
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] not in _KNOWN:
                    yield alias.asname or alias.name.split(".")[0]


def _bound(source: str) -> Iterator[str]:
    """Yield the names that a cell binds."""
    for node in _nodes(source):
        if isinstance(node, _FUNCTIONS | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
