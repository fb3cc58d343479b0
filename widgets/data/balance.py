"""How often each class occurs in each part, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView

PARTS = ("train", "validation", "test")
TITLES = ("training", "validation", "test")


class BalanceBars(PaintedView):
    """One row for each class, its bar divided into training, validation and test; without classes, one row in all."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Class balance", "Choose a data set to see how it is divided.", parent)
        self._rows: list[tuple[str, tuple[int, ...]]] = []

    def set_balance(self, parts: Mapping[str, int], balance: Mapping[str, Sequence[object]] | None) -> None:
        """Show samples per part, and per class and part where ``balance`` has classes (see `app.data.data_preview`)."""
        if balance is None:
            self._rows = [("samples", tuple(int(parts.get(name, 0)) for name in PARTS))]
        else:
            columns = [[int(str(count)) for count in balance[name]] for name in PARTS]
            classes = [str(name) for name in balance["classes"]]
            self._rows = list(zip(classes, zip(*columns, strict=True), strict=True))
        total = [sum(counts[part] for _, counts in self._rows) for part in range(3)]
        said = ", ".join(f"{count:,} {title}" for count, title in zip(total, TITLES, strict=True))
        self.describe(f"{len(self._rows)} classes: {said}" if balance else said)
        self.updateGeometry()
        self.update()

    def is_empty(self) -> bool:
        """Return whether nothing was counted."""
        return not any(sum(counts) for _, counts in self._rows)

    def colours(self) -> tuple[QColor, QColor, QColor]:
        """Return the tints of training, validation and test: one hue, three depths."""
        accent, ground = self.theme.accent, self.theme.surface
        return accent, blend(accent, ground, 0.6), blend(accent, ground, 0.3)

    def sizeHint(self) -> QSize:
        """All rows with the key above them."""
        return QSize(self.theme.px(280), round(self._row_height() * (len(self._rows) + 1.4)) + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if len(self._rows) <= 12 else QSize(160, round(13.4 * self._row_height()) + 8)

    def _row_height(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height() + 6

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the key and the rows that there is room for."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        painter.setFont(self.theme.font(small=True))
        self._paint_key(painter, metrics)
        name_width = min(max(metrics.horizontalAdvance(name) for name, _ in self._rows) + 12, area.width() * 0.4)
        count_width = metrics.horizontalAdvance("000,000") + 8
        room = area.width() - name_width - count_width
        most = max(sum(counts) for _, counts in self._rows)
        height = self._row_height()
        for number, (name, counts) in enumerate(self._rows):
            top = height * (number + 1.4)
            if top + height > area.bottom() + 1:
                break
            row = QRectF(0, top, area.width(), height)
            painter.setPen(self.theme.text)
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_width - 8)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, elided)
            painter.setPen(self.theme.faint)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{sum(counts):,}")
            self._paint_bar(painter, QRectF(name_width, top + 3, room, height - 6), counts, most)

    def _paint_key(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        left, height = 0.0, self._row_height()
        totals = [sum(counts[part] for _, counts in self._rows) for part in range(3)]
        for title, color, total in zip(TITLES, self.colours(), totals, strict=True):
            painter.fillRect(QRectF(left, height / 2 - 4, 8, 8), color)
            text = f"{title} {total:,}"
            painter.setPen(self.theme.faint)
            width = metrics.horizontalAdvance(text)
            painter.drawText(QRectF(left + 12, 0, width + 4, height), Qt.AlignmentFlag.AlignVCenter, text)
            left += width + 26

    def _paint_bar(self, painter: QPainter, room: QRectF, counts: Sequence[int], most: int) -> None:
        left = room.left()
        for color, count in zip(self.colours(), counts, strict=True):
            width = room.width() * count / most
            painter.fillRect(QRectF(left, room.top(), max(width - 1, 0), room.height()), color)
            left += width

    def sentence_at(self, at: QPointF) -> str:
        """Return the counts of the row under the pointer."""
        row = int(at.y() / self._row_height() - 1.4)
        if not 0 <= row < len(self._rows) or at.y() < 1.4 * self._row_height():
            return ""
        name, counts = self._rows[row]
        said = ", ".join(f"{count:,} {title}" for count, title in zip(counts, TITLES, strict=True))
        return f"{name}: {said}"
