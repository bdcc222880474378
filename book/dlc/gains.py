"""Plot how much faster a network runs once it is hybridised, over the width of its layers."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.plots import lines
from dlc.svg import Figure


def gain_plot(widths: Sequence[int], hybrid: Sequence[float], static: Sequence[float]) -> Figure:
    """Plot the gain at each width, without the options of `hybridize` and with both."""
    curves = {"hybridize()": hybrid, "with both options": static}
    ways = "; ".join(
        f"{label} from {curve[0]:.1f} at width {widths[0]} to {curve[-1]:.1f} at {widths[-1]}"
        for label, curve in curves.items()
    )
    alt = f"Two curves of the gain over the width of the layers: {ways}."
    labels = {"xlabel": "width of each layer", "ylabel": "imperative time / hybridised time"}
    return lines("gain by width", alt, widths, curves, **labels, xlog=True)
