"""Draw which layers hold which Parameter objects, and how the gradients of their uses add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from mxnet.gluon import Parameter, nn

from dlc.svg import CHAR, ORANGE, PAD, Canvas, Figure

# Pixels: the distance of two parameters, of two rows of numbers, the height of a parameter's box,
# the space that the lines cross.
_ROW, _LINE, _BOX, _BETWEEN = 28, 20, 24, 130


@dataclass
class _Held:
    """One live Parameter, the structural keys that lead to it, and where their lines begin."""

    parameter: Parameter
    keys: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return f"{self.parameter.name} {self.parameter.shape}"


def sharing_graph(net: nn.Block) -> Figure:
    """Draw the layers of `net` on the left, the Parameter objects that they hold on the right.

    A line leads from each own parameter of a layer to the object; an object that is shared has
    several lines, and is told apart by colour.
    """
    layers = _layers(net)
    titles = [f"{key}: {type(layer).__name__}" for key, layer in layers]
    names = [layer.name for _, layer in layers]
    lengths = [len(title) + len(name) for title, name in zip(titles, names, strict=True)]
    left = (max(lengths) + 3) * CHAR + 2 * PAD
    held: dict[int, _Held] = {}
    canvas = Canvas()
    canvas.text(PAD, PAD + 12, "layers", bold=True)
    y = PAD + 24.0
    for title, (key, layer) in zip(titles, layers, strict=True):
        canvas.box(PAD, y, left, _ROW * (1 + len(layer._reg_params)))
        canvas.text(2 * PAD, y + 18, title, bold=True)
        canvas.text(left, y + 18, layer.name, anchor="end")
        for own, parameter in layer._reg_params.items():
            y += _ROW
            canvas.text(left, y + 18, own, anchor="end")
            entry = held.setdefault(id(parameter), _Held(parameter))
            entry.keys.append(f"{key}.{own}")
            entry.starts.append(y + _ROW / 2)
        y += _ROW + PAD
    _draw_held(canvas, list(held.values()), PAD + left)
    shared = [entry for entry in held.values() if len(entry.keys) > 1]
    alt = f"{sum(len(entry.keys) for entry in held.values())} lines from {len(layers)} layers to "
    alt += f"{len(held)} Parameter objects. "
    alt += "; ".join(f"{' and '.join(entry.keys)} to {entry.text}" for entry in held.values())
    return canvas.figure(f"{len(held)} parameters, {len(shared)} of them shared", f"{alt}.")


def _layers(block: nn.Block, key: str = "") -> list[tuple[str, nn.Block]]:
    """Return the blocks in the tree that own parameters, with their structural keys."""
    # There is no public way to read children and own parameters under their structural keys.
    found = [(key or "net", block)] if block._reg_params else []
    for name, child in block._children.items():
        found += _layers(child, f"{key}.{name}" if key else name)
    return found


def _draw_held(canvas: Canvas, held: list[_Held], start: float) -> None:
    """Draw the Parameter objects at the mean height of their uses, with a line from each use."""
    x = start + _BETWEEN
    width = max(len(entry.text) for entry in held) * CHAR + 2 * PAD
    canvas.text(x, PAD + 12, "Parameter objects", bold=True)
    free = 0.0
    for entry in sorted(held, key=lambda entry: np.mean(entry.starts)):
        middle = max(np.mean(entry.starts), free)
        free = middle + _ROW
        shared = len(entry.keys) > 1
        colour = ORANGE if shared else "currentColor"
        for y in entry.starts:
            canvas.line(start, y, x, middle, colour=colour)
        strength = 0.2 if shared else 0.05
        canvas.box(x, middle - _BOX / 2, width, _BOX, colour=colour, strength=strength)
        canvas.text(x + PAD, middle + 4, entry.text)


def gradient_sum(shared: Parameter, uses: Mapping[str, Parameter]) -> Figure:
    """Draw the gradients of the separate `uses` and, as their sum, that of `shared`.

    The numbers are those of the live gradients after a backward pass. `uses` are parameters of an
    untied copy, one for each use, that has run on the same data. Meant for a few small numbers.
    """
    canvas = Canvas()
    heights = [_grid_size(name, use)[1] for name, use in uses.items()]
    width = max(_grid_size(name, use)[0] for name, use in uses.items())
    middle = PAD + (sum(heights) + PAD * (len(heights) - 1)) / 2
    plus = PAD + width + 90
    y = float(PAD)
    for (name, use), height in zip(uses.items(), heights, strict=True):
        _draw_grid(canvas, PAD, y, width, name, use)
        target = middle + 8 * np.sign(y + height / 2 - middle)
        canvas.line(PAD + width, y + height / 2, plus - 2, target, arrow=True)
        y += height + PAD
    canvas.box(plus, middle - 14, 28, 28, colour=ORANGE, strength=0.2)
    canvas.text(plus + 14, middle + 5, "+", bold=True, anchor="middle")
    canvas.line(plus + 28, middle, plus + 86, middle, colour=ORANGE, arrow=True)
    title = f"gradient of {shared.name}"
    right, height = _grid_size(title, shared)
    _draw_grid(canvas, plus + 88, middle - height / 2, right, title, shared, colour=ORANGE)
    parts = "; ".join(f"{name}: {_spoken(use)}" for name, use in uses.items())
    alt = f"Arrows lead from the gradients of {len(uses)} uses to a plus sign, and from it to the "
    alt += f"gradient of {shared.name}. {parts}; {shared.name}: {_spoken(shared)}."
    return canvas.figure(f"the gradients of {len(uses)} uses add up", alt)


def _cells(parameter: Parameter) -> list[list[str]]:
    """Return the numbers of a gradient as texts, by rows; a vector is one row."""
    gradient = parameter.list_grad()[0].asnumpy()
    return [[f"{value:.4g}" for value in row] for row in gradient.reshape(-1, gradient.shape[-1])]


def _column(cells: list[list[str]]) -> float:
    """Return the width of a column of numbers, with the space before it."""
    return (max(len(cell) for row in cells for cell in row) + 2) * CHAR


def _grid_size(title: str, parameter: Parameter) -> tuple[float, float]:
    """Return the width and height of the box around a title and the numbers of a gradient."""
    cells = _cells(parameter)
    width = max(len(title) * CHAR, _column(cells) * len(cells[0]))
    return width + 2 * PAD, _ROW + _LINE * len(cells)


def _draw_grid(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    title: str,
    parameter: Parameter,
    colour: str = "currentColor",
) -> None:
    """Draw the numbers of a gradient under a title, in a box of the given width."""
    cells = _cells(parameter)
    strength = 0.05 if colour == "currentColor" else 0.2
    canvas.box(x, y, width, _grid_size(title, parameter)[1], colour=colour, strength=strength)
    canvas.text(x + PAD, y + 18, title, bold=True)
    column = _column(cells)
    right = x + (width + column * len(cells[0]) - 2 * CHAR) / 2
    for line, row in enumerate(cells):
        for place, cell in enumerate(reversed(row)):
            baseline = y + 18 + _LINE * (line + 1)
            canvas.text(right - place * column, baseline, cell, anchor="end")


def _spoken(parameter: Parameter) -> str:
    """Return the rows of a gradient in words."""
    return " and ".join(f"({', '.join(row)})" for row in _cells(parameter))
