"""Draw the graph of a live Symbol: operators from top to bottom, parameters beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

from mxnet.symbol import Symbol

from dlc.svg import BLUE, CHAR, GREEN, ORANGE, PAD, Canvas, Figure

# Pixels: a line of text, a parameter's box and the room it takes, the space between rows and
# between columns, the width of a column in which edges only pass, between ends of edges at a box.
_LINE, _BOX, _STEP, _ROW_GAP, _COLUMN_GAP, _PASS, _ENDS = 18, 22, 28, 30, 34, 12, 24


@dataclass
class Node:
    """One operator, input or parameter.

    `lines` stand in its box. `sources` are the places of the operators and inputs that it reads,
    `beside` those of the parameters; `layer` is the length of the longest way to it from an input.
    """

    kind: str
    name: str
    lines: list[str]
    sources: list[int]
    beside: list[int]
    layer: int
    is_output: bool

    @property
    def size(self) -> tuple[float, float]:
        """Return the width and the height of its box."""
        return max(map(len, self.lines)) * CHAR + 16, len(self.lines) * _LINE + 8


def _nodes(symbol: Symbol) -> list[Node]:
    """Return the nodes of a symbol in the order of its JSON, an order in which data can flow."""
    described = json.loads(symbol.tojson())
    outputs = {place for place, *_ in described["heads"]}
    nodes: list[Node] = []
    for place, entry in enumerate(described["nodes"]):
        name = entry["name"]
        if entry["op"] != "null":
            kind, lines = "operator", [entry["op"], name]
        elif "__lr_mult__" in entry.get("attrs", {}):
            # Only variables made by a gluon.Parameter bear a multiplier of the learning rate.
            kind, lines = "parameter", [name]
        else:
            kind, lines = "input", [name, "input"]
        if "subgraphs" in entry:
            lines.append(f"{len(entry['subgraphs'])} subgraphs")
        if place in outputs:
            lines.append("output")
        read = [source for source, *_ in entry["inputs"]]
        beside = [source for source in read if nodes[source].kind == "parameter"]
        sources = [source for source in read if source not in beside]
        layer = 1 + max((nodes[source].layer for source in sources), default=-1)
        nodes.append(Node(kind, name, lines, sources, beside, layer, place in outputs))
    return nodes


def _columns(nodes: list[Node]) -> dict[tuple[int, int], int]:
    """Return the column of each node in each layer that it or an edge from it occupies.

    A key is (place of the node, layer). In each layer the occupants stand in the order of what they
    read, nodes before edges that only pass.
    """
    last = {place: node.layer for place, node in enumerate(nodes)}
    for node in nodes:
        for source in node.sources:
            last[source] = max(last[source], node.layer - 1)
    columns: dict[tuple[int, int], int] = {}
    for layer in range(1 + max(node.layer for node in nodes)):
        here = []
        for place, node in enumerate(nodes):
            if node.kind == "parameter" or not node.layer <= layer <= last[place]:
                continue
            passes = node.layer < layer
            read = [place] if passes else node.sources
            before = [columns[source, layer - 1] for source in read]
            here.append((sum(before) / len(before) if before else 0, passes, place))
        columns |= {(place, layer): column for column, (*_, place) in enumerate(sorted(here))}
    return columns


class _Layout:
    """Where everything stands, in pixels: tops and heights of rows, centres of columns."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes, self.columns = nodes, _columns(nodes)
        count = 1 + max(self.columns.values())
        left, half = [0.0] * count, [_PASS / 2] * count  # room for parameters; of the boxes, half
        heights = [0.0] * (1 + max(node.layer for node in nodes))
        for (place, layer), column in self.columns.items():
            node = nodes[place]
            if layer > node.layer:
                continue
            width, height = node.size
            beside = max((nodes[source].size[0] + _COLUMN_GAP for source in node.beside), default=0)
            left[column] = max(left[column], beside)
            half[column] = max(half[column], width / 2)
            heights[layer] = max(heights[layer], height, len(node.beside) * _STEP)
        self.centres: list[float] = []
        self.rows: list[tuple[float, float]] = []
        x = y = float(PAD)
        for column in range(count):
            self.centres.append(x + left[column] + half[column])
            x = self.centres[-1] + half[column] + _COLUMN_GAP
        for height in heights:
            self.rows.append((y, height))
            y += height + _ROW_GAP
        self.lefts = [centre - across for centre, across in zip(self.centres, half, strict=True)]

    def centre(self, place: int) -> tuple[float, float]:
        """Return the centre of a node's box."""
        layer = self.nodes[place].layer
        top, height = self.rows[layer]
        return self.centres[self.columns[place, layer]], top + height / 2

    def edge(self, place: int, until: int) -> list[tuple[float, float]]:
        """Return the corners of the edge from a node's box to just above layer `until`."""
        x, y = self.centre(place)
        corners = [(x, y + self.nodes[place].size[1] / 2)]
        for layer in range(self.nodes[place].layer + 1, until):
            x, (top, height) = self.centres[self.columns[place, layer]], self.rows[layer]
            corners += [(x, top), (x, top + height)]
        return corners


