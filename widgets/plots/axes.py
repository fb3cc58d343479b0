"""The frame of a plot: which values stand where, and the quiet grid and numbers around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from widgets.look.theme import Theme
from widgets.plots.pyramid import Floats
from widgets.plots.ticks import number


@dataclass(frozen=True)
class AxisRange:
    """An interval of an axis, `low` < `high`, in the axis's own measure (exponents of ten on a log axis)."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """The length of the interval."""
        return self.high - self.low

    def zoomed(self, centre: float, factor: float) -> AxisRange:
        """Return the interval made `factor` times as long with `centre` staying where it is."""
        return AxisRange(centre - (centre - self.low) * factor, centre + (self.high - centre) * factor)

    def moved(self, by: float) -> AxisRange:
        """Return the interval moved by `by`."""
        return AxisRange(self.low + by, self.high + by)


@dataclass(frozen=True)
class Axes:
    """Maps values to pixels within `area`; y grows upwards."""

    area: QRectF
    x: AxisRange
    y: AxisRange

    def to_x(self, value: float) -> float:
        """Return the pixel column of a value of x."""
        return self.area.left() + (value - self.x.low) / self.x.span * self.area.width()

    def to_y(self, value: float) -> float:
        """Return the pixel row of a value of y."""
        return self.area.bottom() - (value - self.y.low) / self.y.span * self.area.height()

    def from_x(self, pixel: float) -> float:
        """Return the value of x at a pixel column."""
        return self.x.low + (pixel - self.area.left()) / self.area.width() * self.x.span

    def from_y(self, pixel: float) -> float:
        """Return the value of y at a pixel row."""
        return self.y.low + (self.area.bottom() - pixel) / self.area.height() * self.y.span

    def map(self, x: Floats, y: Floats) -> NDArray[np.float64]:
        """Return the pixels of N points, shape (N, 2)."""
        points = np.empty((len(x), 2))
        points[:, 0] = self.area.left() + (x - self.x.low) * (self.area.width() / self.x.span)
        points[:, 1] = self.area.bottom() - (y - self.y.low) * (self.area.height() / self.y.span)
        return points


_memory: Any = VoidPtr  # its stub knows only one of its signatures


def polygon(points: NDArray[np.float64]) -> QPolygonF:
    """Return N points, shape (N, 2), as a Qt polygon without making N Python objects."""
    result = QPolygonF()
    if len(points):
        result.resize(len(points))
        memory: Any = _memory(result.data(), points.size * 8, True)
        np.frombuffer(memory, dtype=np.float64)[:] = points.ravel()
    return result


def draw_line(painter: QPainter, points: NDArray[np.float64]) -> None:
    """Draw a line through N points, shape (N, 2), broken where a coordinate is NaN; a lone point becomes a dot."""
    gaps = np.flatnonzero(np.isnan(points[:, 1]))
    start = 0
    for stop in [*gaps.tolist(), len(points)]:
        if stop - start > 1:
            painter.drawPolyline(polygon(points[start:stop]))
        elif stop - start == 1:
            painter.drawEllipse(QPointF(*points[start]), 1.5, 1.5)
        start = stop + 1


def draw_frame(
    painter: QPainter,
    theme: Theme,
    axes: Axes,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    *,
    y_text: Callable[[float], str] = number,
    x_text: Callable[[float], str] = number,
) -> None:
    """Draw faint lines across at the y ticks, and the numbers of both axes outside the area."""
    font = theme.font(small=True)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    area = axes.area
    painter.setPen(QPen(theme.border, 1))
    rows = [round(axes.to_y(tick)) + 0.5 for tick in y_ticks]
    painter.drawLines([QLineF(area.left(), row, area.right(), row) for row in rows])
    painter.setPen(theme.faint)
    half = metrics.height() / 2
    for tick, row in zip(y_ticks, rows, strict=True):
        box = QRectF(area.left() - 104, row - half, 98, 2 * half)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, y_text(tick))
    taken = -1e9
    for tick in x_ticks:
        text = x_text(tick)
        width = metrics.horizontalAdvance(text)
        left = min(max(axes.to_x(tick) - width / 2, 2.0), area.right() + 24 - width)
        if left > taken:
            painter.drawText(QPointF(left, area.bottom() + metrics.ascent() + 6), text)
            taken = left + width + 12


def y_margin(theme: Theme, texts: Sequence[str]) -> float:
    """Return the width that the numbers of a y axis need to the left of the area."""
    metrics = QFontMetricsF(theme.font(small=True))
    return max((metrics.horizontalAdvance(text) for text in texts), default=0.0) + 12


def draw_empty(painter: QPainter, theme: Theme, area: QRectF, text: str) -> None:
    """Write the text of an empty plot or view in the middle of `area`."""
    painter.setFont(theme.font())
    painter.setPen(theme.faint)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(16, 8, -16, -8), int(flags), text)
