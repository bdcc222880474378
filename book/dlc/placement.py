"""Draw which arrays and parameters lie on which device, read from the live objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mxnet import nd
from mxnet.gluon import nn

from dlc.svg import BLUE, CHAR, GREEN, ORANGE, PAD, RED, Canvas, Figure

# Pixels: the height of a row and of a box in it, the gap between two devices.
_ROW, _BOX, _GAP = 32, 24, 18
_COLOURS = (BLUE, ORANGE, GREEN, RED)

Thing = nd.NDArray | nn.Block | Sequence[nd.NDArray]


@dataclass(frozen=True)
class Row:
    """One array or parameter: its names and shape, and the devices where it lies."""

    text: str
    devices: tuple[str, ...]


def placement(**things: Thing) -> Figure:
    """Draw one column for each device, and in it a box for each array that lies there.

    Takes arrays, lists of arrays and initialised networks, under the names by which the figure
    calls them. An array given under two names is one box. A parameter is one row, with a box for
    each of its replicas.
    """
    rows = _rows(things)
    devices = sorted({device for row in rows for device in row.devices})
    width = max(len(text) for text in (*devices, *(row.text for row in rows))) * CHAR + 4 * PAD
    canvas = Canvas()
    for column, device in enumerate(devices):
        x = PAD + column * (width + _GAP)
        colour = _COLOURS[column % len(_COLOURS)]
        canvas.box(x, PAD, width, (len(rows) + 1) * _ROW + 4, strength=0.03)
        canvas.text(x + width / 2, PAD + 20, device, bold=True, anchor="middle")
        for line, row in enumerate(rows, start=1):
            if device in row.devices:
                y = PAD + line * _ROW
                canvas.box(x + PAD, y, width - 2 * PAD, _BOX, colour=colour, strength=0.15)
                canvas.text(x + width / 2, y + 16, row.text, anchor="middle")
    return canvas.figure(f"placement on {', '.join(devices)}", _alt(devices, rows))


def _rows(things: dict[str, Thing]) -> list[Row]:
    """Return a row for each array and each parameter, in the order given."""
    rows: list[Row] = []
    for name, thing in things.items():
        if isinstance(thing, nn.Block):
            # The keys of parameter files; there is no public way to read them.
            for key, parameter in thing._collect_params_with_prefix().items():
                devices = tuple(str(device) for device in parameter.list_ctx())
                rows.append(Row(f"{name}.{key} {parameter.shape}", devices))
        elif isinstance(thing, nd.NDArray):
            names = [other for other, candidate in things.items() if candidate is thing]
            if name == names[0]:
                rows.append(Row(f"{', '.join(names)} {thing.shape}", (str(thing.context),)))
        else:
            for number, array in enumerate(thing):
                rows.append(Row(f"{name}[{number}] {array.shape}", (str(array.context),)))
    return rows


def _alt(devices: list[str], rows: list[Row]) -> str:
    """Say in words what lies where."""
    sentences = [
        f"On {device}: {'; '.join(row.text for row in rows if device in row.devices)}."
        for device in devices
    ]
    return "Where the arrays lie. " + " ".join(sentences)
