"""Measurements of cards, in pixels at 100 % zoom: what canvas, layout and drawing all go by."""

from __future__ import annotations

from functools import lru_cache

from graph.layers.base import Layer
from graph.network import Node, Position

GRID = 4.0
"""Cards snap to multiples of this."""

WIDTH = 176.0
"""Width of every card."""

HEADER = 28.0
"""Height of the strip with icon and name."""

LINE = 20.0
"""Height of a line of text, and distance between ports."""

GAP = 2.0
"""Space between the strip and the first line."""

FOOT = 6.0
"""Space under the last line."""

FIRST_PORT = HEADER + GAP + LINE / 2
"""How far below the card's top the first port sits; the same for every card, so that chains run straight."""

PORT_RADIUS = 5.0
"""Radius of a port's disc."""

GRASP = 10.0
"""How near to a port's centre a pointer takes hold of it."""

COLUMN_GAP = 48.0
"""Free space between neighbouring cards in a chain."""

STEP = WIDTH + COLUMN_GAP
"""Distance between neighbouring cards in a chain, from left edge to left edge."""

STRIP = 26.0
"""Room below a card for the small pictures of a run. Wires keep out of it whether or not there are any, so that none
moves when they come.
"""

ROW_GAP = 36.0
"""Free space between cards above one another."""

Box = tuple[float, float, float, float]
"""Left, top, width and height."""


def snapped(x: float, y: float) -> Position:
    """The place on the grid that is nearest."""
    return round(x / GRID) * GRID, round(y / GRID) * GRID


@lru_cache(maxsize=4096)
def measures(layer: Layer, vertical: bool = False) -> tuple[int, bool, float]:
    """Rows of named ports (0 where no side has several), whether there is a line of settings, and the height.

    A vertical card has its ports along the edges above and below, without their names.
    """
    inputs, outputs = len(layer.input_ports()), len(layer.output_ports())
    rows = max(inputs, outputs) if max(inputs, outputs) > 1 and not vertical else 0
    settled = bool(layer.summary())
    return rows, settled, HEADER + GAP + LINE * (rows + settled + 1) + FOOT


def box(node: Node) -> Box:
    """The card's rectangle on the canvas."""
    return (*node.position, WIDTH, measures(node.layer, node.vertical)[2])


def outline(box: Box) -> Box:
    """What wires go around: the card's rectangle, and the room for pictures below it."""
    x, y, width, height = box
    return x, y, width, height + STRIP


def port_height(index: int) -> float:
    """How far below the card's top the port with this index sits."""
    return FIRST_PORT + LINE * index


def input_place(node: Node, port: str) -> tuple[float, float]:
    """Centre of an input port's disc on the canvas."""
    x, y = node.position
    index = node.inputs.index(port)
    return (x + _along(index, len(node.inputs)), y) if node.vertical else (x, y + port_height(index))


def output_place(node: Node, port: str) -> tuple[float, float]:
    """Centre of an output port's disc on the canvas."""
    x, y = node.position
    index = node.outputs.index(port)
    if node.vertical:
        return x + _along(index, len(node.outputs)), y + box(node)[3]
    return x + WIDTH, y + port_height(index)


def _along(index: int, count: int) -> float:
    """How far right of a vertical card's left edge one of ``count`` ports sits."""
    return WIDTH * (index + 1) / (count + 1)
