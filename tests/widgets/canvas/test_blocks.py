"""Blocks on the canvas: grouping, entering, loops; and text in the projector's size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing import cards
from graph.errors import NetloomError
from graph.network import Connection
from graph.structure.blocks import Block, Loop
from graph.structure.inner_document import InnerDocument
from graph.structure.time_distributed import TimeDistributed
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.card_painter import MARGIN, TEXT_PIXELS, CardPainter
from widgets.canvas.commands.block_commands import run_as_loop, run_once
from widgets.look.theme import ThemeSource

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def document() -> Document:
    return build("input", "dense", "relu", "dense", "output")


@pytest.fixture
def canvas(open_canvas: OpenCanvas, document: Document) -> CanvasView:
    return open_canvas(document)


def grouped(canvas: CanvasView, qtbot: QtBot, name: str = "") -> str:
    canvas.select(["dense1", "relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_G, CTRL)
    if name:
        qtbot.keyClicks(canvas.context.popups.name_field, name)
    qtbot.keyClick(canvas.context.popups.name_field, Qt.Key.Key_Return)
    return canvas.selection.ids[0]


def test_ctrl_g_groups_and_takes_a_name_typed_in_place(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    block = grouped(canvas, qtbot, "Head part")
    field = canvas.context.popups.name_field
    assert field.isVisible() and "Head_part" in field.editing.fault.text()
    field.selectAll()
    qtbot.keyClicks(field, "head_part")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    block = canvas.selection.ids[0]
    assert block == "head_part"
    layer = document.network.layer(block)
    assert isinstance(layer, Block)
    assert (layer.label, canvas.board.cards[block].title) == ("", "Block")
    assert document.network.node(block).position == (240, 0)
    ends = [(wire.source, wire.target) for wire in document.network.connections]
    assert ("input1", block) in ends
    assert (block, "dense2") in ends
    document.undo()
    assert "dense1" in document.network
    assert not any(isinstance(node.layer, Block) for node in document.network)


def test_a_group_with_an_end_of_the_network_is_refused(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    canvas.select(["dense2", "output1"])
    with qtbot.waitSignal(canvas.events.statusMessage) as told:
        qtbot.keyClick(canvas, Qt.Key.Key_G, CTRL)
    assert "output1" in told.args[0]
    assert not canvas.context.popups.name_field.isVisible()


def test_ctrl_shift_g_takes_apart(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    grouped(canvas, qtbot)
    qtbot.keyClick(canvas, Qt.Key.Key_G, CTRL | SHIFT)
    assert {"dense1", "relu1"} <= set(document.network.ids)
    assert set(canvas.selection.ids) == {"dense1", "relu1"}
    assert Connection("dense1", "out", "relu1", "in") in document.network.connections


def test_a_double_click_enters_and_backspace_leaves(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    block = grouped(canvas, qtbot)
    with qtbot.waitSignal(canvas.events.blockEntered) as entered:
        Hand(canvas).double_click(canvas.board.cards[block].rect.center())
    assert entered.args == [block]
    inner = InnerDocument(document, block)
    canvas.set_document(inner, Checker(inner))
    assert {card.title for card in canvas.board.cards.values()} >= {"Port in", "Port out"}
    canvas.selection.clear()
    with qtbot.waitSignal(canvas.events.blockLeft):
        qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(canvas.events.blockLeft):
        qtbot.keyClick(canvas, Qt.Key.Key_Up, ALT)


def test_backspace_deletes_inside_a_block_where_something_is_selected(
    canvas: CanvasView, document: Document, qtbot: QtBot
) -> None:
    block = grouped(canvas, qtbot)
    inner = InnerDocument(document, block)
    canvas.set_document(inner, Checker(inner))
    canvas.select(["relu1"])
    with qtbot.assertNotEmitted(canvas.events.blockLeft):
        qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert "relu1" not in inner.network
    layer = document.network.layer(block)
    assert isinstance(layer, Block)
    assert "relu1" not in layer.body.network


def test_nothing_is_left_where_no_block_is_on_show(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.selection.clear()
    with qtbot.assertNotEmitted(canvas.events.blockLeft):
        qtbot.keyClick(canvas, Qt.Key.Key_Backspace)


def test_a_block_becomes_a_loop_and_a_block_again(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    block = grouped(canvas, qtbot)
    run_as_loop(canvas.context, block, [("y", "x")])
    layer = document.network.layer(block)
    assert isinstance(layer, Loop)
    assert layer.states == (("y", "x"),)
    inner = InnerDocument(document, block)
    canvas.set_document(inner, Checker(inner))
    (line,) = canvas.board.returns()
    assert line.start[0] > line.end[0]
    assert canvas.board.cards["x"].title == "State"
    canvas.set_document(document, Checker(document))
    run_once(canvas.context, block)
    assert type(document.network.layer(block)) is Block


def test_a_state_must_name_ends_of_the_block(canvas: CanvasView, document: Document, qtbot: QtBot) -> None:
    block = grouped(canvas, qtbot)
    with pytest.raises(NetloomError, match="no such ends"):
        run_as_loop(canvas.context, block, [("y", "nowhere")])
    with pytest.raises(NetloomError, match="no block"):
        run_as_loop(canvas.context, "dense2", [])


def test_marks_are_copied_with_the_layers(canvas: CanvasView, document: Document) -> None:
    with document.transaction("Mark"):
        document.mute("relu1", True)
        document.set_layer("dense2", document.network.layer("dense1"))
        document.tie("dense2", "dense1")
    canvas.select(["dense1", "relu1", "dense2"])
    canvas.run("duplicate")
    first, muted, sharing = (document.network.node(id_) for id_ in canvas.selection.ids)
    assert muted.muted
    assert sharing.tied == first.id


def test_the_projector_enlarges_text_and_wires_but_moves_no_card(document: Document, qtbot: QtBot) -> None:
    def inked(scale: float) -> tuple[int, int]:
        themes = ThemeSource("light")
        themes.set_scale(scale)
        canvas = CanvasView(document, Checker(document), themes)
        qtbot.addWidget(canvas)
        metrics = canvas.surface.card_painter._name
        return round(metrics.height()), round(canvas.surface.wire_painter._pens["vector"].widthF() * 10)

    plain, large = inked(1.0), inked(1.5)
    assert large[0] > plain[0]
    assert large[1] > plain[1]


def test_settings_and_shapes_on_cards_are_not_cut_short_by_the_projector(qtbot: QtBot) -> None:
    themes = ThemeSource("light")
    themes.set_scale(1.5)
    painter, room = CardPainter(themes.theme), cards.WIDTH - 2 * MARGIN
    for text in ("6 filters, 5 × 5, same", "16 filters, 5 × 5, valid", "16 × 10 × 10  2,416"):
        font = painter.text_fitting(text, room)
        assert QFontMetricsF(font).horizontalAdvance(text) <= room
        assert font.pixelSize() >= TEXT_PIXELS
    assert painter.text_fitting("image", room).pixelSize() > TEXT_PIXELS


def test_what_was_being_typed_does_not_reach_another_document(
    canvas: CanvasView, document: Document, qtbot: QtBot
) -> None:
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F2)
    qtbot.keyClicks(canvas.context.popups.name_field, "other")
    replaced = build("input", "relu")
    canvas.set_document(replaced, Checker(replaced))
    assert not canvas.context.popups.name_field.isVisible()
    canvas.setFocus()
    assert set(replaced.network.ids) == {"input1", "relu1"}
    assert "relu1" in document.network


def test_selected_layers_run_on_every_frame_and_once_again(
    canvas: CanvasView, document: Document, qtbot: QtBot
) -> None:
    canvas.select(["dense1", "relu1"])
    canvas.run("every_frame")
    (made,) = canvas.selection.ids
    assert made == "frames1"
    assert isinstance(document.network.layer(made), TimeDistributed)
    run_once(canvas.context, made)
    assert type(document.network.layer(made)) is Block
    canvas.run("every_frame")
    assert isinstance(document.network.layer(made), TimeDistributed)
    canvas.run("every_frame")
    assert document.undo_names[0] == "Run frames1 on every frame"
