"""Curves of scores in the unit square: ROC, precision against recall, reliability, scores by threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.key import BROKEN
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number

MARGIN = 0.02
"""How far the axes go beyond 0 and 1."""
KEY_SHARE = 0.25
"""The most of the height that the names above the plot take; how many have no room there is said."""
READ = 16
"""Curves that are read off at the pointer, at most."""
STROKES = ("s", "dashed", "dotted")
"""How a curve is marked in the key: a square for whole lines; where hues repeat, lines are broken."""


@dataclass(frozen=True, eq=False)
class UnitCurve:
    """A named curve through n points (x, y), both from 0 to 1; ``dots`` marks each of them."""

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    dots: bool = False

    def at(self, x: float) -> float:
        """The height of the curve at a place."""
        return float(np.interp(x, self.x, self.y))


class ScoreCurves(PlotView):
    """Curves with titled axes from 0 to 1, over a dashed diagonal and beside a dashed mark where there is one."""

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        axes: tuple[str, str],
        empty: str,
        *,
        diagonal: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self.curves: tuple[UnitCurve, ...] = ()
        self.mark: float | None = None
        self._title, self._diagonal = title, diagonal
        across, up = axes
        self.add_panel(bottom=across, left=up)
        self.panel.painted(self._paint)
        self._key = self.add_key(self.panel)

    def set_curves(self, curves: Sequence[UnitCurve], mark: float | None = None) -> None:
        """Show curves, and a dashed line that stands at ``mark``; no curves show the empty text."""
        self.curves, self.mark = tuple(curves), mark
        names = ", ".join(curve.name for curve in self.curves)
        self.describe(f"{self._title} of {names}" if curves else self.empty_text)
        self.redraw()

    def is_empty(self) -> bool:
        """Return whether there are no curves."""
        return not self.curves

    def draw(self) -> None:
        """Name the curves, and show all of the unit square."""
        named = [(curve.name, self.theme.run(at), self._stroke(at)) for at, curve in enumerate(self.curves)]
        self._key.most_rows = max(1, self._key.rows_within(KEY_SHARE * self.height()))
        self._key.set_entries(self.theme, named)
        whole = AxisRange(-MARGIN, 1 + MARGIN)
        self.panel.set_extent(whole, whole)

    def resized(self) -> None:
        """Name as many curves as have room now."""
        self.draw_later()

    def _stroke(self, at: int) -> str:
        return STROKES[at // len(self.theme.runs) % len(STROKES)]

    def _paint(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.strong_border, 1, Qt.PenStyle.DashLine))
        for line in self._guides(axes):
            painter.drawLine(line)
        for at, curve in enumerate(self.curves):
            painter.setPen(QPen(self.theme.run(at), 2, BROKEN.get(self._stroke(at), Qt.PenStyle.SolidLine)))
            places = axes.map(curve.x, curve.y)
            draw_line(painter, places)
            if curve.dots:
                painter.setBrush(self.theme.run(at))
                for place in places.tolist():
                    painter.drawEllipse(QPointF(*place), 3, 3)
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _guides(self, axes: Axes) -> Iterator[QLineF]:
        """The diagonal and the mark, as far as there are such."""
        if self._diagonal:
            yield QLineF(axes.to_x(0), axes.to_y(0), axes.to_x(1), axes.to_y(1))
        if self.mark is not None:
            yield QLineF(axes.to_x(self.mark), axes.to_y(0), axes.to_x(self.mark), axes.to_y(1))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the heights of all curves at a place."""
        across = min(max(x, 0.0), 1.0)
        heights = [f"{curve.name}: {number(curve.at(across), 3)}" for curve in self.curves[:READ]]
        more = [f"and {len(self.curves) - READ} more"] if len(self.curves) > READ else []
        return "\n".join([f"{panel.sides['bottom'].title} {number(across, 3)}", *heights, *more])

    def table(self) -> Sequence[Row]:
        """Return every point as (curve, x, y)."""
        titles = (self.panel.sides["bottom"].title, self.panel.sides["left"].title)
        points = (
            (curve.name, float(x), float(y)) for curve in self.curves for x, y in zip(curve.x, curve.y, strict=True)
        )
        return named_rows(("curve", *titles), points)
