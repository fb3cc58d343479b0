"""How features go with each other: a matrix to look over, and the pair that was picked as points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.protocol.data_values import DataPreview
from widgets.charts.colour_maps import Bytes, diverging
from widgets.charts.matrix_plot import MatrixPlot
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource
from widgets.plots.scatter import ScatterPlot

STRONG = 0.3
"""Correlations from here on, either way, are worth a word."""


class CorrelationMatrix(MatrixPlot):
    """Pearson's r of every pair of columns. `picked` carries the pair clicked, or reached by the arrow keys."""

    picks_by_arrow = True

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        empty = "Choose a data set with several columns of numbers."
        super().__init__(source, "Correlation", empty, rows="", columns="", parent=parent)
        self._names: list[str] = []

    def set_values(self, names: Sequence[str], values: ArrayLike) -> None:
        """Show r (n, n) of n named columns. Raises `ValueError` if the numbers differ."""
        matrix = np.asarray(values, dtype=np.float64)
        if matrix.shape != (len(names), len(names)):
            raise ValueError(f"{len(names)} names do not fit a matrix of shape {matrix.shape}")
        self._names = list(names)
        self.describe(f"Correlation of {len(names)} columns" if names else self.empty_text)
        self.show_matrix(matrix, names, names)

    def is_empty(self) -> bool:
        """Return whether there is nothing to compare."""
        return len(self._names) < 2

    def name(self, number: int) -> str:
        """The name of a column."""
        return self._names[number]

    def sentence(self, row: int, column: int) -> str:
        """Return a pair's correlation in words."""
        r = float(self._values[row, column])
        strength = "go together" if r >= STRONG else "go against each other" if r <= -STRONG else "hardly go together"
        return f"{self._names[row]} and {self._names[column]} {strength}: r = {r:+.2f}".replace("-", "−")

    def cell_texts(self, row: int, column: int) -> Sequence[str]:
        """Return r."""
        return (f"{self._values[row, column]:.2f}".replace("-", "−"),)

    def colours(self) -> tuple[Bytes, float, float, Callable[[float], str], str]:
        """Return a map about zero."""
        return diverging(self.theme), -1.0, 1.0, lambda r: f"{r:.1f}".replace("-", "−"), "correlation r"


class CorrelationView(QWidget):
    """The matrix, and beside it the samples by the two columns that were picked."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = CorrelationMatrix(source)
        self.points = ScatterPlot(source, "The pair picked", "Click a cell to see the two columns as points.")
        self.sentence = text_label(parent=self, look="faint", wrap=True)
        self._columns: dict[str, NDArray[np.float64]] = {}
        self._labels: NDArray[np.int64] = np.zeros(0, np.int64)
        self._classes: Sequence[str] = ()
        side = QWidget(self)
        vbox(self.sentence, (self.points, 1), parent=side, margins=(8, 8, 0, 0))
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.matrix, 3), (side, 2)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
            widget.setMinimumWidth(180)
        splitter.setSizes([460, 240])
        splitter.setChildrenCollapsible(False)
        vbox(splitter, parent=self, margins=(0, 4, 0, 0))
        self.matrix.picked.connect(self._on_pair)

    def set_preview(self, preview: DataPreview | None) -> None:
        """Show the correlations of a preview, the strongest pair first."""
        correlations = preview.correlations if preview is not None else None
        names = correlations.names if correlations is not None else ()
        values = correlations.values if correlations is not None else np.zeros((0, 0))
        self.matrix.set_values(names, values)
        self.points.set_points(np.empty((0, 2)), [], [])
        if preview is None or correlations is None:
            return
        self._keep(preview, names)
        pairs = np.abs(np.tril(values, -1))
        self.matrix.choose(*(int(place) for place in np.unravel_index(pairs.argmax(), pairs.shape)))

    def _keep(self, preview: DataPreview, names: Sequence[str]) -> None:
        """Keep the previewed samples by column, and their classes where there are few."""
        classes = preview.info.classes
        inputs = preview.inputs if preview.inputs.ndim == 2 else preview.inputs[:, -1]
        heads = preview.info.input_field.names or [f"feature {number + 1}" for number in range(inputs.shape[1])]
        targets = np.asarray(preview.targets, dtype=np.float64).reshape(len(inputs), -1)
        rest = [name for name in names if name not in heads]
        columns = [
            *zip(heads, np.asarray(inputs, dtype=np.float64).T, strict=True),
            *zip(rest, targets.T, strict=False),
        ]
        self._columns = dict(columns)
        few = 0 < len(classes) <= 8
        self._classes = classes if few else ("samples",)
        self._labels = targets[:, 0].astype(np.int64) if few else np.zeros(len(inputs), np.int64)

    def _on_pair(self, row: int, column: int) -> None:
        self.sentence.setText(self.matrix.sentence(row, column))
        up, across = (self.matrix.name(number) for number in (row, column))
        if up not in self._columns or across not in self._columns:
            return
        points = np.stack([self._columns[across], self._columns[up]], axis=1)
        known = np.isfinite(points).all(axis=1)
        self.points.set_names(across, up)
        self.points.set_points(points[known], self._labels[known], self._classes)
