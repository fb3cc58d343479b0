"""The key of a plot: what its colours and marks stand for."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.theme import Theme
from widgets.plots.curve_item import pen_of

SYMBOLS = ("o", "s", "d")
"""Disc, square and diamond in turn, so that classes differ by more than hue."""

STROKES = ("thin", "bold")
"""Pieces of a line as those of a training curve and of a validation curve."""

MARK = 13.0
"""Pixels from the left end of an entry to its name."""
GAP = 15.0
"""Pixels between entries."""


def draw_symbol(painter: QPainter, symbol: str, at: QPointF, radius: float) -> None:
    """Draw one of the `SYMBOLS` about a point."""
    if symbol == "o":
        painter.drawEllipse(at, radius, radius)
    elif symbol == "s":
        painter.drawRect(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
    else:
        far = radius * 1.25
        painter.drawPolygon([at + QPointF(*corner) for corner in ((0, -far), (far, 0), (0, far), (-far, 0))])


def draw_stroke(painter: QPainter, theme: Theme, color: QColor, symbol: str, at: QPointF) -> None:
    """Draw one of the `STROKES` about a point, with the mark that validation curves have."""
    painter.setPen(pen_of(theme, color, bold=symbol == "bold"))
    painter.drawLine(at - QPointF(5, 0), at + QPointF(5, 0))
    if symbol == "bold":
        painter.drawEllipse(at, 2, 2)


class Key(pg.GraphicsWidget):
    """The names of colours in rows above a panel, from its left edge, and a caption at the right of the last row."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[str, QColor, str]] = []
        self._caption = ""
        self.most_rows: int | None = None
        """Rows that are shown at most; names that come in later ones are left out."""
        self._theme: Theme | None = None
        self._metrics = QFontMetricsF(self.font())

    def set_entries(self, theme: Theme, entries: Sequence[tuple[str, QColor, str]], caption: str = "") -> None:
        """Name colours, each with its symbol; without entries and caption the key takes no room."""
        self._theme, self._entries, self._caption = theme, list(entries), caption
        self._metrics = QFontMetricsF(theme.font(small=True))
        self.measure()
        self.update()

    @property
    def entries(self) -> tuple[tuple[str, QColor, str], ...]:
        """What is named: text, colour and symbol of each."""
        return tuple(self._entries)

    def measure(self) -> bool:
        """Take the height of as many rows as the names need in this width; returns whether that is another."""
        rows = max((row for row, _ in self._places()), default=0 if self._caption else -1) + 1
        height = rows * self._line() + 4 if rows else 0.0
        if height == self.maximumHeight():
            return False
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)
        return True

    def rows_within(self, height: float) -> int:
        """Return how many rows have room in a height."""
        return int(height / self._line())

    def _line(self) -> float:
        return self._metrics.height() + 2

    def _places(self) -> list[tuple[int, float]]:
        """Return the row and the left end of every entry."""
        places: list[tuple[int, float]] = []
        row, left = 0, 0.0
        for name, _, _ in self._entries:
            width = self._metrics.horizontalAdvance(name) + MARK
            if left and left + width > self.size().width():
                row, left = row + 1, 0.0
            if self.most_rows is not None and row >= self.most_rows:
                break
            places.append((row, left))
            left += width + GAP
        return places

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the names; one that is wider than the key ends with an ellipsis."""
        if self._theme is None:
            return
        painter.setFont(self._theme.font(small=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        end, top = 0.0, 0.0
        for (name, color, symbol), (row, left) in zip(self._entries, self._places(), strict=False):
            top = row * self._line()
            painter.setBrush(color)
            at = QPointF(left + 4, top + self._metrics.height() / 2)
            if symbol in STROKES:
                draw_stroke(painter, self._theme, color, symbol, at)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                draw_symbol(painter, symbol, at, 4)
            painter.setPen(self._theme.text)
            text = self._fitting(name, self.size().width() - left - MARK)
            painter.drawText(QPointF(left + MARK, top + self._metrics.ascent()), text)
            end = left + MARK + self._metrics.horizontalAdvance(text) + GAP
        painter.setPen(self._theme.faint)
        room = QRectF(end, top, max(self.size().width() - end, 0), self._metrics.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, self._fitting(self._caption, room.width()))

    def _fitting(self, text: str, width: float) -> str:
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width + 1)
