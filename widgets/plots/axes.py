"""Which values stand at which pixels, and lines through many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from shiboken6 import VoidPtr

from widgets.look.theme import Theme
from widgets.plots.pyramid import Floats


@dataclass(frozen=True)
class AxisRange:
    """An interval of an axis, `low` < `high`, in the axis's own measure (exponents of ten on a log axis)."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """The length of the interval."""
        return self.high - self.low

    def moved_into(self, whole: AxisRange) -> AxisRange:
        """Return this interval moved into ``whole``, or to its middle if that is shorter."""
        if self.span >= whole.span:
            low = (whole.low + whole.high - self.span) / 2
        else:
            low = min(max(self.low, whole.low), whole.high - self.span)
        return AxisRange(low, low + self.span)


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


def draw_empty(painter: QPainter, theme: Theme, area: QRectF, text: str) -> None:
    """Write the text of an empty plot or view in the middle of `area`."""
    painter.setFont(theme.font())
    painter.setPen(theme.faint)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(16, 8, -16, -8), int(flags), text)
