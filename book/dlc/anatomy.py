"""Draw what one live Parameter holds, and how many numbers the parameters of networks hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mxnet.gluon import Parameter

from dlc.plots import lines
from dlc.svg import BLUE, CHAR, ORANGE, PAD, Canvas, Figure

# Pixels: the height of a row, between the two columns, the height of a device's box, between two,
# the height of an array in it.
_LINE, _ARROW, _DEVICE, _GAP, _ARRAY = 21, 56, 72, 12, 34


def anatomy(parameter: Parameter) -> Figure:
    """Draw `parameter`: what describes it on the left, what it holds on each device on the right.

    Where no gradient is kept, its box is dashed. Raises the error of `list_data` if the parameter
    is not initialised yet.
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
    data = f"data {parameter.list_data()[0].shape}"
    kept = parameter.grad_req != "null"
    gradient = f"gradient {parameter.list_grad()[0].shape}" if kept else "no gradient"
    devices = [str(device) for device in parameter.list_ctx()]
    canvas = Canvas()
    column = (max(map(len, facts)) + 2) * CHAR
    width = 2 * PAD + column + max(map(len, facts.values())) * CHAR
    height = (len(facts) + 1) * _LINE + PAD + 4
    stack = len(devices) * (_DEVICE + _GAP) - _GAP
    top = PAD + max(0, (stack - height) / 2)
    canvas.box(PAD, top, width, height)
    canvas.text(2 * PAD, top + _LINE - 1, "Parameter", bold=True)
    for row, (fact, value) in enumerate(facts.items(), start=2):
        canvas.text(2 * PAD, top + row * _LINE - 1, fact)
        canvas.text(2 * PAD + column, top + row * _LINE - 1, value)
    x, y = PAD + width + _ARROW, PAD + max(0, (height - stack) / 2)
    for device in devices:
        canvas.line(PAD + width, top + height / 2, x, y + _DEVICE / 2, arrow=True)
        _draw_device(canvas, x, y, device, data, gradient, kept)
        y += _DEVICE + _GAP
    described = ", ".join(f"{fact} {value}" for fact, value in facts.items())
    held = "; ".join(f"on {device} {data} and {gradient}" for device in devices)
    alt = f"Parameter with {described}. It holds {held}."
    return canvas.figure(f"anatomy of {parameter.name}", alt)


def counts_by_depth(depths: Sequence[int], own: Sequence[int], shared: Sequence[int]) -> Figure:
    """Plot how many numbers chains of `depths` layers hold, with own and with shared parameters."""
    alt = (
        f"Chains of {', '.join(map(str, depths))} layers: with own parameters the numbers rise "
        f"in proportion, {', '.join(map(str, own))}; with shared parameters they stay at "
        f"{shared[0]}."
    )
    curves = {"own parameters": own, "shared parameters": shared}
    return lines("counts by depth", alt, depths, curves, xlabel="layers", ylabel="numbers")


def _initialiser(parameter: Parameter) -> str:
    """Return the parameter's own initialiser in a word."""
    if parameter.init is None:
        return "(the network's)"
    return parameter.init if isinstance(parameter.init, str) else type(parameter.init).__name__


def _draw_device(
    canvas: Canvas, x: float, y: float, device: str, data: str, gradient: str, kept: bool
) -> None:
    """Draw one device with the array of the data and, beside it, that of the gradient."""
    widths = [len(text) * CHAR + 2 * PAD for text in (data, gradient)]
    canvas.box(x, y, sum(widths) + 3 * PAD, _DEVICE)
    canvas.text(x + PAD, y + _LINE - 4, device, bold=True)
    left, top, middle = x + PAD, y + _LINE + 5, y + _LINE + 27
    canvas.box(left, top, widths[0], _ARRAY, colour=BLUE, strength=0.18)
    canvas.text(left + widths[0] / 2, middle, data, anchor="middle")
    left += widths[0] + PAD
    strength = 0.18 if kept else 0.0
    canvas.box(left, top, widths[1], _ARRAY, colour=ORANGE, dashed=not kept, strength=strength)
    canvas.text(left + widths[1] / 2, middle, gradient, anchor="middle")
