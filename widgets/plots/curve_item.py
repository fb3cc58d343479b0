"""How curves are painted into a panel from their min-max pyramids: a few points for each column of pixels.

Hue is the run. Train is a thin line in a lighter shade, validation a bold one in a deeper shade whose points are marked
while they are few, so that they differ for those who do not tell colours apart. With smoothing on, the values
themselves lie faint behind their average. Long lines are painted one pixel wide, because wider pens cost a hundred
times as much (0.08 against 9 ms for 860 points); bold is then several such lines side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.look.theme import Theme, blend, contrast
from widgets.plots.axes import Axes, draw_line
from widgets.plots.curve import Curve

COLUMNS = 900
"""From this many points on a line is a row of pixel columns rather than a line."""

LONG = 64
"""From this many points on a line is painted with pens one pixel wide."""

FEW = 60
"""Up to so many points of a validation curve are marked."""
LIGHTEST = {"light": 3.2, "dark": 3.8}
"""Contrast to the ground that the lighter shade of a training curve keeps: WCAG 2 asks for 3 of what is drawn."""
DEEPER = 0.72
"""Share of its hue in the shade of a validation curve; the rest is that of texts."""
THIN, BOLD = 1.2, 2.6
"""Width of the lines of train and validation, in pixels."""
DOT = 3.0
"""Radius of the marks on a validation curve, in pixels."""
CLEAR = 7
"""Pixels between the axis and the words beside the best epoch's line."""
OTHER_SHADE = 0.5
"""Share of its hue in the shade of a further loss of a run."""


@dataclass(frozen=True)
class Level:
    """A horizontal line at a value, such as a test score, in the hue of a run."""

    text: str
    value: float
    run: int


@dataclass(frozen=True)
class Best:
    """The best epoch of a run: the step of a curve that is marked, and in which words."""

    curve_id: str
    step: float
    text: str


def paint_curves(
    painter: QPainter,
    theme: Theme,
    axes: Axes,
    curves: Sequence[Curve],
    *,
    log: bool,
    smooth: bool,
    marked: bool = False,
) -> None:
    """Paint curves, the bold ones last, from a few points for each of the columns in view.

    ``marked`` says that the parts of a run are to be told apart by shade and marks.
    """
    if smooth:
        for curve in curves:
            faint = blend(hue(theme, curve), theme.surface, 0.28)
            _stroke(painter, faint, _points(curve, axes, log, smooth=False), bold=False)
    for curve in sorted(curves, key=lambda curve: curve.part == "validation"):
        points = _points(curve, axes, log, smooth)
        bold = curve.part == "validation"
        if smooth and not bold and len(points) > axes.area.width():
            points = (points[0::2] + points[1::2]) / 2
        color = shade_of(theme, curve, marked=marked)
        _stroke(painter, color, points, bold=bold, scale=theme.scale)
        if marked and bold and len(points) <= FEW:
            _mark(painter, color, points, DOT * theme.scale)


def hue(theme: Theme, curve: Curve) -> QColor:
    """Return the colour of a curve: that of its run, and a quiet one of what is only there to be compared with."""
    color = theme.faint if curve.run < 0 else theme.run(curve.run)
    return blend(color, theme.text, OTHER_SHADE) if curve.shade else color


def shade_of(theme: Theme, curve: Curve, *, marked: bool) -> QColor:
    """Return the colour of a curve's line: its hue, or where parts are told apart (``marked``) its part's shade."""
    color = hue(theme, curve)
    if not marked:
        return color
    return deeper(theme, color) if curve.part == "validation" else lighter(theme, color)


def lighter(theme: Theme, color: QColor) -> QColor:
    """Return the shade of a training curve: as near to the ground as it can still be told from it."""
    return QColor(_lightest(color.rgb(), theme.surface.rgb(), LIGHTEST[theme.name]))


