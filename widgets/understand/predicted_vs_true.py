"""Predicted against true, for networks that give numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.scatter import nearest_place
from widgets.plots.ticks import number, padded

MOST = 5000
"""Points that are drawn; more are thinned out evenly."""


class AgreementPlot(PlotView):
    """One point per prediction, the truth to the right and the prediction up; on the diagonal they agree.

    `picked` carries the index of the prediction that was clicked.
    """

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(
            source, "Predicted against true", "Test the network to see what it predicts against what is true.", parent
        )
        self._true: NDArray[np.float64] = np.empty(0)
        self._predicted: NDArray[np.float64] = np.empty(0)
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._unit = ""
        self.add_panel(bottom="true", left="predicted")
        self.use_one_scale(True)
        self._points = pg.ScatterPlotItem()
        self._diagonal = pg.InfiniteLine(pos=(0, 0), angle=45, movable=False)
        self.panel.add(self._diagonal)
        self.panel.add(self._points)

    def set_predictions(self, true: ArrayLike, predicted: ArrayLike, unit: str = "", name: str = "") -> None:
        """Show N predictions (N, ...) of ``name`` and what was true, in ``unit``; each of several numbers a point."""
        truth, answers = np.asarray(true, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
        width = int(np.prod(truth.shape[1:])) if truth.ndim > 1 else 1
        rows = np.repeat(np.arange(len(truth)), width)
        usable = np.flatnonzero(np.isfinite(truth.ravel()) & np.isfinite(answers.ravel()))
        kept = usable[:: max(1, -(-len(usable) // MOST))]
        self._true, self._predicted, self._rows = truth.ravel()[kept], answers.ravel()[kept], rows[kept]
        self._unit = f" {unit}" if unit else ""
        error = float(np.sqrt(np.mean((self._true - self._predicted) ** 2))) if len(kept) else 0.0
        self.describe(f"{len(truth)} predictions, root mean squared error {number(error)}{self._unit}")
        for side, title in (("bottom", "true"), ("left", "predicted")):
            self.panel.sides[side].set_title(f"{title} {name}".strip() + (f" ({unit})" if unit else ""))
        self.redraw()

    def is_empty(self) -> bool:
        """Return whether there are no predictions."""
        return len(self._true) == 0

    def draw(self) -> None:
        """Show the points on axes of one scale, and the diagonal."""
        color = QColor(self.theme.accent)
        color.setAlphaF(0.55 if len(self._true) < 1000 else 0.25)
        self._points.setData(self._true, self._predicted, brush=color, pen=None, size=5 * self.theme.scale)
        self._diagonal.setPen(QPen(self.theme.strong_border, 0, Qt.PenStyle.DashLine))
        both = np.concatenate([self._true, self._predicted])
        span = AxisRange(*padded(float(both.min()), float(both.max())))
        self.panel.set_extent(span, span)

    def _nearest(self, panel: Panel, x: float, y: float) -> int | None:
        return nearest_place(panel.places(self._true, self._predicted), panel.point_of(x, y))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return truth and prediction of the point under the pointer."""
        nearest = self._nearest(panel, x, y)
        if nearest is None:
            return ""
        true, predicted = self._true[nearest], self._predicted[nearest]
        return f"true {number(true)}{self._unit}, predicted {number(predicted)}{self._unit}"

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Pick the prediction under the pointer."""
        nearest = self._nearest(panel, x, y)
        if nearest is not None:
            self.picked.emit(int(self._rows[nearest]))

    def table(self) -> Sequence[Row]:
        """Return truth and prediction of every point."""
        return named_rows(("true", "predicted"), zip(self._true.tolist(), self._predicted.tolist(), strict=True))
