"""Record how parameters become ready, and draw their states and the calls that lead there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from unittest import mock

from mxnet import nd
from mxnet.gluon import HybridBlock, Parameter, nn

from dlc.svg import GREEN, ORANGE, PAD, RED, Canvas, Figure
from dlc.trees import Row, _boxes

# What data() raises says how far a parameter is; the chart has one row for each.
_TITLES = {
    "RuntimeError": "never initialised",
    "DeferredInitializationError": "deferred",
    "": "ready",
}
_COLOURS = [RED, ORANGE, GREEN]
# Pixels: the size of a state's box, the spaces between boxes, the distance of a lane beside them.
_WIDTH, _HEIGHT, _BESIDE, _BELOW, _LANE, _LINE = 234, 68, 112, 54, 16, 17


@dataclass(frozen=True)
class State:
    """What can be seen of a parameter: its shape, and the name of the error that data() raises.

    `raises` is empty if data() gives an array.
    """

    shape: tuple[int, ...]
    raises: str

    @property
    def title(self) -> str:
        return _TITLES[self.raises]

    @property
    def known(self) -> bool:
        """Whether no dimension of the shape is open."""
        return 0 not in self.shape

    @property
    def lines(self) -> tuple[str, str]:
        gives = self.raises or "an array"
        return f"shape {self.shape}; data() {'raises' if self.raises else 'gives'}", gives


@dataclass(frozen=True)
class Step:
    """One call in the life of a parameter, and the state after it."""

    call: str
    state: State


def state(parameter: Parameter) -> State:
    """Return the present state of a parameter, which is asked only in public ways."""
    try:
        parameter.data()
    except RuntimeError as error:
        return State(parameter.shape, type(error).__name__)
    return State(parameter.shape, "")


def history(parameter: Parameter, calls: Iterable[tuple[str, Callable[[], object]]]) -> list[Step]:
    """Make the calls in their order; return the state before them and after each.

    Each call is a pair of a label and a function; the label of the first step is empty.
    """
    steps = [Step("", state(parameter))]
    for label, call in calls:
        call()
        steps.append(Step(label, state(parameter)))
    return steps


def state_chart(*histories: Sequence[Step]) -> Figure:
    """Draw the states that occur in the histories, and arrows with the calls between them.

    On the left stand the states with an open dimension, on the right those with a known shape.
    Each call in the histories must have succeeded.
    """
    arrows: dict[tuple[State, State], list[str]] = {}
    for steps in histories:
        for before, after in pairwise(steps):
            calls = arrows.setdefault((before.state, after.state), [])
            if after.call not in calls:
                calls.append(after.call)
    states = list(dict.fromkeys(step.state for steps in histories for step in steps))
    cells = [_cell(one) for one in states]
    if len(set(cells)) < len(cells):
        raise ValueError("Two shapes are known in these histories; give all inputs one width.")
    canvas = Canvas()
    for column, head in enumerate(("a dimension is open", "the shape is known")):
        canvas.text(_corner((column, 0))[0], PAD + 12, head, bold=True)
    for one, cell in zip(states, cells, strict=True):
        _draw_state(canvas, one, cell)
    for (before, after), calls in arrows.items():
        _draw_arrow(canvas, _cell(before), _cell(after), calls)
    seen = "; ".join(f"{one.title}: {' '.join(one.lines)}" for one in states)
    ways = "; ".join(
        f"{' or '.join(calls)} leads from {_spoken(before)} to {_spoken(after)}"
        for (before, after), calls in arrows.items()
    )
    alt = f"Chart of {len(states)} states of one parameter. {seen}. Arrows: {ways}."
    return canvas.figure(f"{len(states)} states, {len(arrows)} arrows", alt)


def _cell(one: State) -> tuple[int, int]:
    """Return the column and the row of a state in the chart."""
    return int(one.known), list(_TITLES).index(one.raises)


def _spoken(one: State) -> str:
    return f"{one.title} {one.shape}"


def _corner(cell: tuple[int, int]) -> tuple[float, float]:
    """Return the upper left corner of a state's box."""
    column, row = cell
    x = PAD + _LANE + column * (_WIDTH + _BESIDE)
    return x, PAD + 26 + row * (_HEIGHT + _BELOW)


def _draw_state(canvas: Canvas, one: State, cell: tuple[int, int]) -> None:
    x, y = _corner(cell)
    canvas.box(x, y, _WIDTH, _HEIGHT, colour=_COLOURS[cell[1]], strength=0.12)
    canvas.text(x + PAD, y + 20, one.title, bold=True)
    for number, line in enumerate(one.lines):
        canvas.text(x + PAD, y + 39 + number * _LINE, line)


def _draw_arrow(
    canvas: Canvas, start: tuple[int, int], end: tuple[int, int], calls: list[str]
) -> None:
    """Draw an arrow on a path that touches no other box, with the calls beside it."""
    path, (x, y), anchor = _path(start, end)
    last = len(path) - 2
    for number, (here, there) in enumerate(pairwise(path)):
        canvas.line(*here, *there, arrow=number == last)
    # Further calls stand above the first.
    for number, call in enumerate(reversed(calls)):
        canvas.text(x, y - number * _LINE, call, anchor=anchor)


