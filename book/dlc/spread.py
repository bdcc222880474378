"""Plot how the spread of a signal changes from layer to layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlc.plots import lines
from dlc.svg import Figure


def spread_plot(curves: Mapping[str, Sequence[float]]) -> Figure:
    """Plot the standard deviation after each layer on a logarithmic axis, one curve for each key.

    All curves have the same length.
    """
    depth = len(next(iter(curves.values())))
    ways = "; ".join(f"{key} goes from {c[0]:.1g} to {c[-1]:.1g}" for key, c in curves.items())
    alt = (
        f"Standard deviation of the activations after each of {depth} layers, on a logarithmic "
        f"axis. Each curve is nearly a straight line: {ways}."
    )
    labels = {"xlabel": "layer", "ylabel": "standard deviation"}
    return lines("spread of the activations", alt, range(1, depth + 1), curves, **labels, ylog=True)
