"""A time series and what a network forecasts of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, draw_line, y_margin
from widgets.plots.curve import Curve
from widgets.plots.curve_painting import spread
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number, padded


class SeriesPlot(PaintedView):
    """The truth as a quiet line, forecasts over it in the accent's hues, each with its name at its end."""

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "Train, then test, to see the forecast beside the truth.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._lines: list[Curve] = []
        self._axes: Axes | None = None

    def set_series(self, truth: tuple[ArrayLike, ArrayLike], forecasts: dict[str, tuple[ArrayLike, ArrayLike]]) -> None:
        """Show (steps, values) of the truth and of each named forecast; values that are not finite leave gaps."""
        self._lines = []
        for index, (name, (steps, values)) in enumerate([("truth", truth), *forecasts.items()]):
            line = Curve(name, index - 1, "train", 0.0)
            line.append(steps, values)
            self._lines.append(line)
        self._lines = [line for line in self._lines if len(line)]
        self.describe(", ".join(f"{line.label}: {len(line)} points" for line in self._lines))
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is no line."""
        return not self._lines

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint axes, lines and names."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        x = AxisRange(min(line.steps[0] for line in self._lines), max(line.steps[-1] for line in self._lines) + 1e-9)
        extents = [extent for line in self._lines if (extent := line.shown(False).extent(0, len(line)))]
        low = min((extent[0] for extent in extents), default=0.0)
        high = max((extent[1] for extent in extents), default=1.0)
        y = AxisRange(*padded(low, high))
        ticks = linear_ticks(y.low, y.high, max(2, int(area.height() / 44)))
        margin = y_margin(self.theme, [number(tick) for tick in ticks])
        names = max(metrics.horizontalAdvance(line.label) for line in self._lines) + 16
        inner = area.adjusted(margin, 8, -names, -(metrics.height() + 10))
        axes = self._axes = Axes(inner, x, y)
        draw_frame(painter, self.theme, axes, linear_ticks(x.low, x.high, max(2, int(inner.width() / 80))), ticks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines:
            painter.setPen(QPen(self._color(line), 1))
            draw_line(painter, axes.map(*line.columns(x, int(inner.width()), smooth=False)))
        self._paint_names(painter, axes, metrics)

    def _color(self, line: Curve) -> QColor:
        return self.theme.faint if line.run < 0 else self.theme.run(line.run)

    def _paint_names(self, painter: QPainter, axes: Axes, metrics: QFontMetricsF) -> None:
        ends = []
        for line in self._lines:
            last = line.values[np.isfinite(line.values)]
            ends.append((axes.to_y(float(last[-1])) if len(last) else axes.area.bottom(), line))
        ends.sort(key=lambda end: end[0])
        rows = spread([row for row, _ in ends], metrics.height(), axes.area.top(), axes.area.bottom())
        for (_, line), row in zip(ends, rows, strict=True):
            painter.setPen(self._color(line))
            painter.drawText(QPointF(axes.area.right() + 8, row + metrics.ascent() / 2 - 1), line.label)

    def sentence_at(self, at: QPointF) -> str:
        """Return what every line reads at the pointer."""
        if self._axes is None or not self._axes.area.contains(at):
            return ""
        step = self._axes.from_x(at.x())
        points = [(line.label, line.value_at(step, smooth=False)) for line in self._lines]
        return "\n".join(f"{label} {number(point[1])}" for label, point in points if point)
