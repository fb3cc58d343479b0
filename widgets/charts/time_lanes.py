"""Values over time, one lane above the other on one time axis: as colours (units by steps), or as curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.insight.value_ranges import reach
from widgets.charts.colour_bar import ColourBar
from widgets.charts.colour_maps import diverging, limits, sequential
from widgets.look.theme import Theme, ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number

Ink = Literal["share", "signed", "plain"]
"""How values become colours: from 0 to 1, about zero, or from least to greatest."""

FAINT_CURVES = 24
"""Curves beside the chosen one, at most."""
TITLE_WIDTH, LEAST, AROUND = 134, 31, 24
"""Width of a lane's title and least height of a lane, before they are scaled as the text is; pixels about all lanes."""
TICKS = 8
"""Pixels, before scaling, of the ticks below a lane and about their numbers."""
PER_UNIT, MOST_HIGH = 3, 160
"""Height in pixels, before scaling, of the row of colours of a unit, as long as a lane is no higher than this."""


@dataclass(frozen=True, eq=False)
class Lane:
    """Values (time, units) with a name. ``words`` stand for numbers where there are any; ``names`` are the units'.

    ``curved`` values are shown as curves in either mode: a few features that each have a name. ``unit`` is that of all
    values, empty where they have none or several.
    """

    title: str
    says: str
    values: NDArray[np.float64]
    ink: Ink = "signed"
    words: Sequence[str] = ()
    names: Sequence[str] = field(default=())
    curved: bool = False
    unit: str = ""

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.values.shape[1]) if not self.words else 1

    def limits(self) -> tuple[float, float]:
        """The values of the first and of the last colour."""
        if self.ink == "share":
            return 0.0, 1.0
        if self.ink == "plain":
            return limits(self.values)
        most = reach(self.values)
        return -most, most

    def reading(self, step: int, unit: int) -> str:
        """The value of a unit at a step, in words."""
        if self.words:
            return f"{self.title} “{self.words[step]}”"
        name = self.names[unit] if unit < len(self.names) else f"unit {unit + 1}"
        value = f"{self.title}, {name}: {number(float(self.values[step, unit]))} {self.unit}".rstrip()
        if self.ink != "share" or self.units == 1:
            return value
        return f"{value}, mean of {self.units} units: {number(float(self.values[step].mean()))}"


