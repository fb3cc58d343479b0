"""The learning-rate finder's curve: training loss over learning rates that grew from step to step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.protocol.rate_messages import RateCurve
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.curve_item import lighter
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

ABOVE = 0.4
"""Share of the fall of the loss that is shown above where it began; what diverges goes out of the plot there."""
FOOT = 0.22
"""Share of what is shown that stays free below the curve, for what is written there."""


class RatePlot(PlotView):
    """Losses of single batches, faint, and their smoothed curve, over a logarithmic axis of learning rates.

    Dashed lines stand where the loss falls fastest, and where it begins to rise.
    """

    def __init__(self, source: ThemeSource, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, "Learning-rate finder", empty, parent)
        self.curve: RateCurve | None = None
        self.add_panel(bottom="learning rate", left="training loss", wheel_along=0)
        self.panel.sides["bottom"].set_log(True)
        self.panel.painted(self._paint)

    def set_curve(self, curve: RateCurve | None) -> None:
        """Show the curve of a trial, or the empty text."""
        self.curve = curve
        self.describe(self.empty_text if curve is None else curve.words)
        self.redraw()
        self.fit()

    def is_empty(self) -> bool:
        """Return whether there is no curve."""
        return self.curve is None or not len(self.curve.rates)

    def minimumSizeHint(self) -> QSize:
        """Room for the axes and the curve."""
        return QSize(self.theme.px(320), self.theme.px(180))

    def draw(self) -> None:
        """Show all rates, and losses up to a little above where they began."""
        assert self.curve is not None
        powers, smoothed = np.log10(self.curve.rates), self.curve.smoothed
        first, low = float(np.median(smoothed[:6])), float(smoothed.min())
        high = min(float(smoothed.max()), first + max(ABOVE * (first - low), 0.1 * abs(first)))
        span = max(high - low, 1e-9)
        self.panel.set_extent(
            AxisRange(*padded(float(powers[0]), float(powers[-1]), 0.01)),
            AxisRange(low - FOOT * span, high + 0.05 * span),
        )

    def _paint(self, painter: QPainter, axes: Axes) -> None:
        if self.curve is None or not len(self.curve.rates):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        powers, colour = np.log10(self.curve.rates), self.theme.run(0)
        painter.setPen(QPen(lighter(self.theme, colour), 1))
        draw_line(painter, axes.map(powers, self.curve.losses.astype(np.float64)))
        painter.setPen(QPen(colour, 2))
        draw_line(painter, axes.map(powers, self.curve.smoothed))
        if self.curve.suggested is not None:
            words = f"falls fastest: {number(self.curve.suggested, 2)}"
            self._mark(painter, axes, self.curve.suggested, words, self.theme.accent, left=True)
        if self.curve.diverges is not None:
            words = f"rises from {number(self.curve.diverges, 2)}"
            self._mark(painter, axes, self.curve.diverges, words, self.theme.warning, left=False)

    def _mark(self, painter: QPainter, axes: Axes, rate: float, words: str, colour: QColor, *, left: bool) -> None:
        """A dashed line across the plot, named at its foot: where the curve falls at its left, where it rises right."""
        place, x = axes.area, axes.to_x(math.log10(rate))
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, place.top(), x, place.bottom()))
        painter.setFont(font := self.theme.font(small=True))
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(words) + 2
        before, behind = x - 5 - width, x + 5
        start = before if (left and before > place.left()) or behind + width > place.right() else behind
        # Where both stand on one side of their lines, they stand one above the other.
        line = 2 if left else 1
        row = QRectF(start, place.bottom() - line * metrics.height() - 4, width, metrics.height())
        painter.setPen(self.theme.text)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, words)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the losses at the nearest learning rate."""
        assert self.curve is not None
        at = int(np.abs(np.log10(self.curve.rates) - x).argmin())
        rate, loss, smooth = (
            float(values[at]) for values in (self.curve.rates, self.curve.losses, self.curve.smoothed)
        )
        return f"learning rate {number(rate, 3)}: loss {number(smooth, 3)}, of the batch {number(loss, 3)}"

    def table(self) -> Sequence[Row]:
        """Return rates with their losses."""
        assert self.curve is not None
        columns = zip(self.curve.rates.tolist(), self.curve.losses.tolist(), self.curve.smoothed.tolist(), strict=True)
        return named_rows(("learning_rate", "loss", "smoothed"), columns)
