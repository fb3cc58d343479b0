"""What lies under the pointer: a port before a card, a card before a note, a note before a wire, a frame last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF

from graph.drawing import cards
from graph.network import AnnotationKind
from widgets.canvas.annotation_shapes import corner_at, grasped
from widgets.canvas.board import Board
from widgets.canvas.board_items import Card, Slot, Wire
from widgets.canvas.level_of_detail import MID_FROM

WIRE_GRASP = 7.0
"""How near to a wire the pointer takes hold of it, in pixels of the screen."""

END_GRASP = 28.0
"""How near to a wire's end a drag takes that end off, in scene pixels."""


class What(Enum):
    """Kinds of thing under the pointer."""

    NOTHING = auto()
    INPUT = auto()
    OUTPUT = auto()
    CARD = auto()
    WIRE = auto()
    MARK = auto()
    """The mark of a problem on a card."""
    ANNOTATION = auto()
    """A note or frame; ``port`` is "corner" where it is resized."""


@dataclass(frozen=True)
class Hit:
    """A thing under the pointer; ``id`` is a layer or annotation, ``slot`` a wire."""

    what: What
    id: str = ""
    port: str = ""
    slot: Slot | None = None


NOTHING = Hit(What.NOTHING)


def find(board: Board, place: QPointF, zoom: float) -> Hit:
    """The thing at a place of the scene."""
    reach = min(max(cards.GRASP, 7.0 / zoom), 22.0)
    around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
    near = sorted(board.cards_in(around), key=lambda card: -card.order)
    for card in near:
        if card.severity is not None and zoom >= MID_FROM and mark_area(card, zoom).contains(place):
            return Hit(What.MARK, card.id)
        port = port_at(card, place, reach) if zoom >= MID_FROM else None
        if port is not None:
            return port
        if card.rect.contains(place):
            return Hit(What.CARD, card.id)
    note = annotation_at(board, place, zoom, AnnotationKind.NOTE)
    if note is not None:
        return note
    wire = wire_at(board, place, WIRE_GRASP / zoom)
    if wire is not None:
        return Hit(What.WIRE, slot=wire.slot)
    return annotation_at(board, place, zoom, AnnotationKind.FRAME) or NOTHING


def mark_area(card: Card, zoom: float) -> QRectF:
    """Where a card's problem mark can be clicked."""
    reach = max(9.0, 8.0 / zoom)
    return QRectF(card.rect.right() - 4 - reach, card.rect.top() + 3 - reach, 2 * reach, 2 * reach)


def annotation_at(board: Board, place: QPointF, zoom: float, kind: AnnotationKind) -> Hit | None:
    """The topmost note or frame that the place takes hold of."""
    for annotation in reversed(board.annotations.values()):
        if annotation.kind is kind and grasped(annotation, place, zoom):
            return Hit(What.ANNOTATION, annotation.id, "corner" if corner_at(annotation, place, zoom) else "")
    return None


def port_at(card: Card, place: QPointF, reach: float) -> Hit | None:
    """The card's port nearest to the place and within reach."""
    best, nearest = reach, None
    for port in card.node.inputs:
        distance = _distance(card.input_place(port), place)
        if distance <= best:
            best, nearest = distance, Hit(What.INPUT, card.id, port)
    for port in card.node.outputs:
        distance = _distance(card.output_place(port), place)
        if distance <= best:
            best, nearest = distance, Hit(What.OUTPUT, card.id, port)
    return nearest


def wire_at(board: Board, place: QPointF, reach: float) -> Wire | None:
    """The wire nearest to the place and within reach."""
    around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
    best, nearest = reach, None
    for wire in board.wires_in(around):
        distance = distance_to(wire, place)
        if distance <= best:
            best, nearest = distance, wire
    return nearest


def distance_to(wire: Wire, place: QPointF) -> float:
    """Distance from a place to a wire's line."""
    points = wire.course.points()
    return min(_to_segment(place, points[i], points[i + 1]) for i in range(len(points) - 1))


def _to_segment(place: QPointF, a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((place.x() - a[0]) * dx + (place.y() - a[1]) * dy) / length))
    return float(((place.x() - a[0] - t * dx) ** 2 + (place.y() - a[1] - t * dy) ** 2) ** 0.5)


def _distance(a: QPointF, b: QPointF) -> float:
    return float(((a.x() - b.x()) ** 2 + (a.y() - b.y()) ** 2) ** 0.5)
