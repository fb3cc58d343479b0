"""How large the gradient is at each time step, on a logarithmic axis; beside it that of all weights, with clipping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, draw_line, y_margin
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, log_ticks, number, padded

MOST_DECADES = 40.0
"""Powers of ten that the axis spans, at most: what is smaller still is nothing to a 32-bit number."""


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, eq=False)
class GradientCurve:
    """The gradient's ``sizes`` (time,) at the steps of one layer, and its ``total`` over all weights.

    ``clip`` is the threshold above which the total is scaled down, 0 where there is none.
    """

    label: str
    sizes: NDArray[np.float64]
    total: float
    clip: float

    @property
    def clipped(self) -> float:
        """What clipping leaves of the total."""
        return min(self.total, self.clip) if self.clip else self.total


class GradientPlot(PaintedView):
    """Curves over the time steps at the left, the totals at the right, on one axis.

    `told` carries in words what stands at the cursor, which the pointer and the left and right keys move.
    """

    told = Signal(str)

    def __init__(self, source: ThemeSource, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, "Size of the gradient at each time step", empty, parent)
        self.curves: tuple[GradientCurve, ...] = ()
        self.step: int | None = None

    def set_curves(self, curves: Sequence[GradientCurve]) -> None:
        """Show curves; none show the empty text."""
        self.curves = tuple(curves)
        self._go(self.step)
        names = ", ".join(curve.label for curve in curves)
        self.describe(f"Gradient sizes of {names} over {self.steps} time steps" if curves else self.empty_text)
        self.update()

    @property
    def steps(self) -> int:
        """Steps of the longest curve."""
        return max((len(curve.sizes) for curve in self.curves), default=0)

    def is_empty(self) -> bool:
        """Return whether there are no curves."""
        return self.steps == 0

    def minimumSizeHint(self) -> QSize:
        """Room for the axis and some steps."""
        return QSize(self.theme.px(320), self.theme.px(130))

    # Where things are

    def _powers(self) -> AxisRange:
        """The exponents of ten that are in sight."""
        told = [curve.sizes for curve in self.curves]
        told += [np.array([curve.total, curve.clipped, curve.clip or curve.total]) for curve in self.curves]
        values = np.concatenate(told)
        values = values[np.isfinite(values) & (values > 0)]
        if not values.size:
            return AxisRange(-1.0, 1.0)
        high = math.log10(float(values.max()))
        low = max(math.log10(float(values.min())), high - MOST_DECADES)
        return AxisRange(*padded(min(low, high - 1), high, 0.05))

    def _ticks(self, powers: AxisRange, height: float) -> list[float]:
        wanted = max(2, int(height / self.theme.px(34)))
        if powers.span < 3:
            return log_ticks(powers.low, powers.high, wanted)
        every = math.ceil(powers.span / wanted)
        first = math.ceil(powers.low / every) * every
        return [float(power) for power in range(first, math.floor(powers.high) + 1, every)]

    def axes(self) -> Axes:
        """Where steps and exponents of ten stand."""
        powers = self._powers()
        line = QFontMetricsF(self.theme.font(small=True)).height()
        whole = QRectF(self.rect()).adjusted(0, line + 12, -self.theme.px(132), -(line + 12))
        texts = [power_text(tick) for tick in self._ticks(powers, whole.height())]
        whole.setLeft(y_margin(self.theme, texts) + 8)
        return Axes(whole, AxisRange(0.5, max(self.steps, 1) + 0.5), powers)

    def _totals(self, axes: Axes) -> QRectF:
        left = axes.area.right() + self.theme.px(28)
        return QRectF(left, axes.area.top(), self.width() - left - 12, axes.area.height())

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint both sides on one axis."""
        axes = self.axes()
        x_ticks = linear_ticks(1, max(self.steps, 2), max(2, int(axes.area.width() / 70)))
        whole = [tick for tick in x_ticks if tick == round(tick) and 1 <= tick <= self.steps]
        draw_frame(painter, self.theme, axes, whole, self._ticks(axes.y, axes.area.height()), y_text=power_text)
        self._paint_headings(painter, axes)
        painter.save()
        painter.setClipRect(axes.area.adjusted(-2, -2, 2, 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, curve in enumerate(self.curves):
            painter.setPen(QPen(self.theme.run(index), 2))
            draw_line(painter, axes.map(np.arange(1, len(curve.sizes) + 1, dtype=np.float64), powers_of(curve.sizes)))
        if self.step is not None:
            painter.setPen(QPen(self.theme.strong_border, 1))
            x = axes.to_x(self.step)
            painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()))
        painter.restore()
        self._paint_labels(painter, axes)
        self._paint_totals(painter, axes)

    def _paint_headings(self, painter: QPainter, axes: Axes) -> None:
        metrics = QFontMetricsF(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        painter.drawText(QPointF(12, metrics.ascent() + 4), "size of the gradient of the loss at each step")
        start = self._totals(axes).left() - 40
        right = QRectF(start, 4, self.width() - start - 6, metrics.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignRight, "all weights")
        below = axes.area.bottom() + metrics.ascent() + 6
        painter.drawText(QPointF(12, below), "step")

    def _paint_labels(self, painter: QPainter, axes: Axes) -> None:
        """Names of the curves, one below the other where there is most room: above the early steps or below them."""
        metrics = QFontMetricsF(self.theme.font(bold=True))
        painter.setFont(self.theme.font(bold=True))
        for index, curve in enumerate(self.curves):
            width = metrics.horizontalAdvance(curve.label)
            top = axes.area.top() + 6 + index * metrics.height()
            place = QRectF(axes.area.left() + 10, top, width, metrics.height())
            painter.fillRect(place.adjusted(-4, 0, 4, 0), self.theme.surface)
            painter.setPen(self.theme.run(index))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, curve.label)

    def _paint_totals(self, painter: QPainter, axes: Axes) -> None:
        """For each run a ring for the total, and where it is clipped an arrow down to what is left."""
        place = self._totals(axes)
        slot = place.width() / max(len(self.curves), 1)
        for clip in {curve.clip for curve in self.curves} - {0.0}:
            self._paint_threshold(painter, axes.to_y(math.log10(clip)), place, clip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, curve in enumerate(self.curves):
            middle = place.left() + (index + 0.5) * slot
            if not (math.isfinite(curve.total) and curve.total > 0):
                continue
            top, end = (axes.to_y(math.log10(value)) for value in (curve.total, curve.clipped))
            painter.setPen(QPen(self.theme.run(index), 2))
            if end - top > 6:
                painter.drawLine(QPointF(middle, top + 5), QPointF(middle, end - 5))
            painter.setBrush(self.theme.surface if curve.clipped < curve.total else self.theme.run(index))
            painter.drawEllipse(QPointF(middle, top), 5, 5)
            if curve.clipped < curve.total:
                painter.setBrush(self.theme.run(index))
                painter.drawEllipse(QPointF(middle, end), 5, 5)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_threshold(self, painter: QPainter, y: float, place: QRectF, clip: float) -> None:
        painter.setPen(QPen(self.theme.warning, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(place.left(), y, place.right(), y))
        painter.setFont(self.theme.font(small=True))
        height = QFontMetricsF(painter.font()).height()
        top = y - height - 1 if y - height > place.top() + 4 else y + 7
        beside = QRectF(place.left() - 24, top, place.width() + 24, height)
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight, f"clip at {number(clip, 2)}")

    # Hands

    def sentence_at(self, at: QPointF) -> str:
        """Return the sizes at the step under the pointer, or the totals."""
        axes = self.axes()
        if axes.area.adjusted(-4, -4, 4, 4).contains(at):
            self._go(round(axes.from_x(at.x())))
            return self.words_of(self.step or 1)
        if self._totals(axes).contains(at):
            return "\n".join(f"{curve.label}: {totals_of(curve)}" for curve in self.curves)
        return ""

    def words_of(self, step: int) -> str:
        """The sizes of all curves at a step, from 1 on."""
        told = [f"{one.label} {number(float(one.sizes[step - 1]), 3)}" for one in self.curves if step <= len(one.sizes)]
        return "  ·  ".join([f"Step {step:,}", *told])

    def _go(self, step: int | None) -> None:
        """Move the cursor to a step, or take it away."""
        self.step = None if step is None or self.is_empty() else min(max(step, 1), self.steps)
        self.told.emit("" if self.step is None else self.words_of(self.step))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the cursor where one clicks."""
        self.sentence_at(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor."""
        now = self.step or 1
        moves = {Qt.Key.Key_Left: now - 1, Qt.Key.Key_Right: now + 1, Qt.Key.Key_Home: 1, Qt.Key.Key_End: self.steps}
        key = Qt.Key(event.key())
        if key in moves and not self.is_empty():
            self._go(moves[key] if self.step is not None else (self.steps if key == Qt.Key.Key_End else 1))
        elif key == Qt.Key.Key_Escape:
            self._go(None)
        else:
            super().keyPressEvent(event)


def powers_of(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponents of ten; what is 0 has none and is left out."""
    return np.log10(np.where(sizes > 0, sizes, np.nan))


def power_text(power: float) -> str:
    """A value on the logarithmic axis, given its exponent of ten."""
    if power == round(power) and abs(power) > 3:
        return "10" + str(round(power)).translate(SUPERSCRIPTS)
    return number(10.0**power, 3)


def totals_of(curve: GradientCurve) -> str:
    """What clipping does to the gradient of all weights, in words."""
    total = f"all weights {number(curve.total, 3)}"
    if not curve.clip:
        return f"{total}, no clipping"
    if curve.clipped < curve.total:
        return f"{total}, clipped to {number(curve.clip, 3)}"
    return f"{total}, below the clip of {number(curve.clip, 3)}"
