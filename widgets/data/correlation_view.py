"""How features go with each other: a matrix to look over, and the pair that was picked as points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from widgets.charts.colour_maps import diverging
from widgets.data.preview_values import Preview
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView
from widgets.plots.scatter import ScatterPlot

STRONG = 0.3
"""Correlations from here on, either way, are worth a word."""


class CorrelationMatrix(PaintedView):
    """Pearson's r of every pair of columns. `picked` carries the pair clicked, or reached by the arrow keys."""

    picked = Signal(int, int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        empty = "Choose a data set with several columns of numbers."
        super().__init__(source, "Correlation", empty, parent)
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._names: list[str] = []
        self._cell: tuple[int, int] | None = None

    def set_values(self, names: Sequence[str], values: ArrayLike) -> None:
        """Show r (n, n) of n named columns. Raises `ValueError` if the numbers differ."""
        matrix = np.asarray(values, dtype=np.float64)
        if matrix.shape != (len(names), len(names)):
            raise ValueError(f"{len(names)} names do not fit a matrix of shape {matrix.shape}")
        self._names, self._values, self._cell = list(names), matrix, None
        self.describe(f"Correlation of {len(names)} columns" if names else self.empty_text)
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is nothing to compare."""
        return len(self._names) < 2

    @property
    def cell(self) -> tuple[int, int] | None:
        """The pair chosen."""
        return self._cell

    def name(self, number: int) -> str:
        """The name of a column."""
        return self._names[number]

    def choose(self, row: int, column: int) -> None:
        """Choose a pair and say so."""
        self._cell = (row, column)
        self.describe(self.sentence(row, column))
        self.picked.emit(row, column)
        self.update()

    def sentence(self, row: int, column: int) -> str:
        """Return a pair's correlation in words."""
        r = float(self._values[row, column])
        strength = "go together" if r >= STRONG else "go against each other" if r <= -STRONG else "hardly go together"
        return f"{self._names[row]} and {self._names[column]} {strength}: r = {r:+.2f}".replace("-", "−")

    def place(self, row: int, column: int) -> QRectF:
        """Return where a cell stands."""
        area = self._area()
        side = area.width() / len(self._names)
        return QRectF(area.left() + column * side, area.top() + row * side, side, side)

    def _area(self) -> QRectF:
        metrics = QFontMetricsF(self.theme.font(small=True))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        left = min(widest, self.width() * 0.3) + 16
        room = QRectF(self.rect()).adjusted(left, 12, -16, -12)
        side = max(min(room.width(), room.height(), self.theme.px(64) * len(self._names)), 1.0)
        return QRectF(room.left(), room.top(), side, side)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint names and cells; large cells carry their number."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        table, whole = diverging(self.theme), self._area()
        painter.setFont(self.theme.font(small=True))
        for row, name in enumerate(self._names):
            for column in range(len(self._names)):
                place, r = self.place(row, column), float(self._values[row, column])
                fill = QColor(*table[int(np.clip((r + 1) * 127.5, 0, 255))].tolist())
                painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), fill)
                if place.width() > metrics.horizontalAdvance("−0.00") + 4 and place.height() > metrics.height():
                    painter.setPen(self.theme.on(fill))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{r:.2f}".replace("-", "−"))
            side = whole.width() / len(self._names)
            if side >= metrics.height() or row % int(np.ceil(metrics.height() / side)) == 0:
                room = QRectF(8, whole.top() + row * side, whole.left() - 16, max(side, metrics.height()))
                painter.setPen(self.theme.text)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        if self._cell is not None:
            painter.setPen(QPen(self.theme.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.place(*self._cell).adjusted(1, 1, -1, -1))

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return the pair under a point."""
        area = self._area()
        if self.is_empty() or not area.contains(at):
            return None
        side, last = area.width() / len(self._names), len(self._names) - 1
        return min(int((at.y() - area.top()) / side), last), min(int((at.x() - area.left()) / side), last)

    def sentence_at(self, at: QPointF) -> str:
        """Return the correlation under the pointer."""
        cell = self.cell_at(at)
        return self.sentence(*cell) if cell else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the pair under the pointer."""
        cell = self.cell_at(event.position())
        if cell and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among pairs."""
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        move = moves.get(Qt.Key(event.key()))
        if move is None or self.is_empty():
            super().keyPressEvent(event)
            return
        row, column = self._cell or (0, 0)
        last = len(self._names) - 1
        self.choose(min(max(row + move[0], 0), last), min(max(column + move[1], 0), last))


class CorrelationView(QWidget):
    """The matrix, and beside it the samples by the two columns that were picked."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = CorrelationMatrix(source)
        self.points = ScatterPlot(source, "The pair picked", "Click a cell to see the two columns as points.")
        self.said = QLabel(self)
        self.said.setProperty("faint", True)
        self.said.setWordWrap(True)
        self._columns: dict[str, NDArray[np.float64]] = {}
        self._labels: NDArray[np.int64] = np.zeros(0, np.int64)
        self._classes: list[str] = []
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 8, 0, 0)
        column.addWidget(self.said)
        column.addWidget(self.points, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.matrix, 3), (side, 2)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
            widget.setMinimumWidth(180)
        splitter.setSizes([460, 240])
        splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 0, 0)
        whole.addWidget(splitter)
        self.matrix.picked.connect(self._take_pair)

    def set_preview(self, preview: Preview | None) -> None:
        """Show the correlations of a preview, the strongest pair first."""
        found = preview.correlations if preview is not None else None
        names = list(found["names"]) if found else []
        values = np.asarray(found["values"], dtype=np.float64) if found else np.zeros((0, 0))
        self.matrix.set_values(names, values)
        self.points.set_points(np.empty((0, 2)), [], [])
        if preview is None or not found:
            return
        self._keep(preview, names)
        pairs = np.abs(np.tril(values, -1))
        self.matrix.choose(*(int(one) for one in np.unravel_index(pairs.argmax(), pairs.shape)))

    def _keep(self, preview: Preview, names: Sequence[str]) -> None:
        """Keep the previewed samples by column, and their classes where there are few."""
        field, target = preview.field("input"), preview.field("target")
        inputs = preview.inputs if preview.inputs.ndim == 2 else preview.inputs[:, -1]
        heads = field["names"] or [f"feature {number + 1}" for number in range(inputs.shape[1])]
        held = np.asarray(preview.values[target["name"]], dtype=np.float64).reshape(len(inputs), -1)
        rest = [name for name in names if name not in heads]
        columns = [*zip(heads, np.asarray(inputs, dtype=np.float64).T, strict=True), *zip(rest, held.T, strict=False)]
        self._columns = dict(columns)
        classes = [str(one) for one in target.get("classes") or ()]
        self._classes = classes if 0 < len(classes) <= 8 else ["samples"]
        self._labels = held[:, 0].astype(np.int64) if self._classes is classes else np.zeros(len(inputs), np.int64)

    def _take_pair(self, row: int, column: int) -> None:
        self.said.setText(self.matrix.sentence(row, column))
        up, across = (self.matrix.name(number) for number in (row, column))
        if up not in self._columns or across not in self._columns:
            return
        points = np.stack([self._columns[across], self._columns[up]], axis=1)
        known = np.isfinite(points).all(axis=1)
        self.points.set_names(across, up)
        self.points.set_points(points[known], self._labels[known], self._classes)