def _path(
    start: tuple[int, int], end: tuple[int, int]
) -> tuple[list[tuple[float, float]], tuple[float, float], str]:
    """Return the corners of the way between two cells, the place of its label, and its anchor.

    Ways lead to the right or downward, or from a state in the last row back to itself: no call in
    a history takes a parameter back to an earlier state.
    """
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    (column, row), (to_column, to_row) = start, end
    middle, low, right = x1 + _WIDTH / 2, y1 + _HEIGHT, x1 + _WIDTH
    centre, to_centre = y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    between = low + _BELOW / 2 + 4
    if start == end and row == 2:  # a loop below the box
        loop = [(middle + 20, low), (middle + 20, low + 20), (middle - 20, low + 20)]
        return [*loop, (middle - 20, low)], (middle, low + 38), "middle"
    if row == to_row and column < to_column:  # straight to the right
        return [(right, centre), (x2, centre)], ((right + x2) / 2, centre - 8), "middle"
    if column == to_column and to_row == row + 1:  # straight down
        return [(middle, low), (middle, y2)], (middle + PAD, between), "start"
    if column == to_column == 1 and to_row > row:  # through a lane on the right
        lane = right + _LANE
        path = [(right, centre), (lane, centre), (lane, to_centre), (x2 + _WIDTH, to_centre)]
        return path, (lane - 8, between), "end"
    if (row, to_row) == (1, 2):  # down, then to the right
        level = y2 + 20
        return [(middle, low), (middle, level), (x2, level)], (middle + PAD, level - 8), "start"
    if (row, to_row) == (0, 2):  # through a lane on the left, then to the right
        lane, level = x1 - _LANE, y2 + _HEIGHT - 12
        path = [(x1, centre), (lane, centre), (lane, level), (x2, level)]
        return path, (lane + PAD, level - 8), "start"
    raise ValueError(f"The chart has no way from row {row} to row {to_row}.")


def initialisation_calls(net: nn.Block, x: nd.NDArray) -> Figure:
    """Call ``net.initialize(ctx=x.context)`` and ``net(x)``; draw what happened inside, in order.

    `net` must be fresh; it and its children must be of MXNet's own classes.
    """
    rows: list[Row] = []
    with _watched(net, rows):
        rows.append(Row(0, "net.initialize()", heading=True))
        net.initialize(ctx=x.context)
        rows.append(Row(0, "net(X)", heading=True))
        net(x)
    spoken = "; ".join(f"{row.text} {row.beside}".strip() for row in rows)
    name = f"how {len(_parameters(net))} parameters become ready"
    return _boxes(name, f"Calls in their order, inner ones after the outer: {spoken}.", rows)


@contextmanager
def _watched(net: nn.Block, rows: list[Row]) -> Iterator[None]:
    """While the code inside runs, write a row for each step that makes parameters ready."""
    keys = {id(parameter): key for key, parameter in _parameters(net)}
    initialize, infer_shape = Parameter.initialize, HybridBlock.infer_shape
    finish = Parameter._finish_deferred_init
    handles = []

    def note(depth: int, parameter: Parameter) -> None:
        now = state(parameter)
        rows.append(Row(depth, keys[id(parameter)], f"{now.title}, shape {now.shape}"))

    def spy_initialize(self: Parameter, *args: object, **kwargs: object) -> None:
        # It finishes at once where the shape is known; that is no step of its own.
        with mock.patch.object(Parameter, "_finish_deferred_init", finish):
            initialize(self, *args, **kwargs)
        note(1, self)

    def spy_infer(self: HybridBlock, *inputs: nd.NDArray) -> None:
        before = {id(parameter): parameter.shape for parameter in self._reg_params.values()}
        infer_shape(self, *inputs)
        rows.append(Row(2, "infer_shape", heading=True))
        for parameter in self._reg_params.values():
            if parameter.shape != before[id(parameter)]:
                change = f"shape {before[id(parameter)]} -> {parameter.shape}"
                rows.append(Row(3, keys[id(parameter)], change))

    def spy_finish(self: Parameter) -> None:
        waiting = bool(state(self).raises)
        finish(self)
        if waiting:
            rows.append(Row(2, "_finish_deferred_init", heading=True))
            note(3, self)

    def watch(key: str, block: nn.Block) -> None:
        def enter(block: nn.Block, inputs: tuple) -> None:
            title = f"{key}: {type(block).__name__}"
            rows.append(Row(1, title, f"input {inputs[0].shape}", heading=True))

        def leave(block: nn.Block, inputs: tuple, output: nd.NDArray) -> None:
            rows.append(Row(2, "output", f"{output.shape}"))

        handles.append(block.register_forward_pre_hook(enter))
        handles.append(block.register_forward_hook(leave))

    for key, child in net._children.items():
        watch(key, child)
    try:
        with (
            mock.patch.object(Parameter, "initialize", spy_initialize),
            mock.patch.object(Parameter, "_finish_deferred_init", spy_finish),
            mock.patch.object(HybridBlock, "infer_shape", spy_infer),
        ):
            yield
    finally:
        for handle in handles:
            handle.detach()


def _parameters(block: nn.Block, key: str = "") -> list[tuple[str, Parameter]]:
    """Return the parameters of `block` and its children with their structural keys."""
    # There is no public way to read children and own parameters under their structural keys.
    found = [(f"{key}{name}", parameter) for name, parameter in block._reg_params.items()]
    for name, child in block._children.items():
        found += _parameters(child, f"{key}{name}.")
    return found
