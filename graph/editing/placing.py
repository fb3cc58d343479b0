"""Where new cards go: behind others, at the start of the next row, where no card is covered."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph.drawing import cards
from graph.drawing.folding import FOLD_GAP
from graph.layers.base import Layer
from graph.network import Network, Position


def centred(layer: Layer, x: float, y: float) -> Position:
    """The corner of a card whose middle is at a place."""
    return cards.snapped(x - cards.WIDTH / 2, y - cards.measures(layer)[2] / 2)


def at_port(layer: Layer, place: Position, *, vertical: bool, output: bool) -> Position:
    """The corner of a card whose first output, or first input, is to be at a place."""
    x, y = place
    if vertical:
        return cards.snapped(x - cards.WIDTH / 2, y - (cards.measures(layer, True)[2] if output else 0))
    return cards.snapped(x - (cards.WIDTH if output else 0), y - cards.FIRST_PORT)


def behind(network: Network, source: str, left: float, right: float) -> Position:
    """Right of ``source``; a row that would pass ``right`` goes on below its start, as text does.

    A row that begins left of ``left`` is not broken, because its start is out of view.
    """
    place = beside(network, source)
    row = row_of(network, source)
    begun = network.node(row[0]).position[0] >= left
    full = place[0] + cards.WIDTH > right and begun and len(row) > 1
    return below(network, row) if full and not network.node(source).vertical else place


def beside(network: Network, id: str, *, clear: bool = True) -> Position:
    """A place to the right of a card, below a vertical one; with ``clear``, or below it, where there is no other."""
    x, y = network.node(id).position
    if network.node(id).vertical:
        place = (x, y + cards.box(network.node(id))[3] + cards.COLUMN_GAP)
    else:
        place = (x + cards.WIDTH + cards.COLUMN_GAP, y)
    return clear_place(network, place) if clear else place


def row_of(network: Network, id: str) -> list[str]:
    """The layers that lead to ``id`` in its row of cards, and itself, from left to right."""
    row = [id]
    while True:
        (x, y), arriving = network.node(row[0]).position, network.into(row[0]).values()
        before = [c.source for c in arriving if _in_row(network.node(c.source).position, (x, y))]
        if not before:
            return row
        row.insert(0, before[0])


def _in_row(place: Position, behind: Position) -> bool:
    return place[0] < behind[0] and abs(place[1] - behind[1]) < cards.ROW_GAP


def below(network: Network, row: Sequence[str]) -> Position:
    """The place where the next row begins, under a row of cards."""
    boxes = [cards.box(network.node(id_)) for id_ in row]
    top = max(y + height for _, y, _, height in boxes) + FOLD_GAP
    return clear_place(network, (boxes[0][0], math.ceil(top / cards.GRID) * cards.GRID))


def clear_place(network: Network, place: Position, height: float = 76.0) -> Position:
    """The place itself, or the next below it where a card of this height covers no other."""
    x, y = place
    boxes = [cards.box(node) for node in network]
    near = [box for box in boxes if box[0] < x + cards.WIDTH and box[0] + box[2] > x]
    while True:
        hit = next((box for box in near if box[1] < y + height and box[1] + box[3] > y), None)
        if hit is None:
            return x, y
        y = hit[1] + hit[3] + cards.ROW_GAP