@lru_cache(maxsize=64)
def _lightest(color: int, ground: int, least: float) -> QColor:
    over, under = QColor.fromRgb(color), QColor.fromRgb(ground)
    shades = (blend(over, under, share / 100) for share in range(40, 100, 2))
    return next((shade for shade in shades if contrast(shade, under) >= least), over)


def deeper(theme: Theme, color: QColor) -> QColor:
    """Return the shade of a validation curve, further from the ground than its hue."""
    return blend(color, theme.text, DEEPER)


def pen_of(theme: Theme, color: QColor, *, bold: bool) -> QPen:
    """Return the pen of a curve: a thin one for train, a bold one for validation."""
    width = (BOLD if bold else THIN) * theme.scale
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


def paint_levels(painter: QPainter, theme: Theme, axes: Axes, levels: Sequence[Level], *, log: bool) -> None:
    """Paint a dashed line across at each level in view."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for level in levels:
        value = measured(level.value, log)
        if value is not None and axes.y.low <= value <= axes.y.high:
            painter.setPen(QPen(theme.run(level.run), 1, Qt.PenStyle.DashLine))
            row = round(axes.to_y(value)) + 0.5
            painter.drawLine(QLineF(axes.area.left(), row, axes.area.right(), row))


def paint_best(
    painter: QPainter, theme: Theme, axes: Axes, points: Sequence[tuple[Best, int, tuple[float, float]]], *, log: bool
) -> None:
    """Ring the best epoch of each run; where there is one run, a line down to the axis and words say so too."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for best, run, (place, value) in points:
        high = measured(value, log)
        if high is None or not (axes.x.low <= place <= axes.x.high and axes.y.low <= high <= axes.y.high):
            continue
        at, color = QPointF(axes.to_x(place), axes.to_y(high)), theme.run(run)
        painter.setBrush(theme.surface)
        painter.setPen(QPen(color, 2 * theme.scale))
        painter.drawEllipse(at, 4.5 * theme.scale, 4.5 * theme.scale)
        if len(points) == 1:
            _write_best(painter, theme, axes.area, at, best.text)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _write_best(painter: QPainter, theme: Theme, area: QRectF, at: QPointF, text: str) -> None:
    """Write beside the foot of a dotted line, or at the top where the ring lies low, on the side with more room."""
    painter.setPen(QPen(theme.faint, 1, Qt.PenStyle.DotLine))
    low = at.y() > area.center().y()
    painter.drawLine(QLineF(at.x(), at.y() - 6 if low else at.y() + 6, at.x(), area.top() if low else area.bottom()))
    metrics = QFontMetricsF(theme.font(small=True))
    width, height = metrics.horizontalAdvance(text), metrics.height()
    place = place_of_best(area, at, width, height, CLEAR * theme.scale)
    if place is None:
        return
    painter.fillRect(place.adjusted(-1, 0, 1, 0), theme.surface)
    painter.setFont(theme.font(small=True))
    painter.setPen(theme.faint)
    painter.drawText(QPointF(place.left(), place.top() + metrics.ascent()), text)


def place_of_best(area: QRectF, at: QPointF, width: float, height: float, clear: float) -> QRectF | None:
    """Where words of this size stand beside the line through a ring at ``at``: at the top of ``area`` where the ring
    lies low, else ``clear`` pixels above the axis; None where there is no room. All in pixels.
    """
    left = at.x() + 5 if at.x() + 5 + width <= area.right() else at.x() - 5 - width
    top = area.top() if at.y() > area.center().y() else area.bottom() - height - clear
    return None if left < area.left() or height * 3 > area.height() else QRectF(left, top, width, height)


def measured(value: float, log: bool) -> float | None:
    """Return a value as the axis measures it, None where a logarithmic axis has no place for it."""
    if not np.isfinite(value) or (log and value <= 0):
        return None
    return float(np.log10(value)) if log else value


def _mark(painter: QPainter, color: QColor, points: NDArray[np.float64], radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for x, y in points[~np.isnan(points[:, 1])].tolist():
        painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


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
    width = (BOLD if bold else THIN) * scale
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
