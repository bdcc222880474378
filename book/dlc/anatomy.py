"""Draw what one live Parameter holds: its description, and an array and a gradient per device."""

from __future__ import annotations

import numpy as np
from mxnet.gluon import Parameter

from dlc.svg import BLUE, CHAR, ORANGE, PAD, Canvas, Figure

# Pixels: the height of a row, between the two columns, the height of a device's box, between two.
_LINE, _ARROW, _DEVICE, _GAP = 21, 56, 72, 12


def anatomy(parameter: Parameter) -> Figure:
    """Draw `parameter`: what describes it on the left, what it holds on each device on the right.

    A dashed box is an array that is not there: no gradient is kept, or the parameter still waits
    for its shape or for `initialize`.
    """
    facts = {
        "name": parameter.name,
        "shape": str(parameter.shape),
        "dtype": np.dtype(parameter.dtype).name,
        "init": _initialiser(parameter),
        "grad_req": parameter.grad_req,
        "lr_mult": f"{parameter.lr_mult:g}",
        "wd_mult": f"{parameter.wd_mult:g}",
    }
    devices = _devices(parameter)
    canvas = Canvas()
    column = (max(map(len, facts)) + 2) * CHAR
    left = 2 * PAD + column + max(map(len, facts.values())) * CHAR
    high = (len(facts) + 1) * _LINE + PAD + 4
    stack = len(devices) * (_DEVICE + _GAP) - _GAP
    top = PAD + max(0, (stack - high) / 2)
    canvas.box(PAD, top, left, high)
    canvas.text(2 * PAD, top + _LINE - 1, "Parameter", bold=True)
    for row, (fact, value) in enumerate(facts.items(), start=2):
        canvas.text(2 * PAD, top + row * _LINE - 1, fact)
        canvas.text(2 * PAD + column, top + row * _LINE - 1, value)
    x, y = PAD + left + _ARROW, PAD + max(0, (high - stack) / 2)
    for device, arrays in devices.items():
        canvas.line(PAD + left, top + high / 2, x, y + _DEVICE / 2, arrow=True)
        _draw_device(canvas, x, y, device, arrays)
        y += _DEVICE + _GAP
    described = ", ".join(f"{fact} {value}" for fact, value in facts.items())
    held = "; ".join(
        f"on {device} {' and '.join(text for text, _, _ in arrays)}"
        for device, arrays in devices.items()
    )
    alt = f"Parameter with {described}. It holds {held}."
    return canvas.figure(f"anatomy of {parameter.name}", alt)


def _initialiser(parameter: Parameter) -> str:
    """Return the parameter's own initialiser in a word."""
    if parameter.init is None:
        return "(the network's)"
    return parameter.init if isinstance(parameter.init, str) else type(parameter.init).__name__


def _devices(parameter: Parameter) -> dict[str, list[tuple[str, str, bool]]]:
    """Return for each device the arrays there: text, colour, and whether the array exists."""
    try:
        devices = parameter.list_ctx()
    except RuntimeError:
        return {"no device": [("data: not initialised", BLUE, False)]}
    try:
        arrays = parameter.list_data()
    except RuntimeError:  # a DeferredInitializationError is one, too
        return {str(device): [("data: waits for the shape", BLUE, False)] for device in devices}
    data = [(f"data {array.shape}", BLUE, True) for array in arrays]
    if parameter.grad_req == "null":
        gradients = [("no gradient", ORANGE, False)] * len(arrays)
    else:
        gradients = [(f"gradient {array.shape}", ORANGE, True) for array in parameter.list_grad()]
    return {str(device): [*pair] for device, *pair in zip(devices, data, gradients, strict=True)}


def _draw_device(
    canvas: Canvas, x: float, y: float, device: str, arrays: list[tuple[str, str, bool]]
) -> None:
    """Draw one device and the arrays on it, side by side."""
    widths = [len(text) * CHAR + 2 * PAD for text, _, _ in arrays]
    canvas.box(x, y, sum(widths) + (len(widths) + 1) * PAD, _DEVICE)
    canvas.text(x + PAD, y + _LINE - 4, device, bold=True)
    x += PAD
    for (text, colour, exists), width in zip(arrays, widths, strict=True):
        strength = 0.18 if exists else 0.0
        canvas.box(x, y + _LINE + 5, width, 34, colour=colour, dashed=not exists, strength=strength)
        canvas.text(x + width / 2, y + _LINE + 27, text, anchor="middle")
        x += width + PAD
