"""What hands do, done without a mouse: wires, notes and frames, menus, a whole network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from graph.document import Document
from graph.network import Annotation, AnnotationKind
from graph.project import network_json
from tests.widgets.canvas.conftest import build
from widgets.canvas.canvas_view import CanvasView

Key, Mod = Qt.Key, Qt.KeyboardModifier
Open = Callable[[Document], CanvasView]


@pytest.fixture
def canvas(open_canvas: Open) -> CanvasView:
    return open_canvas(build("input", "relu", "tanh", "output"))


@pytest.fixture
def said(canvas: CanvasView) -> list[str]:
    heard: list[str] = []
    canvas.events.statusMessage.connect(heard.append)
    canvas.events.hinted.connect(lambda text: heard.append(text) if text else None)
    return heard


def press(canvas: CanvasView, key: Qt.Key, modifiers: Qt.KeyboardModifier = Mod.NoModifier) -> None:
    QTest.keyClick(canvas, key, modifiers)


def search(canvas: CanvasView, word: str) -> None:
    press(canvas, Key.Key_Tab)
    QTest.keyClicks(canvas.context.popups.search.field, word)
    QTest.keyClick(canvas.context.popups.search.field, Key.Key_Return)


# Wires


def test_w_goes_through_the_wires_of_a_layer_and_del_removes_one(canvas: CanvasView, said: list[str]) -> None:
    canvas.select(["relu1"])
    press(canvas, Key.Key_W)
    assert canvas.selection.wire == ("relu1", "in")
    assert said[-1].startswith("Wire from input1 to relu1.in")
    press(canvas, Key.Key_W)
    assert canvas.selection.wire == ("tanh1", "in")
    press(canvas, Key.Key_W)
    assert canvas.selection.wire == ("relu1", "in")
    press(canvas, Key.Key_Delete)
    assert not canvas.document.network.into("relu1")
    assert set(canvas.board.cards) == {"input1", "relu1", "tanh1", "output1"}
    canvas.document.undo()
    assert canvas.document.network.into("relu1")


def test_escape_goes_back_from_a_wire_to_its_layer(canvas: CanvasView) -> None:
    canvas.select(["tanh1"])
    press(canvas, Key.Key_W)
    assert not canvas.selection.ids
    press(canvas, Key.Key_Escape)
    assert canvas.selection.ids == ("tanh1",)
    assert canvas.selection.wire is None
    press(canvas, Key.Key_Escape)
    assert not canvas.selection.ids


def test_a_wire_is_let_go_of_where_layers_are_selected(canvas: CanvasView) -> None:
    canvas.select(["relu1"])
    press(canvas, Key.Key_W)
    canvas.select(["output1"])
    assert canvas.selection.wire is None
    press(canvas, Key.Key_Delete)
    assert "relu1.in" in {f"{wire.target}.{wire.target_port}" for wire in canvas.document.network.connections}


def test_tab_on_a_wire_puts_a_layer_on_it(canvas: CanvasView) -> None:
    canvas.select(["tanh1"])
    press(canvas, Key.Key_W)
    search(canvas, "dropout")
    network = canvas.document.network
    assert str(network.into("dropout1")["in"]) == "relu1.out -> dropout1.in"
    assert str(network.into("tanh1")["in"]) == "dropout1.out -> tanh1.in"


def test_without_a_layer_or_its_wires_w_says_so(canvas: CanvasView, said: list[str]) -> None:
    press(canvas, Key.Key_W)
    assert said == ["Select a layer to go through its wires."]
    with canvas.document.transaction("Add"):
        canvas.document.add(canvas.document.network.layer("relu1"), (0, 300), "alone")
    canvas.select(["alone"])
    press(canvas, Key.Key_W)
    assert said[-1] == "alone has no wires: C connects it."


def test_a_line_says_what_keys_do_until_it_is_over(canvas: CanvasView) -> None:
    hint = canvas.findChild(QLabel, "canvasHint")
    assert hint is not None
    assert hint.isHidden()
    canvas.select(["relu1"])
    press(canvas, Key.Key_W)
    assert hint.isVisible()
    assert "Del removes it" in hint.text()
    assert canvas.viewport().rect().contains(hint.geometry())
    canvas.navigation.center_on(canvas.navigation.visible_region().center() + QPointF(80, -60))
    assert canvas.viewport().rect().contains(hint.geometry())
    canvas.resize(500, 400)
    assert canvas.viewport().rect().contains(hint.geometry())
    assert hint.heightForWidth(hint.width()) <= hint.height()
    press(canvas, Key.Key_Escape)
    assert hint.isHidden()
    press(canvas, Key.Key_C)
    assert "Enter connects" in hint.text()
    press(canvas, Key.Key_Escape)
    assert hint.isHidden()


# Notes and frames


def annotated(canvas: CanvasView) -> None:
    with canvas.document.transaction("Write"):
        canvas.document.set_annotation(
            "note1", Annotation("note1", AnnotationKind.NOTE, "Read me", (0.0, 200.0, 176.0, 96.0))
        )
        canvas.document.set_annotation(
            "frame1", Annotation("frame1", AnnotationKind.FRAME, "Middle", (200.0, -60.0, 500.0, 200.0))
        )


def test_shift_n_goes_through_notes_and_frames(canvas: CanvasView, said: list[str]) -> None:
    press(canvas, Key.Key_N, Mod.ShiftModifier)
    assert said[-1].startswith("There are no notes")
    annotated(canvas)
    chosen = []
    for _ in range(3):
        press(canvas, Key.Key_N, Mod.ShiftModifier)
        chosen.append(canvas.selection.annotation)
    assert chosen == ["frame1", "note1", "frame1"]
    assert said[-1].startswith("Frame “Middle”: Ctrl+arrows move it")


def test_a_frame_moves_with_what_is_in_it_and_grows(canvas: CanvasView) -> None:
    annotated(canvas)
    before = network_json(canvas.document.network)
    press(canvas, Key.Key_N, Mod.ShiftModifier)
    for _ in range(3):
        press(canvas, Key.Key_Right, Mod.ControlModifier)
    network = canvas.document.network
    assert network.annotations["frame1"].area == (212.0, -60.0, 500.0, 200.0)
    assert network.node("relu1").position == (252.0, 0.0)
    assert network.node("input1").position == (0.0, 0.0)
    press(canvas, Key.Key_Down, Mod.ControlModifier | Mod.ShiftModifier)
    press(canvas, Key.Key_Down, Mod.ControlModifier | Mod.ShiftModifier)
    assert network.annotations["frame1"].area == (212.0, -60.0, 500.0, 232.0)
    canvas.document.undo()
    canvas.document.undo()
    assert network_json(canvas.document.network) == before


def test_a_note_is_edited_and_deleted_by_keys(canvas: CanvasView) -> None:
    annotated(canvas)
    press(canvas, Key.Key_N, Mod.ShiftModifier)
    press(canvas, Key.Key_N, Mod.ShiftModifier)
    press(canvas, Key.Key_F2)
    QTest.keyClicks(canvas.context.popups.note_field, "Start here")
    QTest.keyClick(canvas.context.popups.note_field, Key.Key_Return, Mod.ControlModifier)
    assert canvas.document.network.annotations["note1"].text == "Start here"
    press(canvas, Key.Key_Delete)
    assert set(canvas.document.network.annotations) == {"frame1"}


# Menus


def menu_by_key(canvas: CanvasView) -> list[str]:
    """Titles in the context menu that the menu key opens; it is closed again."""
    corner = QPoint(3, 3)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, corner, canvas.mapToGlobal(corner))
    QApplication.sendEvent(canvas.viewport(), event)
    (menu,) = canvas.findChildren(QMenu, "canvasMenu")
    titles = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    menu.close()
    QApplication.sendPostedEvents(menu, 52)  # a deferred deletion
    return titles


def test_the_menu_key_is_about_what_is_selected(canvas: CanvasView) -> None:
    annotated(canvas)
    assert menu_by_key(canvas)[0] == "Add layer…"
    canvas.select(["relu1"])
    assert "Rename" in menu_by_key(canvas)
    assert canvas.selection.ids == ("relu1",)
    press(canvas, Key.Key_W)
    assert menu_by_key(canvas) == ["Insert a layer…", "Remove the wire", "What the wires mean"]
    press(canvas, Key.Key_N, Mod.ShiftModifier)
    assert menu_by_key(canvas)[:2] == ["Edit the text", "Colour"]


# All of it


def test_a_network_with_a_skip_is_drawn_without_a_mouse(open_canvas: Open) -> None:
    canvas = open_canvas(Document())
    for word in ("input", "conv2d", "relu", "add", "output"):
        search(canvas, word)
    network = canvas.document.network
    canvas.select(["conv1"])
    press(canvas, Key.Key_C)
    while canvas.context.gestures.current is not None and canvas.context.gestures.current.candidate != "add1":  # type: ignore[attr-defined]
        press(canvas, Key.Key_Right)
    press(canvas, Key.Key_Return)
    assert {str(wire) for wire in network.into("add1").values()} == {"relu1.out -> add1.in1", "conv1.out -> add1.in2"}
    press(canvas, Key.Key_A, Mod.ControlModifier)
    assert len(canvas.selection) == 5
    press(canvas, Key.Key_Escape)
    press(canvas, Key.Key_L)
    # Two of them become a block with a name, and are taken apart again.
    canvas.select(["conv1", "relu1"])
    press(canvas, Key.Key_G, Mod.ControlModifier)
    QTest.keyClicks(canvas.context.popups.name_field, "stem")
    QTest.keyClick(canvas.context.popups.name_field, Key.Key_Return)
    assert "stem" in network
    assert canvas.selection.ids == ("stem",)
    press(canvas, Key.Key_G, Mod.ControlModifier | Mod.ShiftModifier)
    assert set(network.ids) == {"input1", "conv1", "relu1", "add1", "output1"}
    assert len(network.connections) == 5
