"""Draw in which dictionaries of its block a weight is held, from live blocks."""

from __future__ import annotations

from collections.abc import Mapping

from mxnet.gluon import nn

from dlc.svg import BLUE, ORANGE, PAD, Canvas, Figure

# Pixels: the width of one of the three columns, the height of a row and of a line of its heading,
# and how far the second box is shifted down, so that the two can be told apart where they overlap.
_COLUMN, _LINE, _HEADING, _SHIFT = 204, 24, 18, 18


def holdings(blocks: Mapping[str, nn.Block]) -> Figure:
    """Draw two overlapping boxes, and in them the labels of `blocks`, by what holds their weight.

    One box is ``block.params``, which `collect_params` reads. The other is the parameters that were
    assigned to an attribute, which `save_parameters` reads.
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
    left, middle, right = (PAD + 10 + i * _COLUMN for i in range(3))
    lower = PAD + _SHIFT
    first_row = lower + 3 * _HEADING + 32
    most = max(len(only_params), len(both), len(only_attribute))
    height = first_row + most * _LINE + 8 - lower
    canvas.box(PAD, PAD, 2 * _COLUMN, height, colour=BLUE, strength=0.1)
    canvas.box(PAD + _COLUMN, lower, 2 * _COLUMN, height, colour=ORANGE, strength=0.1)
    for x, y, heading, labels in (
        (
            left,
            PAD,
            ["block.params", "read by collect_params:", "initialise, train, move"],
            only_params,
        ),
        (middle, lower, ["in both"], both),
        (
            right,
            lower,
            ["registered attributes", "read by save_parameters", "and load_parameters"],
            only_attribute,
        ),
    ):
        for i, line in enumerate(heading):
            canvas.text(x, y + (i + 1) * _HEADING, line, bold=i == 0)
        for i, label in enumerate(labels):
            canvas.text(x, first_row + i * _LINE, f"• {label}")
    if neither:
        below = lower + height + 12
        canvas.box(PAD, below, 3 * _COLUMN, _LINE + 8, dashed=True, strength=0)
        canvas.text(left, below + 21, "in neither", bold=True)
        canvas.text(middle, below + 21, "  ".join(f"• {label}" for label in neither))

    def listed(labels: list[str]) -> str:
        return ", ".join(labels) or "nothing"

    alt = (
        "Two overlapping boxes, block.params and the registered attributes. "
        f"Only in block.params: {listed(only_params)}. In both: {listed(both)}. "
        f"Only among the attributes: {listed(only_attribute)}. In neither: {listed(neither)}."
    )
    return canvas.figure(f"where {len(blocks)} weights are held", alt)
