"""Freezing layers by click: the menu's switches, the badge on the card, what is said of it, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction, QImage, QPainter

from graph.document import Document
from graph.errors import NetloomError
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.canvas_accessibility import describe
from widgets.canvas.canvas_command import canvas_commands
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.card_painter import CardPainter
from widgets.canvas.context_menu import build as build_menu
from widgets.canvas.hit_test import Hit, What
from widgets.canvas.tips import tip

RUN = {"weights": "runs/low-20261129-123105/weights.safetensors", "sha256": "0" * 64}


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> CanvasView:
    return open_canvas(build("input", "flatten", "dense", "relu", "dense", "output"))


def entry(canvas: CanvasView, id_: str, title: str) -> QAction | None:
    menu = build_menu(canvas.context, canvas, Hit(What.CARD, id_), QPointF())
    return next((action for action in menu.actions() if action.text() == title), None)


def painted(canvas: CanvasView, id_: str, zoom: float = 0.0) -> bytes:
    """The card as it is painted at work size, or seen from further away."""
    painter, face = CardPainter(canvas.context.theme), canvas.board.cards[id_].face
    image = QImage(240, 120, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as paint:
        painter.mid(paint, face, zoom) if zoom else painter.near(paint, face)
    return bytes(image.constBits())


def test_a_layer_is_frozen_by_its_menu_and_trained_again(canvas: CanvasView) -> None:
    plain, far, document = painted(canvas, "dense1"), painted(canvas, "dense1", 0.5), canvas.document
    canvas.select(["dense1", "relu1", "dense2"])
    before = entry(canvas, "dense1", "Freeze weights")
    assert before is not None
    assert not before.isChecked()
    before.trigger()
    assert document.sections["start"] == {"frozen": ["dense1", "dense2"]}
    after = entry(canvas, "dense1", "Freeze weights")
    assert after is not None
    assert after.isChecked()
    assert "frozen, so training leaves" in tip(canvas.board, Hit(What.CARD, "dense1"))
    assert "frozen" in describe(canvas.context, canvas.board.cards["dense2"])
    assert painted(canvas, "dense1") != plain
    assert painted(canvas, "dense1", 0.5) != far
    document.undo()
    assert (painted(canvas, "dense1"), painted(canvas, "dense1", 0.5)) == (plain, far)
    document.redo()
    canvas.select(["dense1"])
    canvas.run("freeze")
    assert document.sections["start"] == {"frozen": ["dense2"]}
    assert canvas.board.cards["dense1"].face.start == ""


def test_only_what_has_weights_is_frozen(canvas: CanvasView) -> None:
    canvas.select(["relu1"])
    assert entry(canvas, "relu1", "Freeze weights") is None
    with pytest.raises(NetloomError, match="None of the selected layers has weights"):
        canvas.run("freeze")
    with canvas.document.transaction("Tie"):
        canvas.document.set_values("dense2", units=3)
        canvas.document.tie("dense2", "dense1")
    canvas.select(["dense2"])
    with pytest.raises(NetloomError, match="dense2 uses the weights of dense1"):
        canvas.run("freeze")


def test_a_layer_begins_anew_where_there_is_a_run_to_start_from(canvas: CanvasView) -> None:
    document = canvas.document
    canvas.select(["dense1"])
    assert entry(canvas, "dense1", "Begin with fresh weights") is None
    with document.transaction("Start"):
        document.set_section("start", {**RUN, "frozen": ["dense1"]})
    assert canvas.board.cards["dense1"].face.start == "frozen"
    canvas.run("fresh")
    assert document.sections["start"] == {**RUN, "fresh": ["dense1"]}
    assert canvas.board.cards["dense1"].face.start == "begins with fresh weights"
    switch = entry(canvas, "dense1", "Begin with fresh weights")
    assert switch is not None
    assert switch.isChecked()


def test_a_block_of_frozen_layers_is_frozen(canvas: CanvasView) -> None:
    document: Document = canvas.document
    canvas.select(["dense1", "relu1"])
    canvas.run("freeze")
    canvas.run("group")
    assert document.sections["start"] == {"frozen": list(canvas.selection.ids)}
    document.undo()
    assert document.sections["start"] == {"frozen": ["dense1"]}


def test_a_switch_can_be_asked_before_the_canvas_follows_a_commit(canvas: CanvasView) -> None:
    document, switch = canvas.document, canvas_commands()["freeze"].checked
    assert switch is not None
    asked: list[bool] = []
    document.subscribe(lambda _: asked.append(switch(canvas.context)), first=True)
    canvas.select(["dense1"])
    canvas.run("freeze")
    canvas.run("delete")
    document.undo()
    assert asked == [True, False, False]
