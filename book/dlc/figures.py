"""Draw Gluon blocks as inline SVG from the live objects, in the colours of the page around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from mxnet import nd
from mxnet.gluon import nn

# Pixels. A monospaced character is 0.6 em wide in the common fonts.
_FONT, _CHAR, _LINE, _INDENT, _PAD, _GAP = 13, 7.9, 21, 22, 10, 4


@dataclass(frozen=True)
class Row:
    """One line of a figure: how deep it is indented, its text, and what stands beside it."""

    depth: int
    text: str
    beside: str = ""
    heading: bool = False


class Figure:
    """Rows drawn one under the other, boxed by their headings; shows itself in notebooks and pages.

    `alt` says in words what is to be seen. ``repr`` is short and does not depend on the run.
    """

    def __init__(self, name: str, alt: str, rows: Iterable[Row]) -> None:
        self.name, self.alt, self.rows = name, alt, list(rows)

    def __repr__(self) -> str:
        return f"<figure: {self.name}>"

    def _repr_html_(self) -> str:
        depth = max(row.depth for row in self.rows)
        left = max(row.depth * _INDENT + len(row.text) * _CHAR for row in self.rows) + 2 * _CHAR
        right = max(len(row.beside) for row in self.rows) * _CHAR
        width = 2 * _PAD + left + right + depth * _GAP
        tops, bottoms = self._layout()
        parts = []
        for line, (row, y) in enumerate(zip(self.rows, tops, strict=True)):
            x = _PAD + row.depth * _INDENT
            if row.heading:
                parts.append(
                    f'<rect x="{x - 6}" y="{y}" width="{width - x + 4 - row.depth * _GAP:.0f}" '
                    f'height="{bottoms[line] - y}" rx="4" fill="currentColor" fill-opacity="0.05" '
                    'stroke="currentColor" stroke-opacity="0.5"/>'
                )
            weight = ' font-weight="bold"' if row.heading else ""
            parts.append(f'<text x="{x}" y="{y + 15}"{weight}>{escape(row.text)}</text>')
            if row.beside:
                parts.append(
                    f'<text x="{_PAD + left:.0f}" y="{y + 15}">{escape(row.beside)}</text>'
                )
        return (
            '<svg class="dlc-figure" xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-label="{escape(self.alt)}" viewBox="0 0 {width:.0f} {max(bottoms) + _PAD}" '
            f'width="{width:.0f}" style="max-width:100%;height:auto" fill="currentColor" '
            f'font-family="monospace" font-size="{_FONT}" xml:space="preserve">'
            f"{''.join(parts)}</svg>"
        )

    def _layout(self) -> tuple[list[int], list[int]]:
        """Return the top of each row and the bottom of the box that it opens, in pixels.

        A box reaches down to the last row that is indented deeper than its heading.
        """
        tops: list[int] = []
        bottoms = [0] * len(self.rows)
        opened: list[int] = []
        y = _PAD
        for line, row in enumerate(self.rows):
            tops.append(y)
            y += _LINE
            if row.heading:
                opened.append(line)
            after = self.rows[line + 1].depth if line + 1 < len(self.rows) else -1
            while opened and self.rows[opened[-1]].depth >= after:
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
    return Figure(f"block tree of {type(net).__name__}, {len(blocks)} blocks", alt, rows)


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
    return Figure(f"{len(rows)} calls", f"Calls in their order, with shapes: {calls}.", rows)
