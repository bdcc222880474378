"""Draw which layers hold which Parameter objects, and how the gradients of their uses add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle

from mxnet.gluon import Parameter, nn

from dlc.svg import BLUE, CHAR, ORANGE, PAD, Canvas, Figure

# Pixels: the distance of two parameters, of two rows of numbers, the height of a parameter's box,
# the space that lines and arrows cross.
_ROW, _LINE, _BOX, _BETWEEN = 28, 20, 24, 130
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass
class _Held:
    """One live Parameter, the structural keys that lead to it, and the heights of their lines."""

    parameter: Parameter
    keys: list[str] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return f"{self.parameter.name} {self.parameter.shape}"

    @property
    def middle(self) -> float:
        return sum(self.heights) / len(self.heights)


def sharing_graph(net: nn.Block) -> Figure:
    """Draw the layers of `net` on the left, the Parameter objects that they hold on the right.

    A line leads from each own parameter of a layer to the object. An object that is shared has
    several lines and, with them, a colour.
    """
    layers = _layers(net)
    titles = {key: f"{key}: {type(layer).__name__}" for key, layer in layers}
    right = max(len(f"{titles[key]}   {layer.name}") for key, layer in layers) * CHAR + 3 * PAD
    held: dict[int, _Held] = {}
    canvas = Canvas()
    canvas.text(PAD, PAD + 12, "layers", bold=True)
    y = PAD + 24.0
    for key, layer in layers:
        canvas.box(PAD, y, right - PAD, _ROW * (1 + len(layer._reg_params)))
        canvas.text(2 * PAD, y + 18, titles[key], bold=True)
        canvas.text(right - PAD, y + 18, layer.name, anchor="end")
        for own, parameter in layer._reg_params.items():
            y += _ROW
            canvas.text(right - PAD, y + 18, own, anchor="end")
            entry = held.setdefault(id(parameter), _Held(parameter))
            entry.keys.append(f"{key}.{own}")
            entry.heights.append(y + _ROW / 2)
        y += _ROW + PAD
    _draw_held(canvas, list(held.values()), right)
    lines = sum(len(entry.keys) for entry in held.values())
    shared = [entry for entry in held.values() if len(entry.keys) > 1]
    ends = "; ".join(f"{' and '.join(entry.keys)} to {entry.text}" for entry in held.values())
    alt = f"{lines} lines from {len(layers)} layers to {len(held)} Parameter objects: {ends}."
    return canvas.figure(f"{len(held)} parameters, {len(shared)} of them shared", alt)


def _layers(block: nn.Block, key: str = "") -> list[tuple[str, nn.Block]]:
    """Return the blocks in the tree that own parameters, with their structural keys."""
    # There is no public way to read children and own parameters under their structural keys.
    found = [(key or "net", block)] if block._reg_params else []
    for name, child in block._children.items():
        found += _layers(child, f"{key}.{name}" if key else name)
    return found


def _draw_held(canvas: Canvas, held: list[_Held], start: float) -> None:
    """Draw the Parameter objects at the mean height of their lines, which begin at `start`."""
    x = start + _BETWEEN
    width = max(len(entry.text) for entry in held) * CHAR + 2 * PAD
    canvas.text(x, PAD + 12, "Parameter objects", bold=True)
    colours = cycle((ORANGE, BLUE))
    free = 0.0
    for entry in sorted(held, key=lambda entry: entry.middle):
        middle = max(entry.middle, free)
        free = middle + _ROW
        shared = len(entry.keys) > 1
        colour = next(colours) if shared else "currentColor"
        for y in entry.heights:
            canvas.line(start, y, x, middle, colour=colour)
        strength = 0.2 if shared else 0.05
        canvas.box(x, middle - _BOX / 2, width, _BOX, colour=colour, strength=strength)
        canvas.text(x + PAD, middle + 4, entry.text)


def gradient_sum(shared: Parameter, uses: Mapping[str, Parameter]) -> Figure:
    """Draw the gradients of the separate `uses` and, as their sum, that of `shared`.

    The numbers are those of the live gradients after a backward pass. `uses` are the parameters of
    an untied copy that has run on the same data, one for each use. Meant for small matrices.
    """
    title = f"gradient of {shared.name}"
    height = _ROW + _LINE * shared.shape[0]
    width = max(_width(name, use) for name, use in uses.items())
    middle = PAD + (len(uses) * (height + PAD) - PAD) / 2
    plus = PAD + width + _BETWEEN / 2
    canvas = Canvas()
    for place, (name, use) in enumerate(uses.items()):
        top = PAD + place * (height + PAD)
        _draw_gradient(canvas, PAD, top, width, name, use)
        end = middle + 12 * (place - (len(uses) - 1) / 2)
        canvas.line(PAD + width, top + height / 2, plus - 2, end, arrow=True)
    canvas.box(plus, middle - 14, 28, 28, colour=ORANGE, strength=0.2)
    canvas.text(plus + 14, middle + 5, "+", bold=True, anchor="middle")
    x = plus + 28 + _BETWEEN / 2
    canvas.line(plus + 28, middle, x - 2, middle, colour=ORANGE, arrow=True)
    width = _width(title, shared)
    _draw_gradient(canvas, x, middle - height / 2, width, title, shared, ORANGE, 0.2)
    parts = "; ".join(f"{name}: {_spoken(use)}" for name, use in uses.items())
    alt = f"Arrows lead from the gradients of {len(uses)} uses to a plus sign, and from it to the "
    alt += f"{title}. {parts}; sum: {_spoken(shared)}."
    return canvas.figure(f"the gradients of {len(uses)} uses add up", alt)


def _rows(parameter: Parameter) -> list[str]:
    """Return the rows of a gradient as texts, their numbers in columns."""
    gradient = parameter.list_grad()[0].asnumpy()
    cells = [[f"{value:.4g}" for value in row] for row in gradient]
    column = max(len(cell) for row in cells for cell in row)
    # Of several plain spaces HTML shows one.
    return [(2 * _SPACE).join(cell.rjust(column, _SPACE) for cell in row) for row in cells]


def _spoken(parameter: Parameter) -> str:
    """Return the rows of a gradient in words."""
    return " and ".join(f"({', '.join(row.split())})" for row in _rows(parameter))


def _width(title: str, parameter: Parameter) -> float:
    """Return the width of the box around a title and the numbers of a gradient."""
    return max(len(text) for text in (title, *_rows(parameter))) * CHAR + 2 * PAD


def _draw_gradient(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    title: str,
    parameter: Parameter,
    colour: str = "currentColor",
    strength: float = 0.05,
) -> None:
    """Draw the numbers of a gradient under a title, in a box of the given width."""
    rows = _rows(parameter)
    height = _ROW + _LINE * len(rows)
    canvas.box(x, y, width, height, colour=colour, strength=strength)
    canvas.text(x + width / 2, y + 18, title, bold=True, anchor="middle")
    for line, row in enumerate(rows, start=1):
        canvas.text(x + width / 2, y + 18 + line * _LINE, row, anchor="middle")
