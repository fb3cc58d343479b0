"""Bars: counts of classes, and histograms of weights and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, y_margin
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number


class BarPlot(PaintedView):
    """Named bars side by side, such as samples per class; several series stand beside each other."""

    def __init__(
        self, source: ThemeSource, title: str, empty: str = "Nothing to count yet.", parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._names: list[str] = []
        self._series: dict[str, NDArray[np.float64]] = {}
        self._unit = self._caption = ""
        self._axes: Axes | None = None

    def set_bars(
        self, names: Sequence[str], series: Mapping[str, ArrayLike], unit: str = "", caption: str = ""
    ) -> None:
        """Show one group of bars per name; `series` maps a label to N heights, NaN where there is none.

        `caption` says what is counted by what. Raises `ValueError` if N differs.
        """
        self._unit, self._caption = unit and f" {unit}", caption
        values = {label: np.asarray(heights, dtype=np.float64) for label, heights in series.items()}
        if any(heights.shape != (len(names),) for heights in values.values()):
            raise ValueError(f"every series needs {len(names)} heights")
        self._names, self._series = list(names), values
        totals = (f"{label}: {number(float(heights.sum()), 9)}" for label, heights in values.items())
        self.describe(f"{len(names)} bars. " + ", ".join(totals))
        self.update()

    def is_empty(self) -> bool:
        """Return whether there are no bars."""
        return not self._names or not self._series

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint bars, names below, and the series' labels above where there are several."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        top = max(float(np.nanmax(heights)) for heights in self._series.values()) * 1.08 or 1.0
        ticks = linear_ticks(0, top, max(2, int(area.height() / 44)))
        margin = y_margin(self.theme, [number(tick) for tick in ticks])
        head = metrics.height() + 8 if len(self._series) > 1 or self._caption else 6
        inner = area.adjusted(margin, head, -12, -(metrics.height() + 10))
        axes = self._axes = Axes(inner, AxisRange(-0.5, len(self._names) - 0.5), AxisRange(0.0, top))
        draw_frame(painter, self.theme, axes, [], ticks)
        self._paint_bars(painter, axes)
        self._paint_names(painter, axes, metrics)
        if len(self._series) > 1:
            self._paint_key(painter, inner.left(), metrics)
        painter.setPen(self.theme.faint)
        line = QRectF(inner.left(), 4, inner.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._caption)

    def _paint_bars(self, painter: QPainter, axes: Axes) -> None:
        slot = axes.area.width() / len(self._names)
        width = max(1.0, min(slot * 0.72, self.theme.px(56)) / len(self._series))
        painter.setPen(Qt.PenStyle.NoPen)
        for place, heights in enumerate(self._series.values()):
            painter.setBrush(self.theme.run(place))
            for index, height in enumerate(heights):
                if np.isnan(height):
                    continue
                left = axes.to_x(index) + (place - len(self._series) / 2) * width
                top = axes.to_y(float(height))
                painter.drawRect(QRectF(left, top, max(width - 1, 1), axes.area.bottom() - top))

    def _paint_names(self, painter: QPainter, axes: Axes, metrics: QFontMetricsF) -> None:
        slot = axes.area.width() / len(self._names)
        widest = max(metrics.horizontalAdvance(name) for name in self._names)
        every = 1 if slot >= 28 else max(1, int(np.ceil((min(widest, 64) + 8) / slot)))
        painter.setPen(self.theme.faint)
        for index in range(0, len(self._names), every):
            room = slot * every - 4
            text = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, room)
            place = QRectF(axes.to_x(index) - room / 2, axes.area.bottom() + 4, room, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_key(self, painter: QPainter, left: float, metrics: QFontMetricsF) -> None:
        for place, label in enumerate(self._series):
            painter.fillRect(QRectF(left, 8, 8, 8), self.theme.run(place))
            painter.setPen(self.theme.text)
            painter.drawText(QPointF(left + 12, 4 + metrics.ascent()), label)
            left += metrics.horizontalAdvance(label) + 28

    def sentence_at(self, at: QPointF) -> str:
        """Return name and heights of the bar group under the pointer."""
        if self._axes is None or not self._axes.area.contains(at):
            return ""
        index = min(max(round(self._axes.from_x(at.x())), 0), len(self._names) - 1)
        at_hand = ((label, float(heights[index])) for label, heights in self._series.items())
        rows = (f"{label} {number(value, 9)}{self._unit}" for label, value in at_hand if not np.isnan(value))
        return f"{self._names[index]}: " + ", ".join(rows)


class Histogram(PaintedView):
    """One histogram of values, such as the weights of a layer."""

    def __init__(
        self, source: ThemeSource, title: str, empty: str = "No values yet.", parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._edges: NDArray[np.float64] = np.empty(0)
        self._counts: NDArray[np.float64] = np.empty(0)
        self._axes: Axes | None = None

    def set_values(self, values: ArrayLike, bins: int = 48) -> None:
        """Count finite values of any shape into `bins` bins."""
        flat = np.asarray(values, dtype=np.float64).ravel()
        flat = flat[np.isfinite(flat)]
        if not len(flat):
            self.set_counts(np.empty(0), np.empty(0))
            return
        counts, edges = np.histogram(flat, bins=bins)
        self.set_counts(edges, counts)

    def set_counts(self, edges: ArrayLike, counts: ArrayLike) -> None:
        """Show N counts between N + 1 edges, both of which may be empty."""
        self._edges = np.asarray(edges, dtype=np.float64)
        self._counts = np.asarray(counts, dtype=np.float64)
        if not self.is_empty():
            ends = f"{number(float(self._edges[0]))} to {number(float(self._edges[-1]))}"
            self.describe(f"{number(float(self._counts.sum()), 9)} values from {ends}")
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is nothing counted."""
        return len(self._counts) == 0

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the counts as bars that touch."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        top = float(self._counts.max()) * 1.06 or 1.0
        ticks = linear_ticks(0, top, max(2, int(area.height() / 44)))
        margin = y_margin(self.theme, [number(tick) for tick in ticks])
        low, high = float(self._edges[0]), float(self._edges[-1])
        spread = AxisRange(low, high) if high > low else AxisRange(low - 0.5, low + 0.5)
        inner = area.adjusted(margin, 8, -16, -(metrics.height() + 10))
        axes = self._axes = Axes(inner, spread, AxisRange(0.0, top))
        x_ticks = linear_ticks(spread.low, spread.high, max(2, int(inner.width() / 80)))
        draw_frame(painter, self.theme, axes, x_ticks, ticks)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.run(0))
        for index, count in enumerate(self._counts):
            left, right = axes.to_x(self._edges[index]), axes.to_x(self._edges[index + 1])
            head = axes.to_y(float(count))
            painter.drawRect(QRectF(left, head, max(right - left - 0.5, 0.5), inner.bottom() - head))

    def sentence_at(self, at: QPointF) -> str:
        """Return the count and the ends of the bin under the pointer."""
        if self._axes is None or not self._axes.area.contains(at):
            return ""
        index = int(np.searchsorted(self._edges, self._axes.from_x(at.x()), side="right")) - 1
        index = min(max(index, 0), len(self._counts) - 1)
        ends = f"{number(float(self._edges[index]))} to {number(float(self._edges[index + 1]))}"
        return f"{number(float(self._counts[index]), 9)} values from {ends}"
