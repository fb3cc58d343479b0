"""Notes and frames by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from graph.network import Annotation, AnnotationKind
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.commands.annotation_commands import recolour

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> CanvasView:
    return open_canvas(build("input", "dense", "relu"))


@pytest.fixture
def hand(canvas: CanvasView) -> Hand:
    return Hand(canvas)


def put(canvas: CanvasView, annotation: Annotation) -> Annotation:
    with canvas.document.transaction("Put"):
        canvas.document.set_annotation(annotation.id, annotation)
    return annotation


def note(canvas: CanvasView) -> Annotation:
    return put(canvas, Annotation("note1", AnnotationKind.NOTE, "Try more units", (40, 200, 176, 96), 3))


def frame(canvas: CanvasView) -> Annotation:
    return put(canvas, Annotation("frame1", AnnotationKind.FRAME, "Head", (216, -60, 480, 200), 1))


def test_n_writes_a_note(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.selection.clear()
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    field = canvas.context.popups.note_field
    assert field.isVisible()
    qtbot.keyClicks(field, "Why ReLU?")
    qtbot.keyClick(field, Qt.Key.Key_Return, CTRL)
    (made,) = canvas.document.network.annotations.values()
    assert (made.kind, made.text) == (AnnotationKind.NOTE, "Why ReLU?")
    assert canvas.hasFocus()


def test_a_note_without_words_is_not_kept(canvas: CanvasView, qtbot: QtBot) -> None:
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    qtbot.keyClick(canvas.context.popups.note_field, Qt.Key.Key_Escape)
    assert not canvas.document.network.annotations


def test_a_double_click_edits_a_note(canvas: CanvasView, hand: Hand, qtbot: QtBot) -> None:
    note(canvas)
    hand.double_click(QPointF(100, 240))
    qtbot.keyClicks(canvas.context.popups.note_field, "New words")
    canvas.setFocus()
    assert canvas.document.network.annotations["note1"].text == "New words"


def test_a_note_moves_and_resizes_by_hand(canvas: CanvasView, hand: Hand) -> None:
    note(canvas)
    hand.drag(QPointF(100, 240), QPointF(160, 300))
    assert canvas.document.network.annotations["note1"].area == (100, 260, 176, 96)
    hand.drag(QPointF(272, 352), QPointF(332, 392))
    assert canvas.document.network.annotations["note1"].area == (100, 260, 236, 136)
    hand.drag(QPointF(332, 392), QPointF(0, 0))
    assert canvas.document.network.annotations["note1"].area[2:] == (88, 48)
    canvas.document.undo()
    assert canvas.board.annotations["note1"].area == (100, 260, 236, 136)


def test_a_frame_takes_along_what_lies_in_it(canvas: CanvasView, hand: Hand) -> None:
    frame(canvas)
    put(canvas, Annotation("note1", AnnotationKind.NOTE, "inside", (240, 90, 100, 48)))
    hand.drag(QPointF(400, -50), QPointF(400, 50))
    network = canvas.document.network
    assert network.annotations["frame1"].area[1] == 40
    assert network.annotations["note1"].area[1] == 190
    assert network.node("dense1").position == (240, 100)
    assert network.node("input1").position == (0, 0)
    canvas.document.undo()
    assert network.node("dense1").position == (240, 0)
    assert network.annotations["note1"].area[1] == 90


def test_a_drag_inside_a_frame_selects_rather_than_moves(canvas: CanvasView, hand: Hand) -> None:
    frame(canvas)
    hand.drag(QPointF(222, 120), QPointF(680, 20))
    assert set(canvas.selection.ids) == {"dense1", "relu1"}
    assert canvas.document.network.annotations["frame1"].area == (216, -60, 480, 200)


def test_shift_f_frames_the_selection_and_asks_for_a_title(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.select(["dense1", "relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(canvas.context.popups.name_field, "Head")
    qtbot.keyClick(canvas.context.popups.name_field, Qt.Key.Key_Return)
    (made,) = canvas.document.network.annotations.values()
    left, top, width, height = made.area
    assert made.text == "Head"
    for id_ in ("dense1", "relu1"):
        rect = canvas.board.cards[id_].rect
        assert left < rect.left()
        assert top < rect.top()
        assert left + width > rect.right()
        assert top + height > rect.bottom()


def test_delete_removes_the_selected_annotation_only(canvas: CanvasView, hand: Hand, qtbot: QtBot) -> None:
    note(canvas)
    hand.click(QPointF(100, 240))
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert not canvas.document.network.annotations
    assert len(canvas.document.network) == 3
    canvas.document.undo()
    assert canvas.board.annotations["note1"].text == "Try more units"


def test_another_colour_shows(canvas: CanvasView) -> None:
    note(canvas)
    area = canvas.mapFromScene(QPointF(200, 280))
    before = canvas.grab().toImage().pixelColor(area)
    recolour(canvas.context, "note1", 5)
    assert canvas.grab().toImage().pixelColor(area) != before


def test_a_frame_stays_around_its_layers_when_they_are_laid_out(canvas: CanvasView, qtbot: QtBot) -> None:
    frame(canvas)
    with canvas.document.transaction("Scatter"):
        canvas.document.move({"dense1": (230, 20), "relu1": (500, 60), "input1": (0, -400)})
    canvas.selection.clear()
    qtbot.keyClick(canvas, Qt.Key.Key_L)
    area = QRectF(*canvas.document.network.annotations["frame1"].area)
    held = {id_ for id_, card in canvas.board.cards.items() if area.contains(card.rect)}
    assert held == {"dense1", "relu1"}
    canvas.document.undo()
    assert canvas.document.network.annotations["frame1"].area == (216, -60, 480, 200)
