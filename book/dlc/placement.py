"""Draw which arrays and parameters lie on which device, read from the live objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mxnet import nd
from mxnet.gluon import nn
from mxnet.gluon.parameter import DeferredInitializationError

from dlc.svg import BLUE, CHAR, GREEN, ORANGE, PAD, RED, Canvas, Figure

# Pixels: the height of a row and of a box in it, the gap between two devices.
_ROW, _BOX, _GAP = 32, 24, 18
_COLOURS = (BLUE, ORANGE, GREEN, RED)

Thing = nd.NDArray | nn.Block | Sequence[nd.NDArray]


@dataclass(frozen=True)
class Row:
    """One array or parameter: its text, the devices where it lies, and whether it exists yet."""

    text: str
    devices: tuple[str, ...]
    made: bool = True


def placement(**things: Thing) -> Figure:
    """Draw one column for each device, and in it a box for each array that lies there.

    Takes arrays, lists of arrays and networks, under the names by which the figure calls them. One
    array under two names is one box. A parameter is one row, with a box for each of its replicas;
    the box is dashed as long as the array has not been made, because its shape is unknown.
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
                canvas.box(
                    x + PAD, y, width - 2 * PAD, _BOX,
                    colour=colour, dashed=not row.made, strength=0.15 if row.made else 0,
                )  # fmt: skip
                canvas.text(x + width / 2, y + 16, row.text, anchor="middle")
    return canvas.figure(f"placement on {', '.join(devices)}", _alt(devices, rows))


def _rows(things: dict[str, Thing]) -> list[Row]:
    """Return a row for each array and each parameter, in the order given."""
    arrays: list[tuple[str, nd.NDArray]] = []
    rows: dict[str, Row] = {}
    for name, thing in things.items():
        if isinstance(thing, nn.Block):
            # The keys of parameter files; there is no public way to read them.
            for key, parameter in thing._collect_params_with_prefix().items():
                try:
                    made = bool(parameter.list_data())
                except DeferredInitializationError:
                    made = False
                devices = tuple(str(device) for device in parameter.list_ctx())
                full = f"{name}.{key}"
                rows[full] = Row(f"{full} {parameter.shape if made else '?'}", devices, made)
        else:
            several = not isinstance(thing, nd.NDArray)
            for number, array in enumerate(thing if several else [thing]):
                full = f"{name}[{number}]" if several else name
                arrays.append((full, array))
                rows[full] = Row(full, (str(array.context),))
    for number, (name, array) in enumerate(arrays):
        if any(earlier is array for _, earlier in arrays[:number]):
            del rows[name]
        else:
            names = [other for other, candidate in arrays if candidate is array]
            rows[name] = Row(f"{', '.join(names)} {array.shape}", rows[name].devices)
    return list(rows.values())


def _alt(devices: list[str], rows: list[Row]) -> str:
    """Say in words what lies where."""
    sentences = []
    for device in devices:
        there = [row for row in rows if device in row.devices]
        made = [row.text for row in there if row.made]
        announced = [row.text for row in there if not row.made]
        sentence = f"On {device}: {'; '.join(made) or 'nothing yet'}"
        if announced:
            sentence += f"; announced but not made yet: {'; '.join(announced)}"
        sentences.append(sentence + ".")
    return "Where the arrays lie. " + " ".join(sentences)
