"""The exported drawing shows what the canvas shows: grey layers and wires, hollow ports, families and kinds."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing import cards
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.structure.grouping import group
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.board_items import DEAD, Card
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.card_painter import CardPainter
from widgets.canvas.wire_painter import WirePainter

SVG = "{http://www.w3.org/2000/svg}"


def with_dead_ends() -> Document:
    """A chain, a path beside it that leads to no output, a loose layer with two free inputs, and a block."""
    document = build("input", "conv2d", "relu", "flatten", "dense", "output")
    with document.transaction("Draw"):
        document.add(catalogue()["average_pool2d"](), (480, 200))
        document.add(catalogue()["tanh"](), (720, 200))
        document.add(catalogue()["add"](), (0, 300))
        document.connect(Connection("conv1", "out", "pool1", "in"))
        document.connect(Connection("pool1", "out", "tanh1", "in"))
        group(document, Checker(document), ["flatten1", "dense1"], "head")
    return document


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> CanvasView:
    return open_canvas(with_dead_ends())


@pytest.fixture
def drawing(canvas: CanvasView, tmp_path: Path) -> ElementTree.Element:
    path = tmp_path / "network.svg"
    canvas.render_to_svg(path)
    return ElementTree.parse(path).getroot()


def card_of(drawing: ElementTree.Element, id_: str) -> ElementTree.Element:
    return next(group for group in drawing.iter(f"{SVG}g") if group.get("id") == id_)


def discs(painter: CardPainter, card: Card) -> set[tuple[float, float, str]]:
    """Where the canvas paints a port, and what it fills it with."""
    node, info = card.node, card.info
    painted = set()
    for ports, shapes, at in (
        (node.inputs, info.inputs, cards.input_place),
        (node.outputs, info.outputs, cards.output_place),
    ):
        for port in ports:
            shape = None if info.dead else shapes.get(port)
            color = painter.theme.kind(shape.kind) if shape else painter.theme.faint
            hollow = at is cards.input_place and port not in card.taken
            painted.add((*at(node, port), (painter.theme.raised if hollow else color).name()))
    return painted


def test_cards_have_the_colours_that_they_have_on_the_canvas(canvas: CanvasView, drawing: ElementTree.Element) -> None:
    painter = CardPainter(canvas.context.theme)
    assert {card.id for card in canvas.board.cards.values() if card.info.dead} == {"pool1", "tanh1", "add1"}
    for card in canvas.board.cards.values():
        group_ = card_of(drawing, card.id)
        (sign,) = [rect for rect in group_.iter(f"{SVG}rect") if rect.get("width") == "10"]
        assert str(sign.get("fill")).lower() == painter.hue(card.face).name(), card.id
        name = next(text for text in group_.iter(f"{SVG}text") if text.text == card.id)
        assert str(name.get("fill")).lower() == painter.ink(card.face).name(), card.id
        drawn = {
            (float(str(disc.get("cx"))), float(str(disc.get("cy"))), str(disc.get("fill")).lower())
            for disc in group_.iter(f"{SVG}circle")
        }
        assert drawn == discs(painter, card), card.id


def test_wires_have_the_colours_that_they_have_on_the_canvas(canvas: CanvasView, drawing: ElementTree.Element) -> None:
    painter = WirePainter(canvas.context.theme)
    drawn: defaultdict[tuple[float, ...], list[str]] = defaultdict(list)
    for path in drawing.findall(f"{SVG}path"):
        start = tuple(float(value) for value in str(path.get("d"))[1:].split()[0].split(","))
        drawn[start].append(str(path.get("stroke")).lower())
    shown: defaultdict[tuple[float, ...], list[str]] = defaultdict(list)
    for wire in canvas.board.wires.values():
        place = canvas.board.cards[wire.connection.source].output_place(wire.connection.source_port)
        shown[place.toTuple()].append(painter.color(wire.stroke).name())
    assert any(wire.stroke == DEAD for wire in canvas.board.wires.values())
    assert {start: sorted(colors) for start, colors in drawn.items()} == {
        start: sorted(colors) for start, colors in shown.items()
    }
