"""The runner of gestures and the overlay that paints them, with a gesture of the test's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from graph.errors import NetloomError
from widgets.canvas.canvas_events import CanvasEvents
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.gesture_runner import GestureRunner

NONE = Qt.KeyboardModifier.NoModifier


class Recorded(Gesture):
    """Notes what happens to it, and refuses to end where it is told to."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, refusing: bool = False) -> None:
        self.calls: list[str] = []
        self.refusing = refusing

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.calls.append(f"move {place.x():.0f}")

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.calls.append("end")
        if self.refusing:
            raise NetloomError("Not here.")

    def cancel(self) -> None:
        self.calls.append("cancel")

    def area(self) -> QRectF:
        return QRectF(0, 0, 10, 10)

    def paint(self, painter: QPainter) -> None:
        painter.fillRect(QRectF(0, 0, 10, 10), Qt.GlobalColor.red)


@pytest.fixture
def runner(qtbot: QtBot) -> GestureRunner:
    viewport = QWidget()
    qtbot.addWidget(viewport)
    return GestureRunner(viewport, CanvasEvents(viewport))


def test_a_gesture_is_moved_and_ended_once(runner: GestureRunner) -> None:
    gesture = Recorded()
    runner.begin(gesture)
    assert runner.current is gesture
    runner.move(QPointF(7, 0), NONE)
    runner.end(QPointF(), NONE)
    runner.end(QPointF(), NONE)
    runner.move(QPointF(8, 0), NONE)
    assert gesture.calls == ["move 7", "end"]
    assert runner.current is None


def test_a_gesture_that_is_refused_says_why_and_is_over(qtbot: QtBot) -> None:
    viewport = QWidget()
    qtbot.addWidget(viewport)
    events = CanvasEvents(viewport)
    runner = GestureRunner(viewport, events)
    runner.begin(Recorded(refusing=True))
    assert viewport.cursor().shape() == Qt.CursorShape.CrossCursor
    with qtbot.waitSignal(events.statusMessage) as refused:
        runner.end(QPointF(), NONE)
    assert refused.args == ["Not here."]
    assert runner.current is None
    assert viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_cancelled_gesture_does_not_end(runner: GestureRunner, qtbot: QtBot) -> None:
    gesture = Recorded()
    runner.begin(gesture)
    with qtbot.waitSignal(runner.cancelled):
        runner.cancel()
    assert gesture.calls == ["cancel"]


def test_the_overlay_paints_the_gesture_in_progress_only(runner: GestureRunner) -> None:
    def painted() -> bool:
        image = QImage(10, 10, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        runner.overlay.paint(painter, QStyleOptionGraphicsItem())
        painter.end()
        return image.pixelColor(5, 5) == Qt.GlobalColor.red

    assert not painted()
    runner.begin(Recorded())
    assert painted()
    runner.cancel()
    assert not painted()
