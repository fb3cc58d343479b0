"""Curves over steps, as many points as come: a plot view that paints them from their pyramids.

New points ask for a repaint at most once per frame, and a repaint takes a few points for each column of pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets.look.plain_text import Markup, joined, markup
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.axis_item import power_text
from widgets.plots.curve import Curve, Part, Scale
from widgets.plots.curve_item import (
    Best,
    Level,
    hue,
    lighter,
    measured,
    paint_best,
    paint_curves,
    paint_levels,
    shade_of,
)
from widgets.plots.end_labels import EndLabel, EndLabels
from widgets.plots.key import STROKES
from widgets.plots.log_notice import LogNotice
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

FRAME_MS = 16
"""How long new points may wait for the next repaint."""
KEY_SHARE = 0.25
"""Share of the height that a key takes at most."""
READ = (
    "<tr><td style='color: {}; padding-right: 12px; white-space: nowrap'>{}</td>"
    "<td align=right style='white-space: nowrap'>{}</td></tr>"
)
"""A row of the readout: a curve's colour, its name and what it reads."""


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
        self._write: Callable[[float], str] = number
        self._cursor: float | None = None
        self.marked = False
        """Whether parts are told apart by shade and marks too."""
        self._explains_parts = False
        self.levels: dict[str, Level] = {}
        self.best: dict[str, Best] = {}
        self._left_out: frozenset[str] = frozenset()
        panel = self.add_panel(bottom=along, left=title, wheel_along=0)
        panel.x_extent, panel.y_extent = self._full_x, self._full_y
        panel.sides["bottom"].write = lambda value: number(value, 9)
        self._strokes = panel.painted(self._paint)
        self._rings = panel.painted(self._paint_rings, 2.0, whole=True)
        self._labels = EndLabels(panel, self._ends)
        self.put(self._labels, self.panel, "right")
        self._key = self.add_key(panel)
        self.log_notice = LogNotice(lambda: self.set_log(False), self.viewport())
        panel.geometryChanged.connect(self._place_notice)
        self.frame_ms = frame_ms
        self._timer = QTimer(self, singleShot=True, interval=frame_ms)
        self._timer.timeout.connect(self.redraw)

    # Data

    def add_curve(
        self, curve_id: str, label: str, run: int = 0, part: Part = "train", *, shade: int = 0, name: str = ""
    ) -> None:
        """Add an empty curve, or rename and recolour an existing one.

        `run` chooses the hue, `part` the weight, and `shade` 1 another shade of the hue. A curve without a label is
        not named at its end; `name` is what readouts call it where that is longer.
        """
        known = self.curves.setdefault(curve_id, Curve(label, run, part, self._smoothing))
        known.label, known.full_name, known.run, known.part, known.shade = label, name, run, part, shade
        self.touch()

    def leave_out(self, ids: Collection[str]) -> None:
        """Keep the curves and levels of these ``ids``, but draw, read and export the others alone."""
        if self._left_out != (left_out := frozenset(ids)):
            self._left_out = left_out
            self.touch()

    def explain_parts(self, wanted: bool) -> None:
        """Say in a key which strokes are train and which validation, where the names of curves do not."""
        if wanted != self._explains_parts:
            self._explains_parts = wanted
            self.touch()

    def place_curve(self, curve_id: str, scale: Scale | None) -> None:
        """Put the points of a curve where ``scale`` says on the x axis; None puts them at their steps."""
        self.curves[curve_id].place(scale)
        self.touch()

    def set_along(self, along: str, unit: str = "") -> None:
        """Say what the x axis counts."""
        self._along = along
        self.panel.sides["bottom"].set_title(f"{along} ({unit})" if unit else along)
        self.touch()

    def set_level(self, level_id: str, level: Level | None) -> None:
        """Draw a line across at a value, or none."""
        self.levels.pop(level_id, None)
        if level is not None:
            self.levels[level_id] = level
        self.touch()

    def set_best(self, run_id: str, best: Best | None) -> None:
        """Mark the best epoch of a run, or none."""
        self.best.pop(run_id, None)
        if best is not None:
            self.best[run_id] = best
        self.touch()

    def write_values(self, write: Callable[[float], str]) -> None:
        """Write values on the axis and in the readout another way, such as per cent."""
        self._write = write
        if not self._log:
            self.panel.sides["left"].write = write
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
        self.levels.clear()
        self.best.clear()
        self.fit()

    def touch(self) -> None:
        """Ask for a repaint within a frame."""
        if not self._timer.isActive():
            self._timer.start()

    def drawn(self) -> Iterator[Curve]:
        """Yield the curves that have points and are not left out."""
        return (curve for id_, curve in self.curves.items() if len(curve) and id_ not in self._left_out)

    def drawn_levels(self) -> list[Level]:
        """Return the levels that are not left out."""
        return [level for id_, level in self.levels.items() if id_ not in self._left_out]

    def is_empty(self) -> bool:
        """Return whether no curve has points."""
        return next(self.drawn(), None) is None

    def table(self) -> Sequence[Row]:
        """Return every point as (curve, step, value); where steps are not what is on the axis, with its place there."""
        scaled = any(curve.scaled for curve in self.drawn())
        names = ("curve", "step", self._along, "value") if scaled else ("curve", self._along, "value")
        return named_rows(names, (row for curve in self.drawn() for row in _rows_of(curve, scaled)))

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
            self.panel.sides["left"].write = power_text if log else self._write
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
        first = min(float(curve.places[0]) for curve in self.drawn())
        last = max(float(curve.places[-1]) for curve in self.drawn())
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
        kept = [level.value for level in self.drawn_levels() if measured(level.value, self._log) is not None]
        lows, highs = [*lows, *kept], [*highs, *kept]
        if not lows:
            return AxisRange(-1.0, 0.0) if self._log else AxisRange(0.0, 1.0)
        low_end, high_end = (np.log10(lows).min(), np.log10(highs).max()) if self._log else (min(lows), max(highs))
        if self._log and low_end == high_end:
            return AxisRange(float(low_end) - 1, float(low_end) + 1)  # a decade around a value that never changes
        return AxisRange(*padded(float(low_end), float(high_end)))

    def resized(self) -> None:
        """Name the curves as the new width allows."""
        self.touch()

    def draw(self) -> None:
        """Paint the curves anew, and name them at their ends, or in a key where the plot is too narrow for that."""
        self._strokes.update()
        self._rings.update()
        ends = self._ends()
        named = self._labels.name(self.theme, [end.text for end in ends], self.width(), self.height())
        ends = [] if named else sorted(ends, key=lambda end: not end.bold)
        entries = [(end.text, end.stroke or end.colour, end.symbol) for end in ends]
        self._key.most_rows = max(1, self._key.rows_within(KEY_SHARE * self.height()))
        self._key.set_entries(self.theme, [*self.key_of_parts(), *entries])

    def key_of_parts(self) -> list[tuple[str, QColor, str]]:
        """Return entries of the key for the strokes of train and validation: nothing where names at curves say it."""
        if not self._explains_parts or {curve.part for curve in self.drawn()} != {"train", "validation"}:
            return []
        ink = self.theme.text
        return [("validation", ink, "bold"), ("train", lighter(self.theme, ink), "thin")]

    def redraw(self) -> None:
        """Show the curves, and over them what a logarithmic axis leaves out."""
        super().redraw()
        curves = list(self.drawn()) if self._log else []
        left_out = sum(curve.count_not_positive() for curve in curves)
        self.log_notice.tell(left_out, sum(map(len, curves)), self.panel.sceneBoundingRect())

    def _place_notice(self) -> None:
        if isValid(self.panel):  # its geometry changes once more while the plot is taken down
            self.log_notice.place(self.panel.sceneBoundingRect())

    def _paint(self, painter: QPainter, axes: Axes) -> None:
        log, theme = self._log, self.theme
        painter.setClipRect(axes.area, Qt.ClipOperation.IntersectClip)
        paint_levels(painter, theme, axes, self.drawn_levels(), log=log)
        curves = list(self.drawn())
        paint_curves(painter, theme, axes, curves, log=log, smooth=self._smoothing > 0, marked=self.marked)

    def _paint_rings(self, painter: QPainter, axes: Axes) -> None:
        paint_best(painter, self.theme, axes, self.best_points(), log=self._log)

    def best_points(self) -> list[tuple[Best, int, tuple[float, float]]]:
        """Return the marked epochs with their runs' hues, and their places and values on the curves."""
        shown = (best for best in self.best.values() if best.curve_id not in self._left_out)
        marked = ((best, self.curves.get(best.curve_id)) for best in shown)
        points = ((best, curve, curve.point_at_step(best.step)) for best, curve in marked if curve is not None)
        return [(best, curve.run, point) for best, curve, point in points if point is not None]

    def _ends(self) -> list[EndLabel]:
        """Return the names of curves and levels, beside their last values in view."""
        ends = []
        for curve in self.drawn():
            point = curve.value_at(self.panel.x_range.high, smooth=self._smoothing > 0) if curve.label else None
            value = None if point is None else measured(point[1], self._log)
            if value is not None:
                ends.append(self._end(curve, value))
        for level in self.drawn_levels():
            value = measured(level.value, self._log)
            if value is not None:
                ends.append(EndLabel(level.text, value, self.theme.run(level.run)))
        return ends

    def _end(self, curve: Curve, value: float) -> EndLabel:
        bold, shade = curve.part == "validation", shade_of(self.theme, curve, marked=self.marked)
        ink = shade if bold else hue(self.theme, curve)  # the lighter shade is for lines, not for letters
        told = self.marked and not self._explains_parts
        return EndLabel(curve.label, value, ink, bold, shade, STROKES[bold] if told else "o")

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
            self.hide_readout()
            return
        self.panel.crosshair.setValue(step)
        spoken = ", ".join(f"{curve.name} {self._write(value)}" for curve, _, value in self.readings())
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
        return f"{self._along} {number(nearest, 6)}", [(curve, self._write(value)) for curve, _, value in points]

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return what every curve reads at a step."""
        head, rows = self._rows(x)
        return "\n".join([head, *(f"{curve.name} {value}" for curve, value in rows)])

    def readout_of(self, panel: Panel, x: float, y: float) -> Markup:
        """Return the same as a table with the curves' colours."""
        head, rows = self._rows(x)
        if len(rows) > (most := self.readout.lines - 1):
            rows = sorted(rows, key=lambda row: row[0].part != "validation")[:most]
        lines = [markup(READ, hue(self.theme, each).name(), self.readout.fitted(each.name), at) for each, at in rows]
        return markup("<table><tr><td colspan=2>{}</td></tr>{}</table>", head, joined(lines))

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


def _rows_of(curve: Curve, scaled: bool) -> Iterator[Row]:
    points = zip(curve.steps.tolist(), curve.places.tolist(), curve.values.tolist(), strict=True)
    for step, place, value in points:
        at = f"{step:g}" if step % 1 else int(step)
        yield (curve.name, at, f"{place:.6g}", str(value)) if scaled else (curve.name, at, str(value))
