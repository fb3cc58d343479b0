"""Selecting by a rectangle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture


class RubberBand(Gesture):
    """Drag over empty ground: cards that the rectangle meets are selected; with Ctrl they are added."""

    def __init__(self, canvas: CanvasContext, start: QPointF, *, adding: bool) -> None:
        self._canvas, self._start = canvas, start
        self._before = canvas.selection.ids
        self._kept = self._before if adding else ()
        self._rect = QRectF(start, start)

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Select what the rectangle meets now."""
        self._rect = QRectF(self._start, place).normalized()
        met = [card.id for card in self._canvas.board.cards_in(self._rect) if card.rect.intersects(self._rect)]
        self._canvas.selection.set([*self._kept, *met])

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """A click on the ground, without a drag, clears the selection."""
        self.move(place, modifiers)

    def cancel(self) -> None:
        """Select what was selected before."""
        self._canvas.selection.set(self._before)

    def area(self) -> QRectF:
        """The rectangle."""
        margin = 3 / self._canvas.navigation.zoom
        return self._rect.adjusted(-margin, -margin, margin, margin)

    def paint(self, painter: QPainter) -> None:
        """A tinted rectangle."""
        accent = self._canvas.theme.accent
        fill = QColor(accent)
        fill.setAlpha(28)
        pen = QPen(accent, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRect(self._rect)
