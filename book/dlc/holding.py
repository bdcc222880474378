"""Draw in which dictionaries of its block a weight is held, from live blocks."""

from __future__ import annotations

from collections.abc import Mapping

from mxnet.gluon import nn

from dlc.svg import BLUE, ORANGE, PAD, Canvas, Figure

# Pixels: the width of one of the three columns, the height of a row, and how far the second box is
# shifted down, so that the two can be told apart where they overlap.
_COLUMN, _LINE, _SHIFT = 204, 24, 18


def holdings(blocks: Mapping[str, nn.Block]) -> Figure:
    """Draw two overlapping boxes, and in them the labels of `blocks`, by what holds their weight.

    One box is ``block.params``, which `collect_params` reads. The other is what was assigned to an
    attribute, which `save_parameters` reads.
    """
    zones: dict[tuple[bool, bool], list[str]] = {}
    for label, block in blocks.items():
        # Gluon enters a Parameter that is assigned to an attribute into _reg_params; there is no
        # public way to read it.
        zone = (bool(list(block.params)), bool(block._reg_params))
        zones.setdefault(zone, []).append(label)
    only_params, both, only_attribute, neither = (
        zones.get(zone, []) for zone in ((True, False), (True, True), (False, True), (False, False))
    )

    canvas = Canvas()
    most = max(len(only_params), len(both), len(only_attribute), 1)
    first_row = PAD + _SHIFT + 3 * _LINE + 8
    height = first_row + most * _LINE - PAD
    canvas.box(PAD, PAD, 2 * _COLUMN, height, colour=BLUE, strength=0.1)
    canvas.box(PAD + _COLUMN, PAD + _SHIFT, 2 * _COLUMN, height, colour=ORANGE, strength=0.1)
    left, middle, right = (PAD + 10 + i * _COLUMN for i in range(3))
    for x, y, title, *readers in (
        (left, PAD, "block.params", "read by collect_params:", "initialise, train, move"),
        (
            right,
            PAD + _SHIFT,
            "attributes of block",
            "read by save_parameters",
            "and load_parameters",
        ),
    ):
        canvas.text(x, y + 18, title, bold=True)
        for i, reader in enumerate(readers):
            canvas.text(x, y + 18 + (i + 1) * 18, reader)
    canvas.text(middle, PAD + _SHIFT + 18, "in both", bold=True)
    for x, labels in ((left, only_params), (middle, both), (right, only_attribute)):
        for i, label in enumerate(labels):
            canvas.text(x, first_row + i * _LINE + 8, f"• {label}")
    below = PAD + _SHIFT + height + 12
    if neither:
        canvas.box(PAD, below, 3 * _COLUMN, _LINE + 8, dashed=True, strength=0)
        canvas.text(left, below + 21, "in neither", bold=True)
        canvas.text(middle, below + 21, "  ".join(f"• {label}" for label in neither))

    def listed(labels: list[str]) -> str:
        return ", ".join(labels) or "nothing"

    alt = (
        "Two overlapping boxes, block.params and the attributes of the block. "
        f"Only in block.params: {listed(only_params)}. In both: {listed(both)}. "
        f"Only among the attributes: {listed(only_attribute)}. In neither: {listed(neither)}."
    )
    return canvas.figure(f"where {len(blocks)} weights are held", alt)
