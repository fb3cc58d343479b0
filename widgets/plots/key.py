"""The key of a plot: what its colours and marks stand for."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.plain_text import plain_tip
from widgets.look.theme import Theme
from widgets.plots.curve_item import pen_of

SYMBOLS = ("o", "s", "d")
"""Disc, square and diamond in turn, so that classes differ by more than hue."""

BROKEN = {"dashed": Qt.PenStyle.DashLine, "dotted": Qt.PenStyle.DotLine}
"""Pieces of a line that tell curves apart where hues repeat."""

STROKES = ("thin", "bold", *BROKEN)
"""Pieces of a line as those of a training curve and of a validation curve, and broken ones."""

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
    pen = pen_of(theme, color, bold=symbol == "bold")
    if symbol in BROKEN:
        pen = QPen(color, 2, BROKEN[symbol])
    painter.setPen(pen)
    painter.drawLine(at - QPointF(5, 0), at + QPointF(5, 0))
    if symbol == "bold":
        painter.drawEllipse(at, 2, 2)


class Key(pg.GraphicsWidget):
    """The names of colours in rows above a panel, from its left edge, and a caption at the right of the last row.

    A name wider than all of the key is cut in its middle; where rows are few, the last one says how many names are left
    out. The tooltip then has all names.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[str, QColor, str]] = []
        self._caption = ""
        self.most_rows: int | None = None
        """Rows that are shown at most."""
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

    def shown(self) -> list[str]:
        """Return the names as they are written, those that have room."""
        return [
            self._fitting(name, left) for (name, _, _), (_, left) in zip(self._entries, self._places(), strict=False)
        ]

    def left_out(self) -> str:
        """Return how many names have no room, in words; nothing where all have."""
        missing = len(self._entries) - len(self._places())
        return f"+ {missing} more" if missing else ""

    def measure(self) -> bool:
        """Take the height of as many rows as the names need in this width; returns whether that is another."""
        rows = max((row for row, _ in self._places()), default=0 if self._caption else -1) + 1
        names = [name for name, _, _ in self._entries]
        self.setToolTip(plain_tip("" if self.shown() == names else "\n".join(names)))
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
        """Return the row and the left end of every entry that has room."""
        places = self._all_places()
        if self.most_rows is None or len(kept := [at for at in places if at[0] < self.most_rows]) == len(places):
            return places
        # The last row ends with how many are left out.
        words = self._metrics.horizontalAdvance(f"+ {len(places)} more")
        while len(kept) > 1 and self._end(len(kept) - 1, kept[-1][1]) + words > self.size().width():
            kept.pop()
        return kept

    def _end(self, entry: int, left: float) -> float:
        """Return where the entry behind this one would begin."""
        return left + self._metrics.horizontalAdvance(self._entries[entry][0]) + MARK + GAP

    def _all_places(self) -> list[tuple[int, float]]:
        places: list[tuple[int, float]] = []
        row, left = 0, 0.0
        for name, _, _ in self._entries:
            width = self._metrics.horizontalAdvance(name) + MARK
            if left and left + width > self.size().width():
                row, left = row + 1, 0.0
            places.append((row, left))
            left += width + GAP
        return places

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the names."""
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
            text = self._fitting(name, left)
            painter.drawText(QPointF(left + MARK, top + self._metrics.ascent()), text)
            end = left + MARK + self._metrics.horizontalAdvance(text) + GAP
        painter.setPen(self._theme.faint)
        if words := self.left_out():
            painter.drawText(QPointF(end, top + self._metrics.ascent()), words)
            end += self._metrics.horizontalAdvance(words) + GAP
        room = QRectF(end, top, max(self.size().width() - end, 0), self._metrics.height())
        caption = self._metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, caption)

    def _fitting(self, name: str, left: float) -> str:
        """Return a name as far as it has room behind the symbol of an entry that begins at ``left``."""
        room = self.size().width() - left - MARK + 1
        if self.left_out() and left == self._places()[-1][1]:
            room -= self._metrics.horizontalAdvance(self.left_out()) + GAP
        return self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
