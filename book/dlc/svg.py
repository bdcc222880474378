"""Draw figures as inline SVG that takes the colours of the page around it, light or dark."""

from __future__ import annotations

from html import escape

# Pixels. A monospaced character is 0.6 em wide in the common fonts.
FONT, CHAR, PAD = 13, 7.9, 10
# For what must be told apart by colour: each has a contrast of 3 or more to white and to black.
BLUE, ORANGE, GREEN, RED = "#4a86e8", "#d0700f", "#3a9a5b", "#dd5454"


class Figure:
    """An SVG drawing that shows itself in notebooks and pages.

    `alt` says in words what is to be seen. ``repr`` is short and does not depend on the run.
    """

    def __init__(self, name: str, alt: str, svg: str, width: float, height: float) -> None:
        self.name, self.alt, self.svg, self.width, self.height = name, alt, svg, width, height

    def __repr__(self) -> str:
        return f"<figure: {self.name}>"

    def _repr_html_(self) -> str:
        return (
            '<svg class="dlc-figure" xmlns="http://www.w3.org/2000/svg" role="img" lang="en" '
            f'aria-label="{escape(self.alt)}" viewBox="0 0 {self.width:.0f} {self.height:.0f}" '
            f'width="{self.width:.0f}" style="max-width:100%;height:auto" fill="currentColor" '
            f'font-family="monospace" font-size="{FONT}" xml:space="preserve">{self.svg}</svg>'
        )


class Canvas:
    """Collects boxes, lines and texts, in pixels from the upper left; it grows with them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._width = self._height = 0.0

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str = "currentColor",
        dashed: bool = False,
        strength: float = 0.05,
    ) -> None:
        """Draw a box with rounded corners; `strength` (0 to 1) is how much of `colour` fills it."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        line = 0.5 if colour == "currentColor" else 1
        self._add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" '
            f'fill="{colour}" fill-opacity="{strength:g}" stroke="{colour}" '
            f'stroke-opacity="{line:g}"{dash}/>',
            x + width,
            y + height,
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        bold: bool = False,
        anchor: str = "start",
        colour: str = "",
    ) -> None:
        """Write one line with its baseline at `y`; `anchor` is start, middle or end."""
        options = ' font-weight="bold"' if bold else ""
        if anchor != "start":
            options += f' text-anchor="{anchor}"'
        if colour:
            options += f' fill="{colour}"'
        right = x + len(text) * CHAR * {"start": 1, "middle": 0.5, "end": 0}[anchor]
        self._add(f'<text x="{x:g}" y="{y:g}"{options}>{escape(text)}</text>', right, y + 4)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        colour: str = "currentColor",
        dashed: bool = False,
        arrow: bool = False,
    ) -> None:
        """Draw a straight line, with `arrow` a head at its second end."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._add(
            f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" fill="none" stroke="{colour}" '
            f'stroke-width="1.5"{dash}/>',
            max(x1, x2),
            max(y1, y2),
        )
        if arrow:
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
            dx, dy = (x2 - x1) / length, (y2 - y1) / length
            left = f"{x2 - 9 * dx - 4 * dy:.1f} {y2 - 9 * dy + 4 * dx:.1f}"
            right = f"{x2 - 9 * dx + 4 * dy:.1f} {y2 - 9 * dy - 4 * dx:.1f}"
            self._add(f'<path d="M{x2:g} {y2:g}L{left}L{right}Z" fill="{colour}"/>', x2, y2)

    def figure(self, name: str, alt: str) -> Figure:
        """Return what was drawn, with a margin to the right and below."""
        return Figure(name, alt, "".join(self._parts), self._width + PAD, self._height + PAD)

    def _add(self, part: str, right: float, bottom: float) -> None:
        self._parts.append(part)
        self._width, self._height = max(self._width, right), max(self._height, bottom)
