"""How curves are painted: the same strokes on the screen and in exports.

Train is a thin line, validation a bold one, in one hue per run. With smoothing on, the values themselves lie faint
behind their average. Long lines are painted one pixel wide, because wider pens cost a hundred times as much (0.08
against 9 ms for 860 points); bold is then several such lines side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.look.theme import Theme, blend
from widgets.plots.axes import Axes, AxisRange, draw_frame, draw_line, y_margin
from widgets.plots.curve import Curve
from widgets.plots.ticks import linear_ticks, log_ticks, number

COLUMNS = 900
"""From this many points on a line is a row of pixel columns rather than a line."""

LONG = 64
"""From this many points on a line is painted with pens one pixel wide."""

MAX_LABEL = 180.0


@dataclass(frozen=True)
class Scene:
    """What to paint: the curves, the part of the plane in view, and how."""

    curves: list[Curve]
    x: AxisRange
    y: AxisRange
    log: bool
    smooth: bool


def paint_scene(painter: QPainter, theme: Theme, area: QRectF, scene: Scene) -> Axes:
    """Paint `scene` into `area` and return the axes it was painted with."""
    metrics = QFontMetricsF(theme.font(small=True, bold=True))
    y_wanted = max(2, int(area.height() / (metrics.height() * 2.6)))
    y_ticks = (log_ticks if scene.log else linear_ticks)(scene.y.low, scene.y.high, y_wanted)
    y_text = _log_number if scene.log else number
    left = y_margin(theme, [y_text(tick) for tick in y_ticks])
    labels = [curve.label for curve in scene.curves]
    right = min(max(metrics.horizontalAdvance(label) for label in labels), MAX_LABEL) + 14
    right = right if area.width() > 260 else 12
    inner = area.adjusted(left, metrics.height() / 2 + 4, -right, -(metrics.height() + 10))
    axes = Axes(inner, scene.x, scene.y)
    x_ticks = linear_ticks(scene.x.low, scene.x.high, max(2, int(inner.width() / 90)))
    whole: Callable[[float], str] = lambda value: number(value, 9)  # noqa: E731
    draw_frame(painter, theme, axes, x_ticks, y_ticks, y_text=y_text, x_text=whole)
    painter.save()
    painter.setClipRect(inner.adjusted(-1, -1, 2, 1))
    _paint_curves(painter, theme, axes, scene)
    painter.restore()
    if right > 12:
        _paint_labels(painter, theme, axes, scene, right - 12)
    return axes


def _log_number(exponent: float) -> str:
    return number(10.0**exponent, 3)


def _points(curve: Curve, axes: Axes, log: bool, smooth: bool) -> NDArray[np.float64]:
    x, y = curve.columns(axes.x, max(int(axes.area.width()), 1), smooth=smooth)
    if log:
        positive = np.where(y > 0, y, np.nan)
        y = np.log10(positive)
    points = axes.map(x, y)
    # Far outside the clip the rasteriser only loses time and, beyond 2^15, precision.
    np.clip(points, -20000.0, 20000.0, out=points)
    return points


def _paint_curves(painter: QPainter, theme: Theme, axes: Axes, scene: Scene) -> None:
    if scene.smooth:
        for curve in scene.curves:
            faint = blend(theme.run(curve.run), theme.surface, 0.28)
            _stroke(painter, faint, _points(curve, axes, scene.log, smooth=False), bold=False)
    for curve in sorted(scene.curves, key=lambda curve: curve.part == "validation"):
        points = _points(curve, axes, scene.log, scene.smooth)
        averaged = scene.smooth and curve.part == "train"
        if averaged and len(points) > axes.area.width():
            points = (points[0::2] + points[1::2]) / 2
        _stroke(painter, theme.run(curve.run), points, bold=curve.part == "validation", scale=theme.scale)


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


def _paint_labels(painter: QPainter, theme: Theme, axes: Axes, scene: Scene, width: float) -> None:
    """Write each curve's name beside its end, moved apart where ends are close; what has no room is left out."""
    metrics = QFontMetricsF(theme.font(small=True))
    height = metrics.height()
    ends = []
    for curve in scene.curves:
        end = curve.value_at(axes.x.high, smooth=scene.smooth)
        if end is None or not np.isfinite(end[1]) or (scene.log and end[1] <= 0):
            continue
        row = axes.to_y(np.log10(end[1]) if scene.log else end[1])
        ends.append((min(max(row, axes.area.top()), axes.area.bottom()), curve))
    ends.sort(key=lambda end: end[0])
    ends = ends[: int(axes.area.height() / height)]
    rows = spread([row for row, _ in ends], height, axes.area.top(), axes.area.bottom())
    for (_, curve), row in zip(ends, rows, strict=True):
        painter.setFont(theme.font(small=True, bold=curve.part == "validation"))
        painter.setPen(theme.run(curve.run))
        text = QFontMetricsF(painter.font()).elidedText(curve.label, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QPointF(axes.area.right() + 8, row + metrics.ascent() / 2 - 1), text)


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


def paint_crosshair(
    painter: QPainter,
    theme: Theme,
    axes: Axes,
    step: float,
    readings: list[tuple[Curve, float, float]],
    bounds: QRect,
) -> None:
    """Draw a line at `step` and a small table of what every curve reads there."""
    column = round(axes.to_x(step)) + 0.5
    painter.setPen(QPen(theme.faint, 1))
    painter.drawLine(QPointF(column, axes.area.top()), QPointF(column, axes.area.bottom()))
    metrics = QFontMetricsF(theme.font(small=True, bold=True))
    nearest = min((at for _, at, _ in readings), key=lambda at: abs(at - step), default=step)
    rows = [(f"step {number(nearest, 9)}", "", theme.faint)]
    rows += [(curve.label, number(value), theme.run(curve.run)) for curve, _, value in readings]
    names = max(metrics.horizontalAdvance(name) for name, _, _ in rows)
    values = max(metrics.horizontalAdvance(value) for _, value, _ in rows)
    box = QRectF(0, 0, names + values + 32, metrics.height() * len(rows) + 12)
    box.moveTop(axes.area.top() + 4)
    box.moveLeft(column + 10 if column + 10 + box.width() < bounds.right() else column - 10 - box.width())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.strong_border, 1))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(box, 6, 6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = box.adjusted(10, 6, -10, 0)
    line.setHeight(metrics.height())
    for index, (name, value, color) in enumerate(rows):
        painter.setFont(theme.font(small=True, bold=index > 0 and readings[index - 1][0].part == "validation"))
        painter.setPen(color)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(theme.text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        line.translate(0, metrics.height())
