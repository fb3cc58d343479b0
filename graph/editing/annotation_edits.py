"""New notes and frames: where they go and what they are called."""

from __future__ import annotations

from collections.abc import Iterable

from graph.drawing import cards
from graph.drawing.frames import around
from graph.network import Annotation, AnnotationKind, Network, Position

NOTE_SIZE = (176.0, 96.0)
"""Width and height of a new note."""

FRAME_SIZE = (448.0, 224.0)
"""Width and height of a new frame around nothing."""


def new_note(network: Network, place: Position) -> Annotation:
    """An empty note with its corner at a place."""
    area = (*cards.snapped(*place), *NOTE_SIZE)
    return Annotation(_free_id(network, "note"), AnnotationKind.NOTE, "", area, hue=5)


def new_frame(network: Network, ids: Iterable[str], place: Position) -> Annotation:
    """A frame around cards; around none, with its corner at a place."""
    area = around(network, ids) or (*cards.snapped(*place), *FRAME_SIZE)
    return Annotation(_free_id(network, "frame"), AnnotationKind.FRAME, "Frame", area, hue=1)


def _free_id(network: Network, stem: str) -> str:
    known = network.annotations
    return next(f"{stem}{number}" for number in range(1, len(known) + 2) if f"{stem}{number}" not in known)
