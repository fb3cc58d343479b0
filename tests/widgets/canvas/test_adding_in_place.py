"""Layers find their place by mouse and keys: on wires, between others, beside open ends; what is replaced is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.drawing import cards
from graph.layers.catalogue import catalogue
from graph.network import Connection
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from tests.widgets.canvas.test_board_walk import add_by_search, assert_true, drag_over, drop, wire_middle
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.notice import CanvasNotice

Key, Mod = Qt.Key, Qt.KeyboardModifier
STEP = cards.WIDTH + cards.COLUMN_GAP


def fed_by(document: Document, id_: str, port: str = "in") -> str | None:
    connection = document.network.at(id_, port)
    return connection.source if connection else None


def chain(canvas: CanvasView) -> list[str]:
    """Ids from left to right."""
    return [card.id for card in sorted(canvas.board.cards.values(), key=lambda card: card.rect.left())]


# On wires


def test_a_drop_on_a_wire_makes_room_and_keeps_the_order(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "flatten", "dense", "output", step=STEP))
    drop(canvas, "relu", wire_middle(canvas, "dense1"))
    assert chain(canvas) == ["input1", "flatten1", "relu1", "dense1", "output1"]
    lefts = [canvas.board.cards[id_].rect.left() for id_ in chain(canvas)]
    assert lefts == [STEP * n for n in range(5)]
    canvas.document.undo()
    assert chain(canvas) == ["input1", "flatten1", "dense1", "output1"]
    assert_true(canvas, "undone")


def test_tab_on_a_layer_with_a_follower_inserts_between(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "flatten", "dense", "output", step=STEP))
    canvas.select(["flatten1"])
    QTest.keyClick(canvas, Key.Key_Tab)
    assert canvas.context.popups.search.field.placeholderText() == "Add a layer after flatten1"
    QTest.keyClick(canvas.context.popups.search.field, Key.Key_Escape)
    add_by_search(canvas, "relu")
    assert chain(canvas) == ["input1", "flatten1", "relu1", "dense1", "output1"]
    assert fed_by(canvas.document, "relu1") == "flatten1"
    assert fed_by(canvas.document, "dense1") == "relu1"
    assert canvas.selection.ids == ("relu1",)
    canvas.document.undo()
    assert fed_by(canvas.document, "dense1") == "flatten1"


# Beside open ends


def test_a_layer_dropped_beside_the_open_end_of_a_chain_is_offered_a_wire_and_gets_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", step=STEP))
    beside = QPointF(2 * STEP + 100, 44)
    drag_over(canvas, "tanh", beside)
    offered = canvas.surface.emphasis.offered
    assert offered is not None
    assert offered.start == canvas.board.cards["relu1"].output_place("out").toTuple()
    drag_over(canvas, "tanh", QPointF(2 * STEP + 100, 400))
    assert canvas.surface.emphasis.offered is None
    drop(canvas, "tanh", beside)
    assert fed_by(canvas.document, "tanh1") == "relu1"
    assert canvas.surface.emphasis.offered is None
    canvas.document.undo()
    assert set(canvas.board.cards) == {"input1", "relu1"}


def test_a_loose_card_dragged_beside_an_open_end_is_connected(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", step=STEP))
    drop(canvas, "tanh", QPointF(400, 380))
    hand, start = Hand(canvas), canvas.board.cards["tanh1"].rect.center()
    hand.drag(start, QPointF(2 * STEP + 100, 50), let_go=False)
    assert canvas.surface.emphasis.offered is not None
    canvas.context.gestures.cancel()
    assert canvas.surface.emphasis.offered is None
    hand.release(start)
    hand.drag(start, QPointF(2 * STEP + 100, 50))
    assert fed_by(canvas.document, "tanh1") == "relu1"
    assert canvas.document.undo_names[0] == "Connect tanh1"
    canvas.document.undo()
    assert fed_by(canvas.document, "tanh1") is None
    assert_true(canvas, "undone")


# Brought into view


@pytest.mark.parametrize("kind", ["relu", "dense"])
def test_what_was_added_is_in_view(open_canvas: OpenCanvas, kind: str) -> None:
    canvas = open_canvas(build("input", "flatten", step=STEP))
    canvas.select(["flatten1"])
    for _ in range(9):
        add_by_search(canvas, kind)
        (added,) = canvas.selection.ids
        assert canvas.navigation.visible_region().contains(canvas.board.cards[added].rect)
    canvas.navigation.center_on(QPointF(5000, 5000))
    for _ in range(3):
        canvas.document.undo()
        canvas.document.redo()
    added = f"{kind}9"
    assert canvas.navigation.visible_region().contains(canvas.board.cards[added].rect)


def test_a_whole_network_put_on_a_small_canvas_stays_in_view_as_that_grows_and_shrinks(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(Document())
    canvas.resize(100, 60)  # as it is before its workspace is shown
    with canvas.document.transaction("Fit the network"):
        for index, kind in enumerate(("input", "dense", "relu", "dense", "output")):
            canvas.document.add(catalogue()[kind](), (index % 3 * STEP, index // 3 * 150.0))
    for size in ((1200, 700), (900, 300)):
        canvas.resize(*size)
        QApplication.processEvents()
        assert canvas.navigation.visible_region().contains(canvas.board.bounds())


# Wires that replace others


def notice(canvas: CanvasView) -> CanvasNotice:
    found = canvas.findChild(CanvasNotice)
    assert isinstance(found, CanvasNotice)
    return found


@pytest.fixture
def branch(open_canvas: OpenCanvas) -> CanvasView:
    """A tanh beside a chain, fed by its input."""
    document = build("input", "relu", "output")
    with document.transaction("Branch"):
        document.add(catalogue()["tanh"](), (240, 200))
        document.connect(Connection("input1", "out", "tanh1", "in"))
    return open_canvas(document)


def test_a_wire_that_replaces_another_says_so_in_place_and_undo_brings_it_back(branch: CanvasView) -> None:
    hand = Hand(branch)
    hand.drag(branch.board.cards["tanh1"].output_place("out"), branch.board.cards["output1"].input_place("in"))
    assert fed_by(branch.document, "output1") == "tanh1"
    shown = notice(branch)
    assert shown.isVisible()
    assert shown.text.text() == "Replaced the wire from relu1 to output1."
    spot = branch.mapFromScene(branch.board.cards["output1"].rect.bottomLeft())
    assert (shown.pos() - spot).manhattanLength() < 40
    assert branch.hasFocus()
    QTest.mouseClick(shown.button, Qt.MouseButton.LeftButton)
    assert fed_by(branch.document, "output1") == "relu1"
    assert not shown.isVisible()


def test_the_keyboard_is_told_too_and_the_next_edit_ends_it(branch: CanvasView) -> None:
    branch.select(["tanh1"])
    QTest.keyClick(branch, Key.Key_C)
    QTest.keyClick(branch, Key.Key_Right)
    QTest.keyClick(branch, Key.Key_Return)
    assert fed_by(branch.document, "output1") == "tanh1"
    assert notice(branch).isVisible()
    branch.select(["relu1"])
    QTest.keyClick(branch, Key.Key_M)
    assert not notice(branch).isVisible()


def test_nothing_is_told_of_wires_that_replace_none(branch: CanvasView) -> None:
    hand = Hand(branch)
    outlet, inlet = branch.board.cards["relu1"].output_place("out"), branch.board.cards["output1"].input_place("in")
    hand.drag(inlet, inlet + QPointF(0, 160))  # taken off
    assert fed_by(branch.document, "output1") is None
    hand.drag(outlet, inlet)
    assert fed_by(branch.document, "output1") == "relu1"
    assert not notice(branch).isVisible()


# The map


def test_the_map_lies_over_no_card(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = Document()
    with document.transaction("Draw"):
        for index in range(60):
            document.add(catalogue()["relu"](), (240.0 * (index % 10), 160.0 * (index // 10)))
    canvas = open_canvas(document)
    minimap = canvas.viewport().findChild(type(canvas._minimap))
    shown = 0
    for x in range(-600, 3000, 130):
        for y in (-200, 150, 480, 900):
            canvas.navigation.center_on(QPointF(x, y))
            if not minimap.isVisible() and x % 520 == 180:
                qtbot.waitUntil(lambda: not minimap._search.isActive(), timeout=20_000)
            QApplication.processEvents()
            if minimap.isVisible():
                shown += 1
                under = canvas.mapToScene(minimap.geometry()).boundingRect()
                assert not any(card.rect.intersects(under) for card in canvas.board.cards.values())
    assert shown > 10


def test_the_map_keeps_out_of_the_way_of_a_card_that_is_dragged_below_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", "output", step=700))
    minimap = canvas._minimap
    assert minimap.isVisible()
    under = canvas.mapToScene(minimap.geometry().center())
    hand = Hand(canvas)
    hand.drag(canvas.board.cards["relu1"].rect.center(), under)
    rect: QRectF = canvas.board.cards["relu1"].rect
    assert not minimap.isVisible() or not canvas.mapToScene(minimap.geometry()).boundingRect().intersects(rect)
    assert QPoint(minimap.pos()) != QPoint(-1, -1)
