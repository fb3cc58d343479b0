"""Curves over steps, as many points as come: a plot view that paints them from their pyramids.

New points ask for a repaint at most once per frame, and a repaint takes a few points for each column of pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import AxisRange
from widgets.plots.curve import Curve, Part
from widgets.plots.curve_item import EndLabels, hue, paint_curves
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

FRAME_MS = 16
"""How long new points may wait for the next repaint."""


class CurveView(PlotView):
    """Curves over steps. The wheel zooms steps, with Shift values; values follow what is in view.

    ``frame_ms`` is how long new points wait at most until they are drawn.

    Keys: left and right move the crosshair, L switches the log axis, Esc hides the crosshair.
    """

    log_changed = Signal(bool)

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str,
        along: str = "step",
        parent: QWidget | None = None,
        frame_ms: int = FRAME_MS,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self.curves: dict[str, Curve] = {}
        self._smoothing = 0.0
        self._log = False
        self._along = along
        self._cursor: float | None = None
        panel = self.add_panel(bottom=along, left=title, wheel_along=0)
        panel.x_extent, panel.y_extent = self._full_x, self._full_y
        panel.sides["bottom"].write = lambda value: number(value, 9)
        self._strokes = panel.painted(
            lambda painter, axes: paint_curves(
                painter, self.theme, axes, list(self.drawn()), log=self._log, smooth=self._smoothing > 0
            )
        )
        self._labels = EndLabels(panel, self._ends)
        self.put(self._labels, self.panel, "right")
        self.frame_ms = frame_ms
        self._timer = QTimer(self, singleShot=True, interval=frame_ms)
        self._timer.timeout.connect(self.redraw)

    # Data

    def add_curve(self, curve_id: str, label: str, run: int = 0, part: Part = "train") -> None:
        """Add an empty curve, or rename and recolour an existing one. `run` chooses the hue, `part` the weight."""
        known = self.curves.get(curve_id)
        if known is None:
            self.curves[curve_id] = Curve(label, run, part, self._smoothing)
        else:
            known.label, known.run, known.part = label, run, part
        self.touch()

    def append(self, curve_id: str, steps: ArrayLike, values: ArrayLike) -> None:
        """Add N points to a curve; values that are not finite leave gaps.

        A batch that begins at or before the curve's last step replaces what lay there, as a resumed run needs.
        Raises `KeyError` for a curve that was not added, `ValueError` for unequal lengths.
        """
        self.curves[curve_id].append(steps, values)
        self.touch()

    def remove_curve(self, curve_id: str) -> None:
        """Forget a curve; one that is not there is no error."""
        self.curves.pop(curve_id, None)
        self.touch()

    def clear(self) -> None:
        """Forget all curves and show everything of what comes next."""
        self.curves.clear()
        self.fit()

    def touch(self) -> None:
        """Ask for a repaint within a frame."""
        if not self._timer.isActive():
            self._timer.start()

    def drawn(self) -> Iterator[Curve]:
        """Yield the curves that have points."""
        return (curve for curve in self.curves.values() if len(curve))

    def is_empty(self) -> bool:
        """Return whether no curve has points."""
        return next(self.drawn(), None) is None

    def table(self) -> Sequence[Row]:
        """Return every point as (curve, step, value)."""
        return named_rows(
            ("curve", self._along, "value"),
            (
                (curve.label, f"{step:g}" if step % 1 else int(step), str(value))
                for curve in self.curves.values()
                for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True)
            ),
        )

    # View

    @property
    def smoothing(self) -> float:
        """The factor of the exponential average, 0 to 0.99."""
        return self._smoothing

    def set_smoothing(self, factor: float) -> None:
        """Average all curves with `factor`, held to 0 .. 0.99."""
        self._smoothing = min(max(factor, 0.0), 0.99)
        for curve in self.curves.values():
            curve.smooth(self._smoothing)
        self.touch()

    @property
    def log(self) -> bool:
        """Whether the y axis is logarithmic; what is not positive then leaves a gap."""
        return self._log

    def set_log(self, log: bool) -> None:
        """Make the y axis logarithmic or linear."""
        if log != self._log:
            self._log = log
            self.panel.sides["left"].set_log(log)
            self.panel.follows_y = True
            self.log_changed.emit(log)
            self.redraw()

    @property
    def view(self) -> tuple[AxisRange, AxisRange] | None:
        """The ranges of x and y last drawn, None while nothing is."""
        return None if not self.centralWidget.isVisible() else (self.panel.x_range, self.panel.y_range)

    def _full_x(self) -> AxisRange | None:
        if self.is_empty():
            return None
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

    def draw(self) -> None:
        """Paint the curves anew."""
        self._strokes.update()
        self._labels.name(self.theme, list(self.drawn()), self.width())

    def _ends(self) -> list[tuple[Curve, float]]:
        """Return the curves with their last values in view, as the axis measures them."""
        ends = []
        for curve in self.drawn():
            point = curve.value_at(self.panel.x_range.high, smooth=self._smoothing > 0)
            if point is not None and not (self._log and point[1] <= 0):
                ends.append((curve, float(np.log10(point[1])) if self._log else point[1]))
        return ends

    # Reading values

    def readings(self) -> list[tuple[Curve, float, float]]:
        """Return curve, step and value under the crosshair of every curve."""
        if self._cursor is None:
            return []
        points = ((curve, curve.value_at(self._cursor, smooth=True)) for curve in self.drawn())
        return [(curve, *point) for curve, point in points if point is not None]

    def set_cursor(self, step: float | None) -> None:
        """Put the crosshair at `step`, or hide it; what it reads is the accessible description."""
        self._cursor = step
        self.panel.crosshair.setVisible(step is not None)
        if step is None:
            self.readout.hide()
            return
        self.panel.crosshair.setValue(step)
        spoken = ", ".join(f"{curve.label} {number(value)}" for curve, _, value in self.readings())
        self.describe(f"{self._along.capitalize()} {number(step, 9)}: {spoken}")

    @property
    def cursor_step(self) -> float | None:
        """The step under the crosshair, None while it is hidden."""
        return self._cursor

    def _rows(self, step: float) -> tuple[str, list[tuple[Curve, str]]]:
        """Return the step of the nearest point, and what every curve reads, in words."""
        self.set_cursor(step)
        points = self.readings()
        nearest = min((at for _, at, _ in points), key=lambda at: abs(at - step), default=step)
        return f"{self._along} {number(nearest, 9)}", [(curve, number(value)) for curve, _, value in points]

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return what every curve reads at a step."""
        head, rows = self._rows(x)
        return "\n".join([head, *(f"{curve.label} {value}" for curve, value in rows)])

    def readout_of(self, panel: Panel, x: float, y: float) -> str:
        """Return the same as a table with the curves' colours."""
        head, rows = self._rows(x)
        lines = [
            f"<tr><td style='color: {hue(self.theme, curve).name()}; padding-right: 12px'>{escape(curve.label)}</td>"
            f"<td align=right>{value}</td></tr>"
            for curve, value in rows
        ]
        return f"<table><tr><td colspan=2>{head}</td></tr>{''.join(lines)}</table>"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read values where the pointer is over the curves."""
        super().mouseMoveEvent(event)
        if self.panel_at(event.position()) is None:
            self.set_cursor(None)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair when the pointer leaves."""
        super().leaveEvent(event)
        self.set_cursor(None)

    def _move_cursor(self, pixels: float) -> None:
        axes = self.panel.axes()
        at = axes.x.high if self._cursor is None else self._cursor + pixels / axes.area.width() * axes.x.span
        step = min(max(at, axes.x.low), axes.x.high)
        place = self.panel.mapToScene(QPointF(axes.to_x(step), axes.area.top()))
        self.readout.show_at(place, self.readout_of(self.panel, step, 0.0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class for the keys."""
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right if not self.is_empty():
                far = 40 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 4
                self._move_cursor(-far if event.key() == Qt.Key.Key_Left else far)
            case Qt.Key.Key_L:
                self.set_log(not self._log)
            case Qt.Key.Key_Escape if self._cursor is not None:
                self.set_cursor(None)
            case _:
                super().keyPressEvent(event)