class LaneTitle(pg.GraphicsWidget):
    """A lane's name at its left, and below it what it says, or the names of its curves in their hues."""

    def __init__(self, lane: Lane, theme: Theme) -> None:
        super().__init__()
        self._lane, self._theme = lane, theme
        width = theme.px(TITLE_WIDTH)
        self.setMinimumWidth(width)
        self.setMaximumWidth(width)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write both, as far as there is room."""
        theme, area = self._theme, QRectF(self.rect()).adjusted(4, 0, -8, 0)
        metrics, small = QFontMetricsF(theme.font()), QFontMetricsF(theme.font(small=True))
        line, both = metrics.height(), area.height() >= 2 * small.height() + 4
        top = area.top() if both else area.center().y() - line / 2
        painter.setFont(theme.font())
        painter.setPen(theme.text)
        title = metrics.elidedText(self._lane.title, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), top, area.width(), line), Qt.AlignmentFlag.AlignVCenter, title)
        if not both:
            return
        painter.setFont(theme.font(small=True))
        if self._lane.curved and self._lane.names:
            self._write_names(painter, QPointF(area.left(), top + line + small.ascent()), area.right())
            return
        painter.setPen(theme.faint)
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        room = area.adjusted(0, line, 0, 0)
        painter.drawText(room, int(flags), fitting(self._lane.says, small, room.width(), room.height()))

    def _write_names(self, painter: QPainter, at: QPointF, right: float) -> None:
        metrics = QFontMetricsF(painter.font())
        for feature, name in enumerate(self._lane.names[: self._lane.units]):
            width = metrics.horizontalAdvance(name)
            if at.x() + width > right:
                return
            painter.setPen(self._theme.run(feature))
            painter.drawText(at, name)
            at = QPointF(at.x() + width + 10, at.y())


def fitting(words: str, metrics: QFontMetricsF, width: float, height: float) -> str:
    """As many of the words as fit into a room when they wrap, in pixels; what is left out is told by three dots."""
    kept = words.split()
    flags = int(Qt.TextFlag.TextWordWrap)
    shown = words
    while len(kept) > 1 and metrics.boundingRect(QRectF(0, 0, width, 1e4), flags, shown).height() > height:
        kept.pop()
        shown = f"{' '.join(kept)}…"
    return shown


class TimeLanes(PlotView):
    """All lanes of a layer. `hovered` carries in words what stands at the cursor, which mouse and keys move.

    Keys: left and right change the step, up and down the unit, page up and page down the lane, Home and End go to the
    first and the last step.
    """

    hovered = Signal(str)

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.lanes: tuple[Lane, ...] = ()
        self.curves = False
        self.back = False
        self.cursor_at = (0, 0, 0)

    # What the owner calls

    def set_lanes(self, lanes: Sequence[Lane], *, back: bool = False) -> None:
        """Show lanes of equally many steps; none show the empty text. With ``back`` time was read from its end."""
        if len({len(lane.values) for lane in lanes}) > 1:
            raise ValueError("lanes need equally many steps")
        self.lanes, self.back = tuple(lanes), back
        self._build()
        lane, step, unit = self.cursor_at
        self._go(lane, step, unit)
        self.describe(f"{len(lanes)} rows over {self.steps} time steps" if lanes else self.empty_text)
        self.updateGeometry()

    def set_curves(self, curves: bool) -> None:
        """Show curves instead of colours."""
        self.curves = curves
        self._build()
        self.updateGeometry()

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return len(self.lanes[0].values) if self.lanes else 0

    def is_empty(self) -> bool:
        """Return whether there are no lanes."""
        return self.steps == 0

    def theme_changed(self) -> None:
        """Colours and titles are made anew."""
        self._build()
        super().theme_changed()

    def minimumSizeHint(self) -> QSize:
        """Room in which every lane can be read."""
        words = [self._least_of(lane) for lane in self.lanes if lane.words]
        below = self._line() + self.theme.px(TICKS)
        others = [self._least_of(lane) for lane in self.lanes if not lane.words]
        each = max(others, default=float(self.theme.px(LEAST)))
        high = sum(words) + each * max(len(others), 3 - len(words)) + below * max(len(self.lanes), 3)
        return QSize(self.theme.px(280), math.ceil(high + self._line() + AROUND))

    def _line(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height()

    def _least_of(self, lane: Lane) -> float:
        """Pixels in height in which a lane's title and what it says have room, and its units can be told apart."""
        rows = 0 if lane.words or lane.curved or self.curves else min(lane.units * PER_UNIT, MOST_HIGH)
        small = QFontMetricsF(self.theme.font(small=True))
        room = QRectF(0, 0, self.theme.px(TITLE_WIDTH) - 12, 1e4)
        said = small.boundingRect(room, int(Qt.TextFlag.TextWordWrap), lane.says).height()
        return max(self.theme.px(LEAST), self.theme.px(rows), QFontMetricsF(self.theme.font()).height() + said + 2)

    # Making

    def _build(self) -> None:
        """Make a panel for each lane, all on one time axis."""
        self.clear_panels()
        for index, lane in enumerate(self.lanes if not self.is_empty() else ()):
            last = index == len(self.lanes) - 1
            words = "time step, read backwards" if self.back else "time step"
            curved = not lane.words and (self.curves or lane.curved)
            # Every lane has its own times: of many lanes the last one is out of view.
            along = words if last else None if lane.words else ""
            panel = self.add_panel(index, bottom=along, right=lane.unit if curved else None, grid=False, wheel_along=0)
            self.put(LaneTitle(lane, self.theme), panel, "left")
            self._fill(panel, index, lane, curved=curved)
            if lane.words:
                self.set_height(panel, self._least_of(lane))  # one row of words needs no more
            if along is not None:
                panel.sides["bottom"].whole = True
            else:
                # The outer values beside the colours stand half above and half below them.
                self.put_gap(panel, self._line())
            if index:
                self.panels[0].link_x(panel)
        self.redraw()

    def _fill(self, panel: Panel, index: int, lane: Lane, *, curved: bool) -> None:
        low, high = lane.limits()
        steps, units = AxisRange(0.5, self.steps + 0.5), AxisRange(-0.5, lane.units - 0.5)
        room = 0.06 * (high - low)
        panel.set_extent(steps, AxisRange(low - room, high + room) if curved else units)
        if lane.words:
            panel.painted(lambda painter, axes: self._paint_words(painter, axes, lane))
        elif curved:
            panel.painted(lambda painter, axes: self._paint_curves(painter, axes, index, lane))
        else:
            panel.invertY(True)
            image = pg.ImageItem()
            panel.add(image)
            image.setImage(lane.values.T, levels=(low, high), autoDownsample=True)
            image.setRect(QRectF(0.5, -0.5, self.steps, lane.units))
            bar = ColourBar(image)
            table = diverging(self.theme) if lane.ink == "signed" else sequential(self.theme)
            bar.show_map(self.theme, table, low, high, lane.unit, values=lane.values)
            self.put(bar, panel, "right")
        panel.painted(lambda painter, axes: self._paint_cursor(painter, axes, index, curved), 5)

    # Painting

    def _frame(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawRect(axes.area.adjusted(0, 0, -1, -1))

    def _paint_curves(self, painter: QPainter, axes: Axes, index: int, lane: Lane) -> None:
        painter.fillRect(axes.area, self.theme.ground)
        self._frame(painter, axes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        times = np.arange(1.0, self.steps + 1)
        at, _, unit = self.cursor_at
        if lane.curved:
            for feature in range(lane.units):
                painter.setPen(QPen(self.theme.run(feature), 1.5))
                draw_line(painter, axes.map(times, lane.values[:, feature]))
            return
        painter.setPen(QPen(_faded(self.theme.run(0)), 1))
        for other in range(0, lane.units, max(1, -(-lane.units // FAINT_CURVES))):
            draw_line(painter, axes.map(times, lane.values[:, other]))
        if unit < lane.units:
            painter.setPen(QPen(self.theme.run(1 if at == index else 0), 2))
            draw_line(painter, axes.map(times, lane.values[:, unit]))

    def _paint_words(self, painter: QPainter, axes: Axes, lane: Lane) -> None:
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        self._frame(painter, axes)
        width = axes.area.width() / axes.x.span
        shown = max(1, int(np.ceil(metrics.averageCharWidth() * 2 / width)))
        painter.setPen(self.theme.text)
        for step in range(0, self.steps, shown):
            box = QRectF(axes.to_x(step + 0.5), 0, width * shown, axes.area.height())
            word = metrics.elidedText(lane.words[step], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)

    def _paint_cursor(self, painter: QPainter, axes: Axes, index: int, curved: bool) -> None:
        """Mark the step in every lane, around its word where there are words, and the unit in the one of the cursor."""
        lane, step, unit = self.cursor_at
        if self.lanes[index].words:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 2))
            painter.drawRect(self.word_frame(axes, step))
            return
        x = axes.to_x(step + 1)
        painter.setPen(QPen(self.theme.accent, 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, axes.area.bottom()))
        if index == lane and not curved:
            top, bottom = axes.to_y(unit - 0.5), axes.to_y(unit + 0.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 2))
            painter.drawRect(QRectF(x - 4, top - 2, 8, max(bottom - top, 2) + 4))

    def word_frame(self, axes: Axes, step: int) -> QRectF:
        """What is marked of a lane of words at a step: all of its word's place."""
        left, right = axes.to_x(step + 0.5), axes.to_x(step + 1.5)
        return QRectF(left + 1, 2, max(right - left - 2, 4), max(axes.area.height() - 4, 4))

    # Reading

    def lane_place(self, index: int) -> QRectF:
        """Where the values of a lane stand in the view."""
        self.prepare()
        return self.panels[index].sceneBoundingRect()

    def place_at(self, at: QPointF) -> tuple[int, int, int] | None:
        """Lane, step and unit under a point, None where there is no lane."""
        panel = self.panel_at(at)
        if panel is None:
            return None
        value = panel.value_at(at)
        return self._place_of(panel, value.x(), value.y())

    def _place_of(self, panel: Panel, x: float, y: float) -> tuple[int, int, int]:
        index = self.panels.index(panel)
        lane, step = self.lanes[index], min(max(round(x) - 1, 0), self.steps - 1)
        if lane.words:
            return index, step, 0
        if self.curves or lane.curved:
            return index, step, int(np.abs(np.nan_to_num(lane.values[step]) - y).argmin())
        return index, step, min(max(round(y), 0), lane.units - 1)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the value there."""
        return self.words_of(*self._place_of(panel, x, y))

    def words_of(self, index: int, step: int, unit: int) -> str:
        """What stands at a place: the step, and the value of a unit of a lane."""
        return f"Step {step + 1}  ·  {self.lanes[index].reading(step, unit)}"

    def table(self) -> Sequence[Row]:
        """Return every value as (lane, unit, step, value); words where a lane has them."""
        return named_rows(
            ("lane", "unit", "step", "value"),
            (
                (lane.title, unit + 1, step + 1, lane.words[step] if lane.words else float(lane.values[step, unit]))
                for lane in self.lanes
                for unit in range(lane.units)
                for step in range(self.steps)
            ),
        )

    # Hands

    def _go(self, lane: int, step: int, unit: int) -> None:
        """Move the cursor, as far as there is something."""
        if self.is_empty():
            self.hovered.emit("")
            return
        lane = min(max(lane, 0), len(self.lanes) - 1)
        step = min(max(step, 0), self.steps - 1)
        unit = min(max(unit, 0), self.lanes[lane].units - 1)
        self.cursor_at = (lane, step, unit)
        self.hovered.emit(self.words_of(lane, step, unit))
        self.scene().update()

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Put the cursor where one clicks."""
        self._go(*self._place_of(panel, x, y))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor."""
        lane, step, unit = self.cursor_at
        moves = {
            Qt.Key.Key_Left: (lane, step - 1, unit),
            Qt.Key.Key_Right: (lane, step + 1, unit),
            Qt.Key.Key_Up: (lane, step, unit - 1),
            Qt.Key.Key_Down: (lane, step, unit + 1),
            Qt.Key.Key_PageUp: (lane - 1, step, unit),
            Qt.Key.Key_PageDown: (lane + 1, step, unit),
            Qt.Key.Key_Home: (lane, 0, unit),
            Qt.Key.Key_End: (lane, self.steps - 1, unit),
        }
        key = Qt.Key(event.key())
        if key in moves and not self.is_empty():
            self._go(*moves[key])
            self._take_readout_along()
        else:
            super().keyPressEvent(event)

    def _take_readout_along(self) -> None:
        """A readout that the pointer had opened goes to the cursor, for it would tell of another step."""
        if not self.readout.isVisible():
            return
        self.prepare()  # the lanes may have been made anew
        lane, step, unit = self.cursor_at
        shown, curved = self.lanes[lane], self.curves or self.lanes[lane].curved
        high = 0.0 if shown.words else float(shown.values[step, unit]) if curved else float(unit)
        self.readout.show_at(self.panels[lane].point_of(step + 1.0, high), self.words_of(lane, step, unit))


def _faded(color: QColor) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(0.35)
    return faded
