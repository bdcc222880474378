"""Plot measured numbers by matplotlib, as inline SVG in the colours of the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import MaxNLocator

from dlc.svg import BLUE, GREEN, ORANGE, RED, Figure

# A colour that nothing else has: after drawing it becomes the text colour of the page.
_INK = "#0a0b0c"
_MARKS = ["o", "s", "^", "D"]
_LOOK = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.prop_cycle": matplotlib.cycler(color=[BLUE, ORANGE, GREEN, RED]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": _INK,
    "grid.alpha": 0.15,
    "legend.frameon": False,
    "legend.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def lines(
    name: str,
    alt: str,
    x: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    xlog: bool = False,
    ylog: bool = False,
) -> Figure:
    """Plot curves over common positions `x`; each differs from the others by colour and mark.

    `alt` says in words what is to be seen. On a logarithmic x axis the ticks are the positions.
    """
    with matplotlib.rc_context(_LOOK | {"svg.hashsalt": name}):
        plot = Plot(figsize=(6.4, 3.6), layout="constrained")
        axes = plot.subplots()
        for mark, (label, y) in zip(_MARKS, curves.items(), strict=False):
            axes.plot(x, y, marker=mark, markersize=4, label=label)
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.grid(visible=True)
        if xlog:
            axes.set_xscale("log", base=2)
            axes.set_xticks(x, [f"{value:g}" for value in x], minor=False)
        elif all(float(value).is_integer() for value in x):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if ylog:
            axes.set_yscale("log")
        if len(curves) > 1:
            axes.legend()
        return _inline(plot, name, alt)


def _inline(plot: Plot, name: str, alt: str) -> Figure:
    """Return a matplotlib figure as one of ours: no file header, no date, ink in currentColor."""
    stream = io.StringIO()
    FigureCanvasSVG(plot).print_svg(stream, metadata={"Date": None, "Creator": None})
    body = re.search(r"<svg[^>]*>(.*)</svg>", stream.getvalue(), re.S).group(1)
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.S)
    body = body.replace(_INK, "currentColor")
    width, height = plot.get_size_inches() * 72
    return Figure(name, alt, body, width, height)
