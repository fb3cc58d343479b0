"""Frames around cards: their areas, and how they follow the cards in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graph.document import Document
from graph.drawing import cards
from graph.drawing.cards import Box
from graph.network import AnnotationKind, Network, Position

TITLE = 30.0
"""Height of a frame's title, in scene pixels."""

ROOM = 24.0
"""Space between a frame and the cards in it."""


def around(network: Network, ids: Iterable[str]) -> Box | None:
    """The area of a frame around cards; None around none."""
    boxes = [cards.box(network.node(id_)) for id_ in ids]
    if not boxes:
        return None
    left, top = min(box[0] for box in boxes) - ROOM, min(box[1] for box in boxes) - ROOM - TITLE
    right, bottom = max(x + width for x, _, width, _ in boxes) + ROOM, max(y + h for _, y, _, h in boxes) + ROOM
    return (*cards.snapped(left, top), *cards.snapped(right - left, bottom - top))


def move_with_frames(document: Document, places: Mapping[str, Position], *, vertical: bool | None = None) -> None:
    """Move cards inside an open transaction, and every frame that held some of them with those around it.

    ``vertical`` says whether their ports are to be above and below. None leaves that as it is; frames then only grow.
    """
    network = document.network
    frames = [each for each in network.annotations.values() if each.kind is AnnotationKind.FRAME]
    members = {frame.id: [node.id for node in network if _within(cards.box(node), frame.area)] for frame in frames}
    document.move(places)
    if vertical is not None:
        document.set_vertical(places, vertical)
    for frame in frames:
        area = around(network, members[frame.id])
        if area is not None and not places.keys().isdisjoint(members[frame.id]):
            area = area if vertical is not None else _united(frame.area, area)
            document.set_annotation(frame.id, replace(frame, area=area))


def _united(first: Box, second: Box) -> Box:
    left, top = min(first[0], second[0]), min(first[1], second[1])
    right = max(first[0] + first[2], second[0] + second[2])
    bottom = max(first[1] + first[3], second[1] + second[3])
    return left, top, right - left, bottom - top


def _within(box: Box, area: Box) -> bool:
    right, bottom = box[0] + box[2], box[1] + box[3]
    return area[0] <= box[0] and area[1] <= box[1] and right <= area[0] + area[2] and bottom <= area[1] + area[3]
