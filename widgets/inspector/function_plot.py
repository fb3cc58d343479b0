"""An activation function and its derivative, drawn over one axis."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from graph.layers.scalar import ScalarFunction
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

REACH = 4.0
"""The plot goes from minus this to this."""

STEP = 0.1
"""How far a key moves the reading."""


class ActivationPlot(PlotView):
    """A function and its derivative over the same axis. Pointing at it, or left and right, reads both."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "The function and its derivative", "", parent)
        self.setObjectName("activationPlot")
        self._curve: ScalarFunction | None = None
        self._place: float | None = None
        self.add_panel(bottom="x", left="value", wheel_along=0).painted(self._paint_curves)
        self._key = self.add_key(self.panel)

    def show_curve(self, curve: ScalarFunction, name: str) -> None:
        """Draw another curve, of the layer called ``name``."""
        self._curve = curve
        self.setAccessibleName(f"{name}: the function and its derivative")
        self._say()
        self.redraw()

    def is_empty(self) -> bool:
        """Whether there is no curve yet."""
        return self._curve is None

    @property
    def place(self) -> float | None:
        """Where the curve is read, None where it is not."""
        return self._place

    def read_at(self, place: float | None) -> None:
        """Read function and derivative at ``place``, or nowhere."""
        self._place = None if place is None else min(max(place, -REACH), REACH)
        self.panel.crosshair.setVisible(place is not None)
        self.panel.crosshair.setValue(self._place or 0.0)
        self._say()
        if self._place is None:
            self.hide_readout()
        self.scene().update()

    def place_reading(self) -> str:
        """The numbers at the place that is read."""
        if self._curve is None or self._place is None:
            return ""
        x = 0.0 if abs(self._place) < 1e-9 else self._place
        return f"x {number(x, 3)}:  f {number(self._curve.value(x), 3)},  f′ {number(self._curve.slope(x), 3)}"

    def _say(self) -> None:
        curve = self._curve
        if curve is not None:
            self.describe(self.place_reading() or f"f(x) = {curve.formula}; its derivative is {curve.slope_formula}")

    def draw(self) -> None:
        """Name both lines, and hold them in view from end to end."""
        assert self._curve is not None
        (low, high), (least, greatest) = self._curve.extent(-REACH, REACH)
        y = AxisRange(*padded(min(low, least, 0.0), max(high, greatest), 0.08))
        self.panel.set_extent(AxisRange(-REACH, REACH), y)
        self._key.set_entries(self.theme, [("f(x)", self.theme.run(0), "s"), ("f′(x), dashed", self.theme.run(1), "s")])

    def _paint_curves(self, painter: QPainter, axes: Axes) -> None:
        curve = self._curve
        assert curve is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.strong_border, 1))
        painter.drawLine(QPointF(axes.to_x(0), axes.area.top()), QPointF(axes.to_x(0), axes.area.bottom()))
        slope_hue, hue = self.theme.run(1), self.theme.run(0)
        self._line(painter, axes, curve.value, curve.breaks, QPen(hue, 2.2))
        self._line(painter, axes, curve.slope, curve.breaks, QPen(slope_hue, 1.6, Qt.PenStyle.DashLine))
        painter.setPen(Qt.PenStyle.NoPen)
        if self._place is not None:
            for ink, value in ((hue, curve.value(self._place)), (slope_hue, curve.slope(self._place))):
                painter.setBrush(ink)
                painter.drawEllipse(QPointF(axes.to_x(self._place), axes.to_y(value)), 3.5, 3.5)

    def _line(
        self, painter: QPainter, axes: Axes, of: Callable[[float], float], breaks: tuple[float, ...], pen: QPen
    ) -> None:
        """A line, broken where the function may jump, over all that is in view."""
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        low, high = axes.x.low, axes.x.high
        for start, stop in itertools.pairwise([low, *(jump for jump in breaks if low < jump < high), high]):
            tiny = 1e-9  # each piece is drawn up to its break, and is not joined to the next
            count = min(max(2, math.ceil((stop - start) / axes.x.span * 320)), 320)
            x = np.linspace(start + tiny, stop - tiny, count)
            draw_line(painter, axes.map(x, np.array([of(float(each)) for each in x])))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Read under the pointer."""
        self.read_at(x)
        return self.place_reading()

    def table(self) -> Sequence[Row]:
        """Return function and derivative at a hundred places in view."""
        curve, x = self._curve, self.panel.x_range
        assert curve is not None
        places = np.linspace(x.low, x.high, 101).tolist()
        return named_rows(("x", "f", "f′"), ((place, curve.value(place), curve.slope(place)) for place in places))

    def leaveEvent(self, event: QEvent) -> None:
        """Read nowhere."""
        super().leaveEvent(event)
        self.read_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the reading, Esc ends it."""
        step = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()))
        if step is not None:
            self.read_at(0.0 if self._place is None else round((self._place + step) / STEP) * STEP)
            self.readout.show_at(self.panel.point_of(self._place or 0.0, self.panel.y_range.high), self.place_reading())
        elif event.key() == Qt.Key.Key_Escape and self._place is not None:
            self.read_at(None)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(240), self.theme.px(184))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(180), self.theme.px(184))
