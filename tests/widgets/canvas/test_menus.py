"""Context menus, the problem popup, and connecting by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Annotation, AnnotationKind, Connection
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.canvas_command import CanvasCommand, canvas_commands
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.commands.layer_commands import show_problems_of
from widgets.canvas.gestures.connect_by_keyboard import ConnectByKeyboard


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> CanvasView:
    return open_canvas(build("input", "dense", "relu", "output"))


def menu_at(canvas: CanvasView, place: QPointF) -> QMenu:
    spot = canvas.mapFromScene(place)
    globally = canvas.viewport().mapToGlobal(spot)
    QApplication.sendEvent(canvas.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, globally))
    return canvas.findChildren(QMenu, "canvasMenu")[-1]


def titles(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]


def trigger(menu: QMenu, title: str) -> None:
    next(action for action in menu.actions() if action.text().split("\t")[0] == title).trigger()
    menu.close()


@pytest.mark.parametrize("command", canvas_commands().values(), ids=canvas_commands())
def test_every_command_has_a_title_where_menus_show_it_and_can_be_called(command: CanvasCommand) -> None:
    assert callable(command.run)
    assert command.title or not (command.group.menu or command.context)
    assert command.keys or command.group.menu or command.context


def test_the_menu_of_a_card_acts_on_it(canvas: CanvasView) -> None:
    menu = menu_at(canvas, canvas.board.cards["relu1"].rect.center())
    assert canvas.selection.ids == ("relu1",)
    trigger(menu, "Mute or unmute")
    assert canvas.document.network.node("relu1").muted


def test_the_menu_of_a_selection_aligns(canvas: CanvasView) -> None:
    canvas.select(["dense1", "relu1"])
    menu = menu_at(canvas, canvas.board.cards["relu1"].rect.center())
    assert canvas.selection.ids == ("dense1", "relu1")
    assert "Selected layers" in titles(menu)
    menu.close()


def test_the_menu_of_a_wire_removes_it(canvas: CanvasView) -> None:
    middle = QPointF(*canvas.board.wires["relu1", "in"].course.middle())
    trigger(menu_at(canvas, middle), "Remove the wire")
    assert canvas.document.network.at("relu1", "in") is None


def test_the_menu_of_a_wire_inserts_a_layer(canvas: CanvasView, qtbot: QtBot) -> None:
    middle = QPointF(*canvas.board.wires["relu1", "in"].course.middle())
    trigger(menu_at(canvas, middle), "Insert a layer…")
    qtbot.keyClicks(canvas.context.popups.search.field, "tanh")
    qtbot.keyClick(canvas.context.popups.search.field, Qt.Key.Key_Return)
    assert Connection("tanh1", "out", "relu1", "in") in canvas.document.network.connections


def test_the_menu_of_the_ground_adds_a_note(canvas: CanvasView) -> None:
    trigger(menu_at(canvas, QPointF(100, 300)), "Add note")
    assert canvas.context.popups.note_field.isVisible()


def test_the_menu_of_a_note_recolours_it(canvas: CanvasView) -> None:
    with canvas.document.transaction("Put"):
        canvas.document.set_annotation("note1", Annotation("note1", AnnotationKind.NOTE, "words", (40, 200, 176, 96)))
    menu = menu_at(canvas, QPointF(100, 240))
    colours = next(action.menu() for action in menu.actions() if action.text() == "Colour")
    assert isinstance(colours, QMenu)
    trigger(colours, "Teal")
    assert canvas.document.network.annotations["note1"].hue == 2


def test_the_mark_of_a_problem_opens_its_sentence_and_repairs(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "dense")
    canvas = open_canvas(document)
    card = canvas.board.cards["dense1"]
    assert card.severity is not None
    Hand(canvas).click(card.rect.topRight() + QPointF(-4, 3))
    popup = canvas.context.popups.problems
    assert popup.isVisible()
    button = popup.findChildren(QPushButton)[0]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not popup.isVisible()
    assert document.undo_names[0] == button.text()


def test_escape_closes_the_problem_and_gives_the_keyboard_back(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(build("input", "dense"))
    show_problems_of(canvas.context, "dense1")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not canvas.context.popups.problems.isVisible()
    assert canvas.hasFocus()


def test_a_wire_lands_on_a_card_even_where_its_mark_is(open_canvas: OpenCanvas) -> None:
    document = build("input", "dense")
    with document.transaction("Cut"):
        document.disconnect(document.network.connections[0])
    canvas = open_canvas(document)
    card = canvas.board.cards["dense1"]
    start = canvas.board.cards["input1"].output_place("out")
    Hand(canvas).drag(start, card.rect.topRight() + QPointF(-8, 6))
    assert len(document.network.connections) == 1


def scattered() -> Document:
    document = Document()
    kinds = catalogue()
    with document.transaction("Build"):
        document.add(kinds["input"](), (0, 0))
        for index in range(3):
            document.add(kinds["relu"](), (260, index * 140.0))
    return document


def test_c_arrows_and_enter_connect(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = scattered()
    canvas = open_canvas(document)
    canvas.select(["input1"])
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    assert isinstance(canvas.context.gestures.current, ConnectByKeyboard)
    assert canvas.context.gestures.current.candidate == "relu1"
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    canvas.grab()
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert document.network.connections == (Connection("input1", "out", "relu2", "in"),)
    assert canvas.selection.ids == ("relu2",)
    assert canvas.context.gestures.current is None


def test_escape_leaves_everything_as_it_was(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = scattered()
    canvas = open_canvas(document)
    canvas.select(["input1"])
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.context.gestures.current is None
    assert not document.network.connections
    assert canvas.selection.ids == ("input1",)


def test_a_click_connects_to_what_it_hits(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = scattered()
    canvas = open_canvas(document)
    canvas.select(["input1"])
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    Hand(canvas).click(canvas.board.cards["relu3"].rect.center())
    assert document.network.connections == (Connection("input1", "out", "relu3", "in"),)


def test_an_edit_made_meanwhile_calls_the_connection_off(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = scattered()
    canvas = open_canvas(document)
    canvas.select(["input1"])
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    document.undo()
    assert canvas.context.gestures.current is None
    canvas.grab()


def test_an_output_says_that_nothing_leaves_it(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.select(["output1"])
    with qtbot.waitSignal(canvas.events.statusMessage) as told:
        qtbot.keyClick(canvas, Qt.Key.Key_C)
    assert "output1" in told.args[0]
    assert canvas.context.gestures.current is None
