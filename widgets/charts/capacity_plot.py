"""How much a Hopfield memory holds: the share of random states that come back, by how many are stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.system.number_format import format_percent
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number


class CapacityPlot(PlotView):
    """A curve that falls, with dashed lines at a theory's limit and at the load of the memory that is looked at."""

    def __init__(self, source: ThemeSource, limit: float, parent: QWidget | None = None) -> None:
        super().__init__(source, "How much it holds", "Random pictures are being stored and recalled…", parent)
        self.curve: NDArray[np.float64] = np.empty((0, 2))
        self.limit, self.here = limit, 0.0
        self.add_panel(bottom="stored pictures for each unit, P / N", left="share recalled")
        self.panel.painted(self._paint)

    def set_curve(self, curve: NDArray[np.float64]) -> None:
        """Show loads and shares, (n, 2)."""
        self.curve = curve
        self.describe(", ".join(f"{number(share, 2)} at {number(load, 2)}" for load, share in curve.tolist()))
        self.redraw()
        self.fit()

    def set_here(self, load: float) -> None:
        """Mark the load of a memory."""
        self.here = load
        self.redraw()

    def is_empty(self) -> bool:
        """Return whether nothing is known yet."""
        return not len(self.curve)

    def minimumSizeHint(self) -> QSize:
        """Room for the axes and the curve."""
        return QSize(self.theme.px(220), self.theme.px(130))

    def draw(self) -> None:
        """Show all of the curve."""
        self.panel.set_extent(AxisRange(0.0, max(float(self.curve[-1, 0]), self.here) * 1.02), AxisRange(-0.03, 1.05))

    def _paint(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._mark(painter, axes, self.here, f"these: {number(self.here, 2)}", 1)
        self._mark(painter, axes, self.limit, number(self.limit, 3), 0)
        points = axes.map(self.curve[:, 0], self.curve[:, 1])
        painter.setPen(QPen(self.theme.run(0), 2))
        draw_line(painter, points)
        painter.setPen(QPen(self.theme.run(0), 6 * self.theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for point in points:
            draw_line(painter, point[None])

    def _mark(self, painter: QPainter, axes: Axes, load: float, words: str, line: int) -> None:
        """A dashed line across the plot, named at its foot: the limit at its right, the other at its left."""
        place, x = axes.area, axes.to_x(load)
        painter.setPen(QPen(self.theme.warning if line == 0 else self.theme.faint, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, place.top(), x, place.bottom()))
        font = self.theme.font(small=True)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(words) + 2
        right = (line == 0 or x - 4 - width < place.left()) and x + 4 + width < place.right()
        left = x + 4 if right else x - 4 - width
        painter.setFont(font)
        painter.setPen(self.theme.text)
        row = QRectF(left, place.bottom() - (line + 1) * metrics.height() - 4, width, metrics.height())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, words)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the share at the nearest load."""
        load, share = self.curve[int(np.abs(self.curve[:, 0] - x).argmin())].tolist()
        return f"P / N = {number(load, 3)}: {format_percent(share)} recalled"

    def table(self) -> Sequence[Row]:
        """Return loads and shares."""
        return named_rows(("load", "share"), (tuple(row) for row in self.curve.tolist()))
