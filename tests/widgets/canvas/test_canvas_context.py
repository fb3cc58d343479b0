"""What gestures and commands work on, over a plain view: each runs without the canvas's widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsView
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Connection
from graph.project import network_json
from tests.widgets.canvas.conftest import build
from widgets.canvas.canvas_command import canvas_commands
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.cut import Cut
from widgets.canvas.gestures.drag import Drag, TakeOut
from widgets.canvas.gestures.drag_wire import DragWire
from widgets.canvas.gestures.move_annotation import MoveAnnotation
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.gestures.rubber_band import RubberBand
from widgets.look.theme import ThemeSource

NONE = Qt.KeyboardModifier.NoModifier
OpenContext = Callable[[Document], CanvasContext]


@pytest.fixture
def open_context(qtbot: QtBot) -> Iterator[OpenContext]:
    opened: list[CanvasContext] = []

    def make(document: Document) -> CanvasContext:
        view = QGraphicsView()
        view.resize(1200, 700)
        qtbot.addWidget(view)
        context = CanvasContext(view, ThemeSource("light"))
        context.navigation.animated = False
        context.show(document, Checker(document))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.release()


@pytest.fixture
def context(open_context: OpenContext) -> CanvasContext:
    return open_context(build("input", "dense", "relu", "output"))


def run(context: CanvasContext, command: str) -> None:
    canvas_commands()[command].run(context)


def test_the_board_and_the_selection_follow_the_document(context: CanvasContext) -> None:
    context.selection.set(["dense1", "relu1"])
    with context.document.transaction("Edit"):
        context.document.rename("relu1", "gate")
        context.document.remove("dense1")
    assert set(context.board.cards) == {"input1", "gate", "output1"}
    assert context.selection.ids == ("gate",)


def test_dragging_moves_and_taking_out_heals(context: CanvasContext) -> None:
    context.selection.set(["relu1"])
    start = context.board.cards["relu1"].rect.center()
    Drag(context, start, "relu1").end(start + QPointF(0, 300), NONE)
    assert context.document.network.node("relu1").position == (480.0, 300.0)
    TakeOut(context, start, "relu1").end(start + QPointF(0, 100), NONE)
    assert Connection("dense1", "out", "output1", "in") in context.document.network.connections


def test_a_wire_that_is_dragged_connects_or_asks_what_to_add(context: CanvasContext) -> None:
    dropped: list[str] = []
    start = context.board.cards["input1"].output_place("out")
    ends = (context.board.cards["relu1"].rect.center(), QPointF(100, 600))
    for end in ends:
        wire = DragWire(
            context,
            start,
            ("input1", "out"),
            output=True,
            lifted=None,
            dropped=lambda loose, place: dropped.append(loose.id),
        )
        wire.end(end, NONE)
    assert context.document.network.at("relu1", "in") == Connection("input1", "out", "relu1", "in")
    assert dropped == ["input1"]


def test_cutting_selecting_by_a_rectangle_and_panning(context: CanvasContext) -> None:
    middle = QPointF(*context.board.wires["relu1", "in"].course.middle())
    Cut(context, middle - QPointF(0, 60)).end(middle + QPointF(0, 60), NONE)
    assert context.document.network.at("relu1", "in") is None
    RubberBand(context, QPointF(-20, -20), adding=False).end(QPointF(300, 90), NONE)
    assert context.selection.ids == ("input1", "dense1")
    before = context.navigation.scrolled
    pan = Pan(context.navigation, QPointF(0, 0))
    pan.move(QPointF(40, 0), NONE)
    assert context.navigation.scrolled != before
    pan.cancel()
    assert context.navigation.scrolled == before


def test_a_frame_takes_along_what_lies_in_it(context: CanvasContext) -> None:
    context.selection.set(["dense1", "relu1"])
    run(context, "frame_around")
    context.popups.dismiss()
    MoveAnnotation(context, QPointF(), "frame1").end(QPointF(0, 120), NONE)
    assert context.document.network.node("relu1").position == (480.0, 120.0)
    assert context.document.network.node("input1").position == (0.0, 0.0)


@pytest.mark.parametrize("command", canvas_commands())
def test_every_command_runs_or_refuses_with_a_sentence(open_context: OpenContext, command: str) -> None:
    context = open_context(build("input", "dense", "relu", "output"))
    for ids in ((), ("dense1",), ("dense1", "relu1")):
        context.selection.set(ids)
        try:
            run(context, command)
        except NetloomError as error:
            assert str(error).endswith(".")
        context.gestures.cancel()
        context.popups.dismiss()


@pytest.mark.parametrize(
    ("command", "selected", "title"),
    [
        ("mute", ["relu1"], "Mute relu1"),
        ("bypass", ["relu1"], "Bypass relu1"),
        ("duplicate", ["relu1"], "Duplicate relu1"),
        ("delete", ["relu1"], "Delete relu1"),
        ("group", ["dense1", "relu1"], "Group 2 layers"),
        ("align_top", ["dense1", "relu1"], "Align 2 layers"),
        ("every_frame", ["dense1", "relu1"], "Run 2 layers on every frame"),
        ("tidy_down", [], "Arrange layers vertically"),
        ("leap_down", ["relu1"], "Move relu1"),
    ],
)
def test_a_command_is_one_undo(context: CanvasContext, command: str, selected: list[str], title: str) -> None:
    before = network_json(context.document.network)
    if command == "align_top":
        with context.document.transaction("Scatter"):
            context.document.move({"relu1": (480.0, 40.0)})
    context.selection.set(selected)
    run(context, command)
    assert context.document.undo_names[0] == title
    while context.document.undo_names[0] != "Build":
        context.document.undo()
    assert network_json(context.document.network) == before


def test_the_keyboard_goes_along_wires_and_back(context: CanvasContext) -> None:
    hints: list[str] = []
    context.events.hinted.connect(hints.append)
    context.selection.set(["dense1"])
    run(context, "walk_right")
    assert context.selection.ids == ("relu1",)
    run(context, "next_wire")
    assert context.selection.wire == ("relu1", "in")
    assert "relu1.in" in hints[-1]
    run(context, "let_go")
    assert context.selection.ids == ("relu1",)
    run(context, "let_go")
    assert not context.selection


def test_another_document_drops_what_was_going_on(context: CanvasContext) -> None:
    context.selection.set(["relu1"])
    run(context, "rename")
    context.gestures.begin(RubberBand(context, QPointF(), adding=False))
    other = build("input")
    context.show(other, Checker(other))
    assert not context.popups.name_field.isVisible()
    assert context.gestures.current is None
    assert not context.selection
    assert context.extent().contains(QRectF(context.board.cards["input1"].rect))
