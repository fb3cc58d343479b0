"""How curves are painted into a panel from their min-max pyramids: a few points for each column of pixels.

Train is a thin line, validation a bold one, in one hue per run. With smoothing on, the values themselves lie faint
behind their average. Long lines are painted one pixel wide, because wider pens cost a hundred times as much (0.08
against 9 ms for 860 points); bold is then several such lines side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.theme import Theme, blend
from widgets.plots.axes import Axes, draw_line
from widgets.plots.curve import Curve
from widgets.plots.panel import Panel

COLUMNS = 900
"""From this many points on a line is a row of pixel columns rather than a line."""

LONG = 64
"""From this many points on a line is painted with pens one pixel wide."""

MAX_LABEL = 180.0
NARROW = 260
"""Plots narrower than this have no names beside the ends of curves."""


def paint_curves(
    painter: QPainter, theme: Theme, axes: Axes, curves: Sequence[Curve], *, log: bool, smooth: bool
) -> None:
    """Paint curves, the bold ones last, from a few points for each of the columns in view."""
    if smooth:
        for curve in curves:
            faint = blend(theme.run(curve.run), theme.surface, 0.28)
            _stroke(painter, faint, _points(curve, axes, log, smooth=False), bold=False)
    for curve in sorted(curves, key=lambda curve: curve.part == "validation"):
        points = _points(curve, axes, log, smooth)
        averaged = smooth and curve.part == "train"
        if averaged and len(points) > axes.area.width():
            points = (points[0::2] + points[1::2]) / 2
        _stroke(painter, hue(theme, curve), points, bold=curve.part == "validation", scale=theme.scale)


def hue(theme: Theme, curve: Curve) -> QColor:
    """Return the colour of a curve: that of its run, and a quiet one of what is only there to be compared with."""
    return theme.faint if curve.run < 0 else theme.run(curve.run)


def _points(curve: Curve, axes: Axes, log: bool, smooth: bool) -> NDArray[np.float64]:
    x, y = curve.columns(axes.x, max(int(axes.area.width()), 1), smooth=smooth)
    if log:
        positive = np.where(y > 0, y, np.nan)
        y = np.log10(positive)
    points = axes.map(x, y)
    # Far outside the clip the rasteriser only loses time and, beyond 2^15, precision.
    np.clip(points, -20000.0, 20000.0, out=points)
    return points


def _stroke(painter: QPainter, color: QColor, points: NDArray[np.float64], *, bold: bool, scale: float = 1.0) -> None:
    width = (2.2 if bold else 1.3) * scale
    # Smooth edges are cheap along a line and dear on full-height columns, where nobody would see them.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(points) < COLUMNS)
    painter.setBrush(color)
    if len(points) < LONG:
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        draw_line(painter, points)
    else:
        painter.setPen(QPen(color, 1))
        more = width - 1
        for offset in ((0.0, 0.0), (more, 0.0), (0.0, more)) if more >= 0.5 else ((0.0, 0.0),):
            draw_line(painter, points + offset)
    painter.setBrush(Qt.BrushStyle.NoBrush)


class EndLabels(pg.GraphicsWidget):
    """Each curve's name beside its end, moved apart where ends are close; what has no room is left out."""

    def __init__(self, panel: Panel, ends: Callable[[], Sequence[tuple[Curve, float]]]) -> None:
        super().__init__()
        self._panel, self._ends = panel, ends
        self._named: tuple[Theme, tuple[str, ...], float] | None = None
        self._theme: Theme | None = None
        self._metrics = {bold: QFontMetricsF(self.font()) for bold in (False, True)}
        panel.sigRangeChanged.connect(lambda *_: self.update())

    def name(self, theme: Theme, curves: Sequence[Curve], room: float) -> None:
        """Take the width that the names of curves need in a plot ``room`` pixels wide."""
        self.update()
        named = theme, tuple(curve.label for curve in curves), room
        if named == self._named:
            return
        self._named, self._theme = named, theme
        self._metrics = {bold: QFontMetricsF(theme.font(small=True, bold=bold)) for bold in (False, True)}
        widest = max((self._metrics[True].horizontalAdvance(curve.label) for curve in curves), default=0.0)
        self._set_width(min(widest, MAX_LABEL) + 10 if room > NARROW else 0.0)

    def _set_width(self, width: float) -> None:
        if width != self.maximumWidth():
            self.setMinimumWidth(width)
            self.setMaximumWidth(width)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the names that there is room for."""
        if self._theme is None or self.size().width() < 1:
            return
        axes, height = self._panel.axes(), self._metrics[False].height()
        top, bottom = axes.area.top(), axes.area.bottom()
        finite = ((curve, value) for curve, value in self._ends() if np.isfinite(value))
        ends = [(min(max(axes.to_y(value), top), bottom), curve) for curve, value in finite]
        ends = sorted(ends, key=lambda end: end[0])[: int(axes.area.height() / height)]
        rows = spread([row for row, _ in ends], height, top, bottom)
        for (_, curve), row in zip(ends, rows, strict=True):
            bold = curve.part == "validation"
            metrics = self._metrics[bold]
            painter.setFont(self._theme.font(small=True, bold=bold))
            painter.setPen(hue(self._theme, curve))
            text = metrics.elidedText(curve.label, Qt.TextElideMode.ElideRight, self.size().width() - 6)
            painter.drawText(QPointF(8, row + metrics.ascent() / 2 - 1), text)

    def boundingRect(self) -> QRectF:
        # Names at the very top and bottom reach a little beyond the panel.
        return self.rect().adjusted(0, -8, 0, 8)


def spread(rows: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move sorted rows apart until they are at least `gap` from each other, within `[low, high]` where they fit."""
    placed = list(rows)
    for index in range(1, len(placed)):
        placed[index] = max(placed[index], placed[index - 1] + gap)
    if placed and placed[-1] > high:
        placed[-1] = high
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - gap)
    return [max(row, low) for row in placed]
