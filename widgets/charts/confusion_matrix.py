"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number


class ConfusionMatrix(PaintedView):
    """Counts of true class (rows) against predicted class (columns), with the share of each row.

    Cells on the diagonal are tinted as right, the others as wrong, by their share of the row. `picked` carries
    (true, predicted) of a cell clicked, or chosen by arrows and Enter.
    """

    picked = Signal(int, int)

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Confusion matrix",
        empty: str = "Test the network to see which classes it takes for which.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._labels: list[str] = []
        self._cell: tuple[int, int] | None = None
        self._area = QRectF()
        self._upright = False

    def set_counts(self, counts: ArrayLike, labels: Sequence[str]) -> None:
        """Show N x N counts, row the true class. Raises `ValueError` unless there are N labels."""
        values = np.asarray(counts, dtype=np.int64)
        if values.shape != (len(labels), len(labels)):
            raise ValueError(f"{len(labels)} labels do not fit counts of shape {values.shape}")
        self._counts, self._labels, self._cell = values, list(labels), None
        right, total = int(np.trace(values)), int(values.sum())
        self.describe(f"{right:,} of {total:,} right ({right / max(total, 1):.1%})")
        self.update()

    def is_empty(self) -> bool:
        """Return whether nothing was counted."""
        return not self._counts.size or not self._counts.sum()

    @property
    def current(self) -> tuple[int, int] | None:
        """The cell chosen, as (true, predicted)."""
        return self._cell

    def sentence(self, true: int, predicted: int) -> str:
        """Return what a cell counts, in words."""
        count, total = int(self._counts[true, predicted]), int(self._counts[true].sum())
        share = f" ({count / total:.1%})" if total else ""
        name, taken = self._labels[true], self._labels[predicted]
        end = "were recognised" if true == predicted else f"were taken for {taken}"
        return f"{count:,} of {total:,} samples of {name} {end}{share}."

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint cells, labels and the axes' names."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        line = metrics.height()
        widest = max(metrics.horizontalAdvance(label) for label in self._labels)
        left = min(widest, area.width() * 0.22) + line + 22
        most = 64.0 * self.theme.scale * len(self._labels)
        self._upright = widest > min(area.width() - left - 16, area.height() - 2 * line - 26, most) / len(self._labels)
        above = min(widest, area.height() * 0.22) if self._upright else line
        room = area.adjusted(left, line + above + 14, -16, -12)
        side = min(room.width(), room.height(), most)
        self._area = QRectF(room.left(), room.top(), side, side)
        self._paint_cells(painter)
        self._paint_labels(painter, metrics, left - line - 22)
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        painter.drawText(QRectF(self._area.left(), 6, side, line), Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.save()
        painter.translate(8, self._area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-side / 2, 0, side, line), Qt.AlignmentFlag.AlignCenter, "true")
        painter.restore()

    def _place(self, true: int, predicted: int) -> QRectF:
        side = self._area.width() / len(self._labels)
        return QRectF(self._area.left() + predicted * side, self._area.top() + true * side, side, side)

    def _paint_cells(self, painter: QPainter) -> None:
        shares = self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1)
        for true in range(len(self._labels)):
            for predicted in range(len(self._labels)):
                self._paint_cell(painter, true, predicted, float(shares[true, predicted]))
        if self._cell is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._place(*self._cell).adjusted(1, 1, -1, -1))

    def _paint_cell(self, painter: QPainter, true: int, predicted: int, share: float) -> None:
        place = self._place(true, predicted)
        hue = self.theme.accent if true == predicted else self.theme.error
        # The square root lets the few mistakes of a good network be seen.
        fill = blend(hue, self.theme.raised, share**0.5) if share else self.theme.raised
        painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), fill)
        count = int(self._counts[true, predicted])
        metrics = QFontMetricsF(self.theme.font(small=True))
        if (
            not count
            or metrics.horizontalAdvance(f"{count:,}") > place.width() - 2
            or place.height() < metrics.height()
        ):
            return
        painter.setPen(self.theme.on(fill))
        painter.setFont(self.theme.font(small=True, bold=true == predicted))
        both = place.height() > 2.4 * metrics.height() and place.width() > metrics.horizontalAdvance("100 %") + 4
        upper = place.adjusted(0, 0, 0, -metrics.height() * 0.9) if both else place
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        if both:
            painter.setFont(self.theme.font(small=True))
            lower = place.adjusted(0, metrics.height() * 0.9, 0, 0)
            painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, f"{number(100 * share, 2 if share < 0.1 else 3)} %")

    def _paint_labels(self, painter: QPainter, metrics: QFontMetricsF, width: float) -> None:
        side = self._area.width() / len(self._labels)
        every = max(1, int(np.ceil(metrics.height() / side)))
        painter.setPen(self.theme.text)
        painter.setFont(self.theme.font(small=True))
        for index in range(0, len(self._labels), every):
            row = QRectF(self._area.left() - width - 6, self._area.top() + index * side, width, side)
            name = metrics.elidedText(self._labels[index], Qt.TextElideMode.ElideRight, width)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            if self._upright:
                self._write_upright(painter, metrics, index, side)
                continue
            above = QRectF(
                self._area.left() + index * side, self._area.top() - metrics.height() - 4, side, metrics.height()
            )
            name = metrics.elidedText(self._labels[index], Qt.TextElideMode.ElideRight, side * every)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, name)

    def _write_upright(self, painter: QPainter, metrics: QFontMetricsF, index: int, side: float) -> None:
        """Write a label that is wider than its column from below upwards."""
        room = self._area.top() - metrics.height() - 14
        painter.save()
        painter.translate(self._area.left() + (index + 0.5) * side, self._area.top() - 4)
        painter.rotate(-90)
        name = metrics.elidedText(self._labels[index], Qt.TextElideMode.ElideRight, room)
        row = QRectF(0, -metrics.height() / 2, room, metrics.height())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return (true, predicted) of the cell at a point."""
        if self.is_empty() or not self._area.contains(at):
            return None
        side, last = self._area.width() / len(self._labels), len(self._labels) - 1
        row, column = int((at.y() - self._area.top()) / side), int((at.x() - self._area.left()) / side)
        return min(row, last), min(column, last)

    def sentence_at(self, at: QPointF) -> str:
        """Return what the cell under the pointer counts."""
        cell = self.cell_at(at)
        return self.sentence(*cell) if cell else ""

    def _choose(self, cell: tuple[int, int]) -> None:
        self._cell = cell
        self.describe(self.sentence(*cell))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the cell under the pointer."""
        cell = self.cell_at(event.position())
        if cell and event.button() == Qt.MouseButton.LeftButton:
            self._choose(cell)
            self.picked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among cells, Enter and Space pick."""
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        key, last = Qt.Key(event.key()), len(self._labels) - 1
        if key in moves and last >= 0:
            row, column = self._cell or (0, 0)
            down, right = moves[key] if self._cell else (0, 0)
            self._choose((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cell:
            self.picked.emit(*self._cell)
        else:
            super().keyPressEvent(event)
