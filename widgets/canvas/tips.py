"""The tooltip of the thing under the pointer."""

from __future__ import annotations

from collections.abc import Iterable

from graph.layers.base import needs
from graph.shapes import Shape
from widgets.canvas.board import Board
from widgets.canvas.board_items import FRESH, FROZEN
from widgets.canvas.hit_test import Hit, What
from widgets.canvas.wire_painter import LEGEND

STARTS = {
    FROZEN: "frozen, so training leaves its weights as they are",
    FRESH: "begins with fresh weights, whatever the run holds that training starts from",
}
UNKNOWN = "shape not known yet"


def tip(board: Board, hit: Hit, more: Iterable[str] = ()) -> str:
    """A sentence or two: problems of a layer first, the shape at a port or on a wire, and what the looks of a wire
    mean; ``more`` of it below.
    """
    on_card = hit.what in (What.CARD, What.MARK) and hit.id in board.cards
    return "\n".join([_sentence(board, hit), *(more if on_card else ())])


def _sentence(board: Board, hit: Hit) -> str:
    if hit.what is What.WIRE and hit.slot in board.wires:
        wire = board.wires[hit.slot]
        ends = f"{wire.connection.source} to {wire.connection.target}"
        looks, carried = LEGEND[wire.stroke]
        return f"{ends}: {_described(wire.shape, UNKNOWN)}\n{looks.capitalize()}: so is a wire that carries {carried}"
    if hit.what in (What.NOTHING, What.ANNOTATION) or hit.id not in board.cards:
        return ""
    card = board.cards[hit.id]
    if hit.what is What.INPUT:
        arriving = _described(card.info.inputs.get(hit.port), f"needs {needs(card.node.layer.accepts)}")
        return f"{hit.id}.{hit.port}: {arriving}"
    if hit.what is What.OUTPUT:
        return f"{hit.id}.{hit.port}: {_described(card.info.outputs.get(hit.port), UNKNOWN)}"
    if card.sentence:
        return card.sentence
    counted = f", {card.info.parameters:,} parameters" if card.info.parameters else ""
    dead = " - leads to no output, so nothing that it computes is used" if card.info.dead else ""
    start = f" - {STARTS[card.face.start]}" if card.face.start else ""
    return f"{hit.id}: {card.node.layer.title}{counted}{start}{dead}"


def _described(shape: Shape | None, otherwise: str) -> str:
    return f"{shape.kind} {shape}" if shape else otherwise
