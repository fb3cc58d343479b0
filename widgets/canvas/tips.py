"""What the canvas says of the thing under the pointer."""

from __future__ import annotations

from collections.abc import Iterable

from graph.layers.base import needs
from widgets.canvas.board import Board
from widgets.canvas.canvas_layers import Extra
from widgets.canvas.card_painter import shape_text
from widgets.canvas.hit_test import Hit, What


def tip(board: Board, hit: Hit, extras: Iterable[Extra] = ()) -> str:
    """A sentence or two: problems of a layer first, the shape at a port or on a wire; what else is known below."""
    said = _said(board, hit)
    on_card = hit.what in (What.CARD, What.MARK) and hit.id in board.cards
    more = [told for each in extras if (told := each.told(hit.id))] if on_card else []
    return "\n".join([said, *more])


def _said(board: Board, hit: Hit) -> str:
    if hit.what is What.WIRE and hit.slot in board.wires:
        wire = board.wires[hit.slot]
        shape = f"{wire.kind} {shape_text(wire.shape)}" if wire.shape else "shape not known yet"
        return f"{wire.connection.source} to {wire.connection.target}: {shape}"
    if hit.what in (What.NOTHING, What.ANNOTATION) or hit.id not in board.cards:
        return ""
    card = board.cards[hit.id]
    if hit.what is What.INPUT:
        arriving = card.facts.inputs.get(hit.port)
        told = f"{arriving.kind} {shape_text(arriving)}" if arriving else f"needs {needs(card.node.layer.accepts)}"
        return f"{hit.id}.{hit.port}: {told}"
    if hit.what is What.OUTPUT:
        leaving = card.facts.outputs.get(hit.port)
        told = f"{leaving.kind} {shape_text(leaving)}" if leaving else "shape not known yet"
        return f"{hit.id}.{hit.port}: {told}"
    if card.sentence:
        return card.sentence
    counted = f", {card.facts.parameters:,} parameters" if card.facts.parameters else ""
    return f"{hit.id}: {card.node.layer.title}{counted}"