def _draw_node(canvas: Canvas, layout: _Layout, place: int) -> None:
    """Draw an operator or input and the edges that enter it."""
    node = layout.nodes[place]
    (x, y), (width, height) = layout.centre(place), node.size
    top = y - height / 2
    # Edges that come from further left enter further left, so that they do not cross.
    edges = [layout.edge(source, node.layer) for source in node.sources]
    for number, corners in enumerate(sorted(edges, key=lambda corners: corners[-1])):
        for start, end in pairwise(corners):
            canvas.line(*start, *end)
        target = x + (number - (len(edges) - 1) / 2) * _ENDS
        canvas.line(*corners[-1], target, top, arrow=True)
    colour = ORANGE if node.kind == "input" else "currentColor"
    canvas.box(x - width / 2, top, width, height, colour=GREEN if node.is_output else colour)
    for number, line in enumerate(node.lines):
        canvas.text(x, top + _LINE * (number + 1), line, bold=number == 0, anchor="middle")


def _draw_parameters(canvas: Canvas, layout: _Layout, place: int) -> None:
    """Draw to the left of an operator the parameters that it reads."""
    node = layout.nodes[place]
    (x, y), (width, height) = layout.centre(place), node.size
    right = layout.lefts[layout.columns[place, node.layer]] - _COLUMN_GAP
    count = len(node.beside)
    for number, source in enumerate(node.beside):
        parameter = layout.nodes[source]
        across, offset = parameter.size[0], number - (count - 1) / 2
        middle = y + offset * _STEP
        canvas.box(right - across, middle - _BOX / 2, across, _BOX, colour=BLUE)
        canvas.text(right - across / 2, middle + 4, parameter.name, anchor="middle")
        target = y + offset * min(_STEP, (height - 8) / count)
        canvas.line(right, middle, x - width / 2, target, colour=BLUE, arrow=True)


def _in_words(nodes: list[Node], outputs: list[str]) -> str:
    """Return what a drawing shows: inputs, operators with what they read, outputs."""
    inputs = ", ".join(node.name for node in nodes if node.kind == "input")
    parts = [f"Computational graph from top to bottom. Inputs: {inputs}."]
    for node in nodes:
        if node.kind == "operator":
            read = ", ".join(nodes[source].name for source in node.sources + node.beside)
            parts.append(f"{node.lines[0]} {node.name} reads {read}.")
    return " ".join([*parts, f"Outputs: {', '.join(outputs)}."])


def graph(symbol: Symbol) -> Figure:
    """Draw the nodes of `symbol` and what each reads.

    Data flows from top to bottom through inputs and operators (above the operator, below its
    name). To the left of an operator stand the parameters that it reads; one that several operators
    read stands beside each of them.
    """
    nodes = _nodes(symbol)
    layout = _Layout(nodes)
    canvas = Canvas()
    for place, node in enumerate(nodes):
        if node.kind != "parameter":
            _draw_node(canvas, layout, place)
            _draw_parameters(canvas, layout, place)
    operators = [node for node in nodes if node.kind == "operator"]
    name = f"graph of {len(nodes)} nodes, {len(operators)} of them operators"
    return canvas.figure(name, _in_words(nodes, symbol.list_outputs()))
