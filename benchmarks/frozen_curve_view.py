"""A frozen copy of the painted curve view of before pyqtgraph: only the yardstick of `benchmarks.plots`.

It is what was measured then: the picture of all curves, axes, numbers and names, painted anew from the pyramid. Mouse
and keys are left out, since only repaints are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.look.theme import Theme, Themed, ThemeSource, blend
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.curve import Curve, Part
from widgets.plots.ticks import linear_ticks, log_ticks, number, padded


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


class FrozenCurveView(QWidget, Themed):
    """Curves over steps, painted into one picture."""

    def __init__(self, source: ThemeSource) -> None:
        super().__init__()
        self.follow(source)
        self.curves: dict[str, Curve] = {}
        self._smoothing = 0.0
        self._log = False
        self._picture: QPixmap | None = None

    def add_curve(self, curve_id: str, label: str, run: int, part: Part) -> None:
        """Add an empty curve, or give an existing one another label and hue."""
        known = self.curves.get(curve_id)
        if known is None:
            self.curves[curve_id] = Curve(label, run, part, self._smoothing)
        else:
            known.label, known.run, known.part = label, run, part

    def append(self, curve_id: str, steps: ArrayLike, values: ArrayLike) -> None:
        """Add N points to a curve. Raises `KeyError` for an unknown curve, `ValueError` for unequal lengths."""
        self.curves[curve_id].append(steps, values)

    def refresh(self) -> None:
        """Paint anew as soon as Qt does."""
        self._picture = None
        self.update()

    def set_smoothing(self, factor: float) -> None:
        """Average all curves with `factor`, 0 to 0.99."""
        self._smoothing = factor
        for curve in self.curves.values():
            curve.smooth(factor)

    def drawn(self) -> Iterator[Curve]:
        """Yield the curves that have points."""
        return (curve for curve in self.curves.values() if len(curve))

    def _full_x(self) -> AxisRange:
        first = min(float(curve.steps[0]) for curve in self.drawn())
        last = max(float(curve.steps[-1]) for curve in self.drawn())
        return AxisRange(first, last) if last > first else AxisRange(first - 1, first + 1)

    def _full_y(self, x: AxisRange) -> AxisRange:
        """Return a range that holds the averages and, but for rare spikes, the values behind them."""
        lows, highs = [], []
        for curve in self.drawn():
            start, stop = curve.window(x)
            _, low, high = curve.shown(smooth=True).buckets(start, stop, 256)
            usable = (low > 0) & ~np.isnan(high) if self._log else ~np.isnan(high)
            if usable.any():
                lows.append(float(low[usable].min()))
                highs.append(float(high[usable].max()))
        if not lows:
            return AxisRange(-1.0, 0.0) if self._log else AxisRange(0.0, 1.0)
        low_end, high_end = (np.log10(lows).min(), np.log10(highs).max()) if self._log else (min(lows), max(highs))
        return AxisRange(*padded(float(low_end), float(high_end)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit the picture of the curves, made anew if need be."""
        if self._picture is None:
            self._picture = self._make_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _make_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.theme.surface)
        painter = QPainter(picture)
        x = self._full_x()
        scene = Scene(list(self.drawn()), x, self._full_y(x), self._log, self._smoothing > 0)
        paint_scene(painter, self.theme, QRectF(self.rect()), scene)
        painter.end()
        return picture
