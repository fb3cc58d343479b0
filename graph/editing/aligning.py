"""Places for cards that are brought in line or spread evenly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from graph.drawing import cards
from graph.network import Network, Position

Edge = Literal["left", "centre", "right", "top", "middle", "bottom"]
"""What cards are brought in line by; ``centre`` runs down and ``middle`` across."""

SHARE: dict[Edge, float] = {"left": 0.0, "centre": 0.5, "right": 1.0, "top": 0.0, "middle": 0.5, "bottom": 1.0}
"""How far along a card its edge lies."""


def aligned(network: Network, ids: Sequence[str], edge: Edge) -> dict[str, Position]:
    """Places at which all cards have the edge in common: the outermost one, or the middle of all."""
    boxes = {id_: cards.box(network.node(id_)) for id_ in ids}
    axis = 0 if edge in ("left", "centre", "right") else 1
    share = SHARE[edge]
    low = min(box[axis] for box in boxes.values())
    high = max(box[axis] + box[axis + 2] for box in boxes.values())
    line = low + (high - low) * share
    return {id_: _at(box, axis, line - box[axis + 2] * share) for id_, box in boxes.items()}


def distributed(network: Network, ids: Sequence[str], axis: Literal[0, 1]) -> dict[str, Position]:
    """Places with equal gaps between the cards, across (0) or down (1); the two outermost cards stay.

    Cards that have no room to stand apart keep the usual gap, so that none covers another.
    """
    boxes = sorted(((cards.box(network.node(id_)), id_) for id_ in ids), key=lambda entry: (entry[0][axis], entry[1]))
    sizes = [box[axis + 2] for box, _ in boxes]
    span = boxes[-1][0][axis] + sizes[-1] - boxes[0][0][axis]
    least = cards.COLUMN_GAP if axis == 0 else cards.ROW_GAP
    free = (span - sum(sizes)) / max(1, len(boxes) - 1)
    gap = free if free > 0 else least
    places, place = {}, boxes[0][0][axis]
    for (box, id_), size in zip(boxes, sizes, strict=True):
        places[id_] = _at(box, axis, place)
        place += size + gap
    return places


def _at(box: cards.Box, axis: int, place: float) -> Position:
    return (place, box[1]) if axis == 0 else (box[0], place)
