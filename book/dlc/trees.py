"""Draw the tree of a network's blocks, and the calls inside one forward pass, from live blocks."""

from __future__ import annotations

from dataclasses import dataclass

from mxnet import nd
from mxnet.gluon import nn

from dlc.svg import CHAR, PAD, Canvas, Figure

# Pixels: the height of a row, how far it is indented, the space below a box.
_LINE, _INDENT, _GAP = 21, 22, 4


@dataclass(frozen=True)
class Row:
    """One line of a figure: how deep it is indented, its text, and what stands beside it."""

    depth: int
    text: str
    beside: str = ""
    heading: bool = False


def boxes(name: str, alt: str, rows: list[Row]) -> Figure:
    """Draw rows one under the other, with a box around each heading and what belongs to it.

    To a heading belong the rows below it, up to the next one that is not indented deeper. The
    texts beside the rows stand in a column of their own. `name` and `alt` are those of the figure;
    there must be at least one row.
    """
    deepest = max(row.depth for row in rows)
    left = max(row.depth * _INDENT + len(row.text) * CHAR for row in rows) + 2 * CHAR
    right = max(len(row.beside) for row in rows) * CHAR
    width = 2 * PAD + left + right + deepest * _GAP
    tops, bottoms = _layout(rows)
    canvas = Canvas()
    for row, top, bottom in zip(rows, tops, bottoms, strict=True):
        x = PAD + row.depth * _INDENT
        if row.heading:
            canvas.box(x - 6, top, width - x + 4 - row.depth * _GAP, bottom - top)
        canvas.text(x, top + 15, row.text, bold=row.heading)
        if row.beside:
            canvas.text(PAD + left, top + 15, row.beside)
    return canvas.figure(name, alt)


def _layout(rows: list[Row]) -> tuple[list[int], list[int]]:
    """Return the top of each row and the bottom of the box that it opens, in pixels.

    A box reaches down to the last row that is indented deeper than its heading.
    """
    tops: list[int] = []
    bottoms = [0] * len(rows)
    opened: list[int] = []
    y = PAD
    for line, row in enumerate(rows):
        tops.append(y)
        y += _LINE
        if row.heading:
            opened.append(line)
        after = rows[line + 1].depth if line + 1 < len(rows) else -1
        while opened and rows[opened[-1]].depth >= after:
            bottoms[opened.pop()] = y
            y += _GAP
    return tops, bottoms


def block_tree(net: nn.Block) -> Figure:
    """Draw `net`, its children and their parameters.

    Left stand the structural keys, the ones in parameter files; right the unique names and, once
    known, the shapes.
    """
    rows: list[Row] = []

    def draw(block: nn.Block, key: str, depth: int) -> None:
        title = f"{key}: {type(block).__name__}" if key else type(block).__name__
        rows.append(Row(depth, title, block.name, heading=True))
        # Gluon keeps children and own parameters under their structural keys in these two; there is
        # no public way to read them.
        for own, parameter in block._reg_params.items():
            full = f"{key}.{own}" if key else own
            rows.append(Row(depth + 1, full, f"{parameter.name} {parameter.shape}"))
        for child_key, child in block._children.items():
            draw(child, f"{key}.{child_key}" if key else child_key, depth + 1)

    draw(net, "", 0)
    blocks = [row.text for row in rows if row.heading]
    parameters = [f"{row.text} is named {row.beside}" for row in rows if not row.heading]
    alt = f"Tree of blocks: {', '.join(blocks)}."
    if parameters:
        alt += f" Structural keys beside unique names: {'; '.join(parameters)}."
    return boxes(f"block tree of {type(net).__name__}, {len(blocks)} blocks", alt, rows)


def call_sequence(net: nn.Block, x: nd.NDArray) -> Figure:
    """Call ``net(x)`` and draw which block was entered and left in which order.

    Beside each block stand the shapes of its first input and of its output.
    """
    rows: list[Row] = []
    handles = []

    def watch(block: nn.Block, key: str, depth: int) -> None:
        place: list[int] = []

        def enter(block: nn.Block, inputs: tuple) -> None:
            place.append(len(rows))
            rows.append(Row(depth, f"{key}: {type(block).__name__}", heading=True))

        def leave(block: nn.Block, inputs: tuple, output: nd.NDArray) -> None:
            line = place.pop()
            shapes = f"{inputs[0].shape} -> {output.shape}"
            rows[line] = Row(depth, rows[line].text, shapes, heading=True)

        handles.append(block.register_forward_pre_hook(enter))
        handles.append(block.register_forward_hook(leave))
        for child_key, child in block._children.items():
            watch(child, child_key, depth + 1)

    watch(net, "net", 0)
    try:
        net(x)
    finally:
        for handle in handles:
            handle.detach()
    calls = "; ".join(f"{row.text} {row.beside}" for row in rows)
    return boxes(f"{len(rows)} calls", f"Calls in their order, with shapes: {calls}.", rows)
