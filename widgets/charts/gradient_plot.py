"""How large the gradient is at each time step, on a logarithmic axis; beside it that of all weights, with clipping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

MOST_DECADES = 40.0
"""Powers of ten that the axis spans, at most: what is smaller still is nothing to a 32-bit number."""


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


class GradientPlot(PlotView):
    """Curves over the time steps at the left, the totals at the right, on one axis.

    `hovered` carries in words what stands at the cursor, which the pointer and the left and right keys move.
    """

    hovered = Signal(str)

    def __init__(self, source: ThemeSource, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, "Size of the gradient at each time step", empty, parent)
        self.curves: tuple[GradientCurve, ...] = ()
        self.step: int | None = None
        self.over_time = self.add_panel(bottom="time step", left="size of the gradient (of the loss)", wheel_along=0)
        self.over_time.sides["bottom"].whole = True
        self.over_time.sides["left"].set_log(True)
        self.over_time.painted(self._paint_curves)
        self.totals = self.add_panel(column=1, bottom="all weights (by run)")
        self.totals.sides["bottom"].set_names([""])
        self.totals.setMouseEnabled(x=False, y=False)
        self.set_width(self.totals, 120)
        self.totals.painted(self._paint_totals)
        self.over_time.sigRangeChanged.connect(lambda *_: self.totals.show_extent())
        self._key = self.add_key(self.over_time)

    def set_curves(self, curves: Sequence[GradientCurve]) -> None:
        """Show curves; none show the empty text."""
        self.curves = tuple(curves)
        self._go(self.step)
        names = ", ".join(curve.label for curve in curves)
        self.describe(f"Gradient sizes of {names} over {self.steps} time steps" if curves else self.empty_text)
        self.redraw()

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

    def _powers(self) -> AxisRange:
        """The exponents of ten of all sizes."""
        sizes = [curve.sizes for curve in self.curves]
        sizes += [np.array([curve.total, curve.clipped, curve.clip or curve.total]) for curve in self.curves]
        values = np.concatenate(sizes)
        values = values[np.isfinite(values) & (values > 0)]
        if not values.size:
            return AxisRange(-1.0, 1.0)
        high = math.log10(float(values.max()))
        low = max(math.log10(float(values.min())), high - MOST_DECADES)
        return AxisRange(*padded(min(low, high - 1), high, 0.05))

    def draw(self) -> None:
        """Name the runs, and put both panels on one axis."""
        self._key.set_entries(
            self.theme, [(curve.label, self.theme.run(at), "s") for at, curve in enumerate(self.curves)]
        )
        self.over_time.set_extent(AxisRange(0.5, max(self.steps, 1) + 0.5), self._powers())
        self.totals.x_extent = lambda: AxisRange(-0.5, len(self.curves) - 0.5)
        self.totals.y_extent = lambda _: self.over_time.y_range

    # Painting

    def _paint_curves(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, curve in enumerate(self.curves):
            painter.setPen(QPen(self.theme.run(index), 2))
            draw_line(painter, axes.map(np.arange(1, len(curve.sizes) + 1, dtype=np.float64), powers_of(curve.sizes)))

    def _paint_totals(self, painter: QPainter, axes: Axes) -> None:
        """For each run a ring for the total, and where it is clipped an arrow down to what is left."""
        for clip in {curve.clip for curve in self.curves} - {0.0}:
            self._paint_threshold(painter, axes, clip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, curve in enumerate(self.curves):
            if not (math.isfinite(curve.total) and curve.total > 0):
                continue
            middle = axes.to_x(index)
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

    def _paint_threshold(self, painter: QPainter, axes: Axes, clip: float) -> None:
        y, place = axes.to_y(math.log10(clip)), axes.area
        painter.setPen(QPen(self.theme.warning, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(place.left(), y, place.right(), y))
        painter.setFont(self.theme.font(small=True))
        painter.drawText(self.place_of_clip(axes, clip), _words_of_clip(clip))

    def place_of_clip(self, axes: Axes, clip: float) -> QRectF:
        """Where the threshold is named: beside its line at the right end, or at the left one if a dot is there."""
        y, place, metrics = axes.to_y(math.log10(clip)), axes.area, QFontMetricsF(self.theme.font(small=True))
        width, height = metrics.horizontalAdvance(_words_of_clip(clip)) + 2, metrics.height()
        top = y - height - 1 if y - height > place.top() + 4 else y + 7
        sides = [QRectF(left, top, width, height) for left in (place.right() - width, place.left())]
        dots = self.dots(axes)
        free = (side for side in sides if not any(side.adjusted(-6, -6, 6, 6).contains(dot) for dot in dots))
        return next(free, sides[0])

    def dots(self, axes: Axes) -> list[QPointF]:
        """Where the totals are marked, before and after clipping."""
        return [
            QPointF(axes.to_x(index), axes.to_y(math.log10(value)))
            for index, curve in enumerate(self.curves)
            for value in (curve.total, curve.clipped)
            if math.isfinite(curve.total) and value > 0
        ]

    # Hands

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the sizes at a step, or the totals."""
        if panel is self.totals:
            return "\n".join(f"{curve.label}: {totals_of(curve)}" for curve in self.curves)
        self._go(round(x))
        return self.words_of(self.step or 1)

    def words_of(self, step: int) -> str:
        """The sizes of all curves at a step, from 1 on."""
        sizes = [
            f"{curve.label} {number(float(curve.sizes[step - 1]), 3)}"
            for curve in self.curves
            if step <= len(curve.sizes)
        ]
        return "  ·  ".join([f"Step {step:,}", *sizes])

    def table(self) -> Sequence[Row]:
        """Return every size as (curve, step, size)."""
        return named_rows(
            ("curve", "step", "size"),
            ((curve.label, step, float(size)) for curve in self.curves for step, size in enumerate(curve.sizes, 1)),
        )

    def _go(self, step: int | None) -> None:
        """Move the cursor to a step, or take it away."""
        self.step = None if step is None or self.is_empty() else min(max(step, 1), self.steps)
        self.over_time.crosshair.setVisible(self.step is not None)
        self.over_time.crosshair.setValue(self.step or 1)
        self.hovered.emit("" if self.step is None else self.words_of(self.step))

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Put the cursor where one clicks."""
        self.reading(panel, x, y)

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


def totals_of(curve: GradientCurve) -> str:
    """What clipping does to the gradient of all weights, in words."""
    total = f"all weights {number(curve.total, 3)}"
    if not curve.clip:
        return f"{total}, no clipping"
    if curve.clipped < curve.total:
        return f"{total}, clipped to {number(curve.clip, 3)}"
    return f"{total}, below the clip of {number(curve.clip, 3)}"


def _words_of_clip(clip: float) -> str:
    return f"clip at {number(clip, 2)}"
