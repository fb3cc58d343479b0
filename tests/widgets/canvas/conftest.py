"""A canvas on a document, and a mouse that speaks in scene coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Connection
from widgets.canvas.canvas_view import CanvasView
from widgets.look.theme import ThemeSource

OpenCanvas = Callable[[Document], CanvasView]
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Moves a real mouse over a canvas; places are scene coordinates."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas

    def spot(self, place: QPointF) -> QPoint:
        return self.canvas.mapFromScene(place)

    def send(
        self,
        kind: QEvent.Type,
        place: QPointF,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier,
    ) -> None:
        viewport, spot = self.canvas.viewport(), QPointF(self.spot(place))
        everywhere = QPointF(viewport.mapToGlobal(spot.toPoint()))
        QApplication.sendEvent(viewport, QMouseEvent(kind, spot, everywhere, button, held, modifiers))

    def press(self, place: QPointF, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.send(QEvent.Type.MouseButtonPress, place, button, button, modifiers)

    def move(self, place: QPointF, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        none = Qt.MouseButton.NoButton
        self.send(QEvent.Type.MouseMove, place, none, button, modifiers)

    def release(self, place: QPointF, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        none = Qt.MouseButton.NoButton
        self.send(QEvent.Type.MouseButtonRelease, place, button, none, modifiers)

    def click(self, place: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.press(place, modifiers=modifiers)
        self.release(place, modifiers=modifiers)

    def double_click(self, place: QPointF) -> None:
        self.send(QEvent.Type.MouseButtonDblClick, place, LEFT, LEFT, NONE)
        self.release(place)

    def drag(
        self,
        start: QPointF,
        end: QPointF,
        button: Qt.MouseButton = LEFT,
        modifiers: Qt.KeyboardModifier = NONE,
        *,
        let_go: bool = True,
    ) -> None:
        self.press(start, button, modifiers)
        for step in range(1, 6):
            self.move(start + (end - start) * step / 5, button, modifiers)
        if let_go:
            self.release(end, button, modifiers)


def build(*kinds: str, step: float = 240.0) -> Document:
    """A chain of layers from left to right, each connected to the one before."""
    document = Document()
    with document.transaction("Build"):
        last = ""
        for index, kind in enumerate(kinds):
            layer = catalogue()[kind]()
            name = document.add(layer, (index * step, 0))
            if last:
                document.connect(Connection(last, "out", name, layer.input_ports()[0].name))
            last = name
    return document


@pytest.fixture
def open_canvas(qtbot: QtBot) -> Iterator[OpenCanvas]:
    opened: list[CanvasView] = []

    def make(document: Document) -> CanvasView:
        canvas = CanvasView(document, Checker(document), ThemeSource("light"))
        canvas.navigation.animated = False
        canvas.resize(1400, 800)
        qtbot.addWidget(canvas)
        with qtbot.waitExposed(canvas):
            canvas.show()
        canvas.navigation.set_zoom(1.0)
        canvas.navigation.center_on(QPointF(300, 100))
        canvas.setFocus()
        opened.append(canvas)
        return canvas

    yield make
    for canvas in opened:
        canvas.close()
