"""Predicted against true, for networks that give numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, y_margin
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number, padded

MOST = 5000
"""Points that are drawn; more are thinned out evenly."""


class AgreementPlot(PaintedView):
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
        self._axes: Axes | None = None

    def set_predictions(self, true: ArrayLike, predicted: ArrayLike, unit: str = "") -> None:
        """Show N predictions (N, ...) and what was true, in ``unit``; of several numbers each makes a point."""
        truth, said = np.asarray(true, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
        width = int(np.prod(truth.shape[1:])) if truth.ndim > 1 else 1
        rows = np.repeat(np.arange(len(truth)), width)
        usable = np.flatnonzero(np.isfinite(truth.ravel()) & np.isfinite(said.ravel()))
        kept = usable[:: max(1, -(-len(usable) // MOST))]
        self._true, self._predicted, self._rows = truth.ravel()[kept], said.ravel()[kept], rows[kept]
        self._unit = f" {unit}" if unit else ""
        error = float(np.sqrt(np.mean((self._true - self._predicted) ** 2))) if len(kept) else 0.0
        self.describe(f"{len(truth)} predictions, root mean squared error {number(error)}{self._unit}")
        self.update()

    def is_empty(self) -> bool:
        """Return whether there are no predictions."""
        return len(self._true) == 0

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint axes with one scale, the diagonal, and the points."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        both = np.concatenate([self._true, self._predicted])
        span = AxisRange(*padded(float(both.min()), float(both.max())))
        ticks = linear_ticks(span.low, span.high, max(2, int(area.height() / 60)))
        margin = y_margin(self.theme, [number(tick) for tick in ticks])
        room = area.adjusted(margin, metrics.height() + 8, -16, -(2 * metrics.height() + 12))
        side = max(min(room.width(), room.height()), 40.0)
        axes = self._axes = Axes(QRectF(room.left(), room.top(), side, side), span, span)
        draw_frame(painter, self.theme, axes, ticks, ticks)
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        painter.drawText(QPointF(area.left() + 12, metrics.ascent() + 2), f"predicted{self._unit}")
        below = QRectF(axes.area.left(), area.bottom() - metrics.height() - 2, side, metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"true{self._unit}")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.strong_border, 1, Qt.PenStyle.DashLine))
        painter.drawLine(axes.area.bottomLeft(), axes.area.topRight())
        self._paint_points(painter, axes)

    def _paint_points(self, painter: QPainter, axes: Axes) -> None:
        color = QColor(self.theme.accent)
        color.setAlphaF(0.55 if len(self._true) < 1000 else 0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for true, said in zip(self._true, self._predicted, strict=True):
            painter.drawEllipse(QPointF(axes.to_x(true), axes.to_y(said)), 2.5, 2.5)

    def _nearest(self, at: QPointF) -> int | None:
        if self._axes is None or self.is_empty():
            return None
        scale = self._axes.area.width() / self._axes.x.span
        away = np.hypot(self._true - self._axes.from_x(at.x()), self._predicted - self._axes.from_y(at.y())) * scale
        nearest = int(away.argmin())
        return nearest if away[nearest] < 8 else None

    def sentence_at(self, at: QPointF) -> str:
        """Return truth and prediction of the point under the pointer."""
        nearest = self._nearest(at)
        if nearest is None:
            return ""
        true, said = self._true[nearest], self._predicted[nearest]
        return f"true {number(true)}{self._unit}, predicted {number(said)}{self._unit}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the prediction under the pointer."""
        nearest = self._nearest(event.position())
        if nearest is not None:
            self.picked.emit(int(self._rows[nearest]))
