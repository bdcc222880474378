"""Record how parameters become ready, and draw their states and the calls that lead there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from unittest import mock

from mxnet import nd
from mxnet.gluon import HybridBlock, Parameter, nn

from dlc.svg import GREEN, ORANGE, PAD, RED, Canvas, Figure
from dlc.trees import Row, boxes

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
    def cell(self) -> tuple[int, int]:
        """Its column and row in the chart; a shape with an open dimension stands on the left."""
        return int(0 not in self.shape), list(_TITLES).index(self.raises)

    @property
    def lines(self) -> tuple[str, str]:
        gives = self.raises or "an array"
        return f"shape {self.shape}; data() {'raises' if self.raises else 'gives'}", gives


@dataclass(frozen=True)
class Step:
    """A state, and the call that led there; the first step of a life has no call."""

    call: str
    state: State


class Life:
    """The states of one parameter from now on, in the order in which they are noted."""

    def __init__(self, parameter: Parameter) -> None:
        self._parameter = parameter
        self.steps = [Step("", _state(parameter))]

    def note(self, call: str) -> None:
        """Note the present state; `call` says how it was reached."""
        self.steps.append(Step(call, _state(self._parameter)))

    @property
    def titles(self) -> list[str]:
        """What the states are called: never initialised, deferred or ready."""
        return [step.state.title for step in self.steps]


def _state(parameter: Parameter) -> State:
    """Return the present state of a parameter, which is asked only in public ways."""
    try:
        parameter.data()
    except RuntimeError as error:
        return State(parameter.shape, type(error).__name__)
    return State(parameter.shape, "")


def state_chart(*lives: Life) -> Figure:
    """Draw the states that occur in the lives, and arrows with the calls between them.

    On the left stand the states with an open dimension, on the right those with a known shape.
    """
    arrows: dict[tuple[State, State], list[str]] = {}
    for life in lives:
        for before, after in pairwise(life.steps):
            calls = arrows.setdefault((before.state, after.state), [])
            if after.call not in calls:
                calls.append(after.call)
    states = list(dict.fromkeys(step.state for life in lives for step in life.steps))
    if len({state.cell for state in states}) < len(states):
        raise ValueError("Two shapes are known in these lives; give all inputs one width.")
    canvas = Canvas()
    for column, head in enumerate(("a dimension is open", "the shape is known")):
        canvas.text(_corner((column, 0))[0], PAD + 12, head, bold=True)
    for state in states:
        _draw_state(canvas, state)
    for (before, after), calls in arrows.items():
        _draw_arrow(canvas, before.cell, after.cell, calls)
    seen = "; ".join(f"{state.title}: {' '.join(state.lines)}" for state in states)
    ways = "; ".join(
        f"{' or '.join(calls)} leads from {before.title} {before.shape} "
        f"to {after.title} {after.shape}"
        for (before, after), calls in arrows.items()
    )
    alt = f"Chart of {len(states)} states of one parameter. {seen}. Arrows: {ways}."
    return canvas.figure(f"{len(states)} states, {len(arrows)} arrows", alt)


def _corner(cell: tuple[int, int]) -> tuple[float, float]:
    """Return the upper left corner of a state's box."""
    column, row = cell
    x = PAD + _LANE + column * (_WIDTH + _BESIDE)
    return x, PAD + 26 + row * (_HEIGHT + _BELOW)


def _draw_state(canvas: Canvas, state: State) -> None:
    x, y = _corner(state.cell)
    canvas.box(x, y, _WIDTH, _HEIGHT, colour=_COLOURS[state.cell[1]], strength=0.12)
    canvas.text(x + PAD, y + 20, state.title, bold=True)
    for number, line in enumerate(state.lines):
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

    Ways lead to the right or downward, or from a state in the last row back to itself: no call
    takes a parameter back to an earlier state.
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

    `net` must be a fresh container of MXNet's own layers.
    """
    rows: list[Row] = []
    with _watched(net, rows):
        rows.append(Row(0, "net.initialize()", heading=True))
        net.initialize(ctx=x.context)
        rows.append(Row(0, "net(X)", heading=True))
        net(x)
    spoken = "; ".join(f"{row.text} {row.beside}".strip() for row in rows)
    alt = f"Calls in their order, inner ones after the outer: {spoken}."
    return boxes(f"how parameters become ready, {len(rows)} steps", alt, rows)


@contextmanager
def _watched(net: nn.Block, rows: list[Row]) -> Iterator[None]:
    """While the code inside runs, write a row for each step that makes parameters ready."""
    # The function that save_parameters asks for the structural keys; there is no public one.
    keys = {id(parameter): key for key, parameter in net._collect_params_with_prefix().items()}
    initialize, infer_shape = Parameter.initialize, HybridBlock.infer_shape
    finish = Parameter._finish_deferred_init
    handles = []

    def note(depth: int, parameter: Parameter) -> None:
        now = _state(parameter)
        rows.append(Row(depth, keys[id(parameter)], f"{now.title}, shape {now.shape}"))

    def spy_initialize(self: Parameter, *args: object, **kwargs: object) -> None:
        # It finishes at once where the shape is known; that is no step of its own.
        with mock.patch.object(Parameter, "_finish_deferred_init", finish):
            initialize(self, *args, **kwargs)
        note(1, self)

    def spy_infer(self: HybridBlock, *inputs: nd.NDArray) -> None:
        before = [parameter.shape for parameter in self._reg_params.values()]
        infer_shape(self, *inputs)
        rows.append(Row(2, "infer_shape", heading=True))
        for parameter, shape in zip(self._reg_params.values(), before, strict=True):
            if parameter.shape != shape:
                rows.append(Row(3, keys[id(parameter)], f"shape {shape} -> {parameter.shape}"))

    def spy_finish(self: Parameter) -> None:
        waiting = bool(_state(self).raises)
        finish(self)
        if waiting:
            rows.append(Row(2, "_finish_deferred_init", heading=True))
            note(3, self)

    def watch(key: str, block: nn.Block) -> None:
        def enter(block: nn.Block, inputs: tuple) -> None:
            title = f"{key}: {type(block).__name__}"
            rows.append(Row(1, title, f"input {inputs[0].shape}", heading=True))

        def leave(block: nn.Block, inputs: tuple, output: nd.NDArray) -> None:
            rows.append(Row(2, "output", str(output.shape)))

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
