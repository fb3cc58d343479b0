"""Cutting wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from graph.editing import edits
from widgets.canvas.board_items import Slot
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture


class Cut(Gesture):
    """Shift-drag across wires removes them."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: CanvasContext, start: QPointF) -> None:
        self._canvas, self._start = canvas, start
        self._path = QPainterPath(start)
        self._met: set[Slot] = set()

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw on; wires that the line crosses are marked."""
        last = self._path.currentPosition()
        self._path.lineTo(place)
        stroke = QPainterPath(last)
        stroke.lineTo(place)
        near = stroke.boundingRect().adjusted(-2, -2, 2, 2)
        for wire in self._canvas.board.wires_in(near):
            if wire.slot not in self._met and crosses(wire.course.points(), last, place):
                self._met.add(wire.slot)
                self._canvas.surface.emphasis.doomed_wires.add(wire.slot)
                self._canvas.surface.touch_wire(wire.slot)

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Remove the marked wires."""
        self.move(place, modifiers)
        self._forget()
        wires = [self._canvas.board.wires[slot].connection for slot in sorted(self._met)]
        if wires:
            title = "Cut a wire" if len(wires) == 1 else f"Cut {len(wires)} wires"
            with self._canvas.document.transaction(title):
                edits.remove(self._canvas.document, (), wires)

    def cancel(self) -> None:
        """Unmark the wires."""
        self._forget()

    def _forget(self) -> None:
        for slot in self._met:
            self._canvas.surface.touch_wire(slot)
        self._canvas.surface.emphasis.doomed_wires.clear()

    def area(self) -> QRectF:
        """The line's rectangle."""
        margin = 3 / self._canvas.navigation.zoom
        return self._path.boundingRect().adjusted(-margin, -margin, margin, margin)

    def paint(self, painter: QPainter) -> None:
        """A dashed line, as of scissors."""
        pen = QPen(self._canvas.theme.error, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)


def crosses(line: list[tuple[float, float]], start: QPointF, end: QPointF) -> bool:
    """Whether a stroke from ``start`` to ``end`` crosses a line given by its points."""
    p, q = start.toTuple(), end.toTuple()
    return any(_segments_cross(line[i], line[i + 1], p, q) for i in range(len(line) - 1))


Point = tuple[float, float]


def _segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])
