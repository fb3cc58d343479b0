"""Cards of a network inside a block: what its ports are called, and the ways back of a loop's states."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF

from graph.document import Document
from graph.drawing import cards
from graph.drawing.routing import WirePath, course
from graph.layers.io import InputLike, Output
from graph.network import Node
from graph.structure.blocks import Block, Loop
from graph.structure.inner_document import InnerDocument
from widgets.canvas.board_items import Card


def titled(document: Document, node: Node) -> str:
    """What a card is called beside its name; inside a block its ends are ports."""
    if isinstance(node.layer, Block) and node.layer.label:
        return node.layer.label
    if isinstance(document, InnerDocument) and isinstance(node.layer, InputLike | Output):
        if node.id in document.inner_states():
            return "State"
        return "Port in" if isinstance(node.layer, InputLike) else "Port out"
    return node.layer.title


def block_ports(document: Document) -> list[str]:
    """Inside a block the layers that are its ports: what these are called follows from the block outside."""
    if not isinstance(document, InnerDocument):
        return []
    return [node.id for node in document.network if isinstance(node.layer, InputLike | Output)]


def state_returns(document: Document, shown: Mapping[str, Card]) -> list[WirePath]:
    """Ways of the states of the loop on show: from an output layer back to the input layer that holds it."""
    if not isinstance(document, InnerDocument) or not isinstance(document.block, Loop):
        return []
    pairs = [(shown.get(source), shown.get(target)) for source, target in document.block.states]
    boxes = [card.outline for card in shown.values()]
    return [_return(source, target, boxes) for source, target in pairs if source and target]


def _return(source: Card, target: Card, boxes: list[cards.Box]) -> WirePath:
    start = source.rect.topRight() + QPointF(0, cards.FIRST_PORT)
    end = target.rect.topLeft() + QPointF(0, cards.FIRST_PORT)
    return course(start.toTuple(), end.toTuple(), boxes, (source.outline, target.outline))
