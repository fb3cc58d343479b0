"""The key of a plot: what its colours and marks stand for."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.theme import Theme

SYMBOLS = ("o", "s", "d")
"""Disc, square and diamond in turn, so that classes differ by more than hue."""


def draw_symbol(painter: QPainter, symbol: str, at: QPointF, radius: float) -> None:
    """Draw one of the `SYMBOLS` about a point."""
    if symbol == "o":
        painter.drawEllipse(at, radius, radius)
    elif symbol == "s":
        painter.drawRect(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
    else:
        far = radius * 1.25
        painter.drawPolygon([at + QPointF(*corner) for corner in ((0, -far), (far, 0), (0, far), (-far, 0))])


class Key(pg.GraphicsWidget):
    """The names of colours in a row above a panel, as far as there is room, and a caption at its right."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[str, QColor, str]] = []
        self._caption = ""
        self._theme: Theme | None = None

    def set_entries(self, theme: Theme, entries: Sequence[tuple[str, QColor, str]], caption: str = "") -> None:
        """Name colours, each with its symbol; without entries and caption the row takes no room."""
        self._theme, self._entries, self._caption = theme, list(entries), caption
        height = QFontMetricsF(theme.font(small=True)).height() + 6 if entries or caption else 0.0
        if height != self.maximumHeight():
            self.setMinimumHeight(height)
            self.setMaximumHeight(height)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the names that have room."""
        if self._theme is None:
            return
        theme, metrics = self._theme, QFontMetricsF(self._theme.font(small=True))
        painter.setFont(theme.font(small=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, middle = 0.0, metrics.height() / 2
        for name, color, symbol in self._entries:
            if left + metrics.horizontalAdvance(name) + 16 > self.size().width():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            draw_symbol(painter, symbol, QPointF(left + 4, middle), 4)
            painter.setPen(theme.text)
            painter.drawText(QPointF(left + 13, metrics.ascent()), name)
            left += metrics.horizontalAdvance(name) + 28
        painter.setPen(theme.faint)
        room = QRectF(left, 0, max(self.size().width() - left, 0), metrics.height())
        text = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, text)
