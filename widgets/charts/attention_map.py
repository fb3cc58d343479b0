"""Where attention looks: one row for each step that asks, one column for each step that is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView

LARGEST = 44.0
"""Largest side of a cell in pixels."""


class AttentionMap(PaintedView):
    """Weights between 0 and 1 as a heat map with words on both axes.

    The cell under the pointer, or chosen by arrows, is told in words; the strongest of its row is marked.
    """

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._weights: NDArray[np.float64] = np.zeros((0, 0))
        self._asked: list[str] = []
        self._read: list[str] = []
        self._verb = "For"
        self._area = QRectF()
        self.current: tuple[int, int] | None = None

    def set_weights(self, weights: ArrayLike, asked: Sequence[str], read: Sequence[str], *, written: bool) -> None:
        """Show weights (asked, read) with the words at the steps; ``written`` is whether those that ask are written.

        Raises `ValueError` unless there is a word for each row and column.
        """
        values = np.asarray(weights, dtype=np.float64)
        if values.shape != (len(asked), len(read)):
            raise ValueError(f"weights of shape {values.shape} need as many words, not {len(asked)} and {len(read)}")
        self._weights, self._asked, self._read = values, [shown(one) for one in asked], [shown(one) for one in read]
        self._verb = "To write" if written else "At"
        self.current = None
        self.describe(f"{len(asked)} steps look at {len(read)}" if len(asked) else self.empty_text)
        self.update()

    def is_empty(self) -> bool:
        """Return whether there are no weights."""
        return not self._weights.size

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell says, in words."""
        share = self._weights[row, column]
        most = int(self._weights[row].argmax())
        told = f"{self._verb} “{self._asked[row]}” (step {row + 1}), {share:.1%} is taken of “{self._read[column]}”"
        if most == column:
            return f"{told} (step {column + 1}), the most of all."
        return f"{told} (step {column + 1}); most, {self._weights[row, most]:.1%}, of “{self._read[most]}”."

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint cells, the words on both axes, and what the axes are."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        line = metrics.height()
        rows, columns = self._weights.shape
        left = min(max(map(metrics.horizontalAdvance, self._asked)), area.width() * 0.25) + line + 18
        widest = max(map(metrics.horizontalAdvance, self._read))
        room = area.adjusted(left, 2 * line + 18, -12, -10)
        side = min(room.width() / columns, LARGEST * self.theme.scale)
        slanted = widest > side
        top = (min(widest, area.height() * 0.3) if slanted else line) + line + 12
        room.setTop(area.top() + top)
        high = min(room.height() / rows, LARGEST * self.theme.scale)
        self._area = QRectF(room.left(), room.top(), side * columns, high * rows)
        self._paint_cells(painter)
        self._paint_words(painter, metrics, left, slanted, top - line - 12)
        painter.setPen(self.theme.faint)
        painter.setFont(self.theme.font(small=True))
        wide = max(self._area.width(), metrics.horizontalAdvance("what is read") + 8)
        painter.drawText(
            QRectF(self._area.left(), area.top() + 2, wide, line), Qt.AlignmentFlag.AlignLeft, "what is read"
        )
        painter.save()
        painter.translate(area.left() + 6, self._area.center().y())
        painter.rotate(-90)
        tall = area.height()
        word = "what is written" if self._verb == "To write" else "what asks"
        painter.drawText(QRectF(-tall / 2, 0, tall, line), Qt.AlignmentFlag.AlignCenter, word)
        painter.restore()

    def _place(self, row: int, column: int) -> QRectF:
        rows, columns = self._weights.shape
        wide, high = self._area.width() / columns, self._area.height() / rows
        return QRectF(self._area.left() + column * wide, self._area.top() + row * high, wide, high)

    def _paint_cells(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.theme.font(small=True))
        painter.setFont(self.theme.font(small=True))
        rows, columns = self._weights.shape
        for row in range(rows):
            for column in range(columns):
                share, place = float(self._weights[row, column]), self._place(row, column)
                # The square root lets weak looks be seen beside strong ones.
                fill = blend(self.theme.accent, self.theme.raised, share**0.5)
                painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), fill)
                text = f"{100 * share:.0f}"
                fits = metrics.horizontalAdvance(text) < place.width() - 3 and metrics.height() <= place.height()
                if share >= 0.01 and fits:
                    painter.setPen(self.theme.on(fill))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        if self.current is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._place(*self.current).adjusted(1, 1, -1, -1))

    def _paint_words(self, painter: QPainter, metrics: QFontMetricsF, left: float, slanted: bool, room: float) -> None:
        painter.setPen(self.theme.text)
        painter.setFont(self.theme.font(small=True))
        line = metrics.height()
        rows, columns = self._weights.shape
        for row in range(0, rows, max(1, int(np.ceil(line / (self._area.height() / rows))))):
            place = self._place(row, 0)
            at = QRectF(place.left() - left, place.top(), left - 6, place.height())
            name = metrics.elidedText(self._asked[row], Qt.TextElideMode.ElideRight, left - line - 12)
            painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        for column in range(0, columns, max(1, int(np.ceil(line / (self._area.width() / columns)))) if slanted else 1):
            place = self._place(0, column)
            if not slanted:
                at = QRectF(place.left(), place.top() - line - 4, place.width(), line)
                painter.drawText(at, Qt.AlignmentFlag.AlignCenter, self._read[column])
                continue
            painter.save()
            painter.translate(place.center().x(), place.top() - 4)
            painter.rotate(-90)
            name = metrics.elidedText(self._read[column], Qt.TextElideMode.ElideRight, room)
            vertical = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, -line / 2, room, line), vertical, name)
            painter.restore()

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return (asked, read) of the cell at a point."""
        if self.is_empty() or not self._area.contains(at):
            return None
        rows, columns = self._weights.shape
        row = int((at.y() - self._area.top()) / self._area.height() * rows)
        column = int((at.x() - self._area.left()) / self._area.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def sentence_at(self, at: QPointF) -> str:
        """Return what the cell under the pointer says."""
        cell = self.cell_at(at)
        return self.sentence(*cell) if cell else ""

    def _choose(self, row: int, column: int) -> None:
        self.current = row, column
        self.describe(self.sentence(row, column))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        cell = self.cell_at(event.position())
        if cell and event.button() == Qt.MouseButton.LeftButton:
            self._choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among cells."""
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        key = Qt.Key(event.key())
        if key not in moves or self.is_empty():
            super().keyPressEvent(event)
            return
        rows, columns = self._weights.shape
        row, column = self.current or (0, 0)
        down, right = moves[key] if self.current else (0, 0)
        self._choose(min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1))


def shown(word: str) -> str:
    """A word as an axis shows it: a space can be seen, and the end has no brackets that quotes need."""
    return "␣" if word == " " else word
