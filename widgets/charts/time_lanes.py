"""Values over time, one lane above the other on one time axis: as colours (units by steps), or as curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_maps import colour, diverging, image, limits, reach, sequential
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number

Ink = Literal["share", "signed", "plain"]
"""How values become colours: from 0 to 1, about zero, or from least to greatest."""

FAINT_CURVES = 24
"""Curves beside the chosen one, at most."""


@dataclass(frozen=True, eq=False)
class Lane:
    """Values (time, units) with a name. ``words`` stand for numbers where there are any; ``names`` are the units'.

    ``curved`` values are shown as curves in either mode: a few features that each have a name.
    """

    title: str
    says: str
    values: NDArray[np.float64]
    ink: Ink = "signed"
    words: Sequence[str] = ()
    names: Sequence[str] = field(default=())
    curved: bool = False

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
        return -reach(self.values), reach(self.values)

    def reading(self, step: int, unit: int) -> str:
        """The value of a unit at a step, in words."""
        if self.words:
            return f"{self.title} “{self.words[step]}”"
        name = self.names[unit] if unit < len(self.names) else f"unit {unit + 1}"
        return f"{self.title}, {name}: {number(float(self.values[step, unit]))}"


class TimeLanes(PaintedView):
    """All lanes of a layer. `told` carries in words what stands at the cursor, which mouse and keys move.

    Keys: left and right change the step, up and down the unit, page up and page down the lane, Home and End go to the
    first and the last step.
    """

    told = Signal(str)

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.lanes: tuple[Lane, ...] = ()
        self.curves = False
        self.back = False
        self.cursor_at = (0, 0, 0)
        self._images: dict[int, QImage] = {}

    # What the owner calls

    def set_lanes(self, lanes: Sequence[Lane], *, back: bool = False) -> None:
        """Show lanes of equally many steps; none show the empty text. With ``back`` time was read from its end."""
        if len({len(lane.values) for lane in lanes}) > 1:
            raise ValueError("lanes need equally many steps")
        self.lanes, self.back = tuple(lanes), back
        self._images.clear()
        lane, step, unit = self.cursor_at
        self._go(lane, step, unit)
        self.describe(f"{len(lanes)} rows over {self.steps} time steps" if lanes else self.empty_text)
        self.updateGeometry()
        self.update()

    def set_curves(self, curves: bool) -> None:
        """Show curves instead of colours."""
        self.curves = curves
        self.update()

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return len(self.lanes[0].values) if self.lanes else 0

    def is_empty(self) -> bool:
        """Return whether there are no lanes."""
        return self.steps == 0

    def theme_changed(self) -> None:
        """Colours are made anew."""
        self._images.clear()

    def minimumSizeHint(self) -> QSize:
        """Room in which every lane can be read."""
        return QSize(self.theme.px(280), self.theme.px(44) * max(len(self.lanes), 3) + self.theme.px(28))

    # Where things are

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(self.theme.px(126), 8, -self.theme.px(58), -self.theme.px(26))

    def lane_place(self, index: int) -> QRectF:
        """Where the values of a lane are painted."""
        plot, gap = self._plot(), 8.0
        height = (plot.height() + gap) / max(len(self.lanes), 1)
        return QRectF(plot.left(), plot.top() + index * height, plot.width(), max(height - gap, 8.0))

    def _step_x(self, step: float) -> float:
        plot = self._plot()
        return plot.left() + (step + 0.5) * plot.width() / max(self.steps, 1)

    def place_at(self, at: QPointF) -> tuple[int, int, int] | None:
        """Lane, step and unit under a point, None where there is no lane."""
        for index, lane in enumerate(self.lanes):
            place = self.lane_place(index)
            if place.contains(at):
                step = int((at.x() - place.left()) / place.width() * self.steps)
                step = min(max(step, 0), self.steps - 1)
                return index, step, self._unit_at(lane, place, step, at.y())
        return None

    def _unit_at(self, lane: Lane, place: QRectF, step: int, y: float) -> int:
        if lane.words:
            return 0
        if self.curves or lane.curved:
            low, high = lane.limits()
            value = low + (place.bottom() - y) / place.height() * (high - low)
            return int(np.abs(np.nan_to_num(lane.values[step]) - value).argmin())
        return min(int((y - place.top()) / place.height() * lane.units), lane.units - 1)

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint all lanes, the axis below them, and the cursor."""
        for index, lane in enumerate(self.lanes):
            place = self.lane_place(index)
            self._paint_title(painter, lane, place)
            if lane.words:
                self._paint_words(painter, lane, place)
            elif self.curves or lane.curved:
                self._paint_curves(painter, index, lane, place)
            else:
                self._paint_colours(painter, index, lane, place)
            self._paint_limits(painter, lane, place)
        self._paint_axis(painter)
        self._paint_cursor(painter)

    def _paint_title(self, painter: QPainter, lane: Lane, place: QRectF) -> None:
        small = QFontMetricsF(self.theme.font(small=True))
        left = QRectF(10, place.top(), place.left() - 18, place.height())
        painter.setFont(self.theme.font())
        painter.setPen(self.theme.text)
        both = left.height() >= 2 * small.height() + 4
        line = QFontMetricsF(self.theme.font()).height()
        top = left.top() if both else left.center().y() - line / 2
        title = QFontMetricsF(self.theme.font()).elidedText(lane.title, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(QRectF(left.left(), top, left.width(), line), Qt.AlignmentFlag.AlignVCenter, title)
        if both:
            painter.setFont(self.theme.font(small=True))
            if lane.curved and lane.names:
                self._paint_names(painter, lane, QPointF(left.left(), top + line + small.ascent()), left.right())
                return
            painter.setPen(self.theme.faint)
            below = QRectF(left.left(), top + line, left.width(), left.height() - line)
            flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(below, int(flags), lane.says)

    def _paint_names(self, painter: QPainter, lane: Lane, at: QPointF, right: float) -> None:
        """The names of curves in their hues, as many as there is room for."""
        metrics = QFontMetricsF(painter.font())
        for feature, name in enumerate(lane.names[: lane.units]):
            width = metrics.horizontalAdvance(name)
            if at.x() + width > right:
                return
            painter.setPen(self.theme.run(feature))
            painter.drawText(at, name)
            at = QPointF(at.x() + width + 10, at.y())

    def _paint_colours(self, painter: QPainter, index: int, lane: Lane, place: QRectF) -> None:
        if index not in self._images:
            table = sequential() if lane.ink != "signed" else diverging(self.theme)
            pixels = colour(lane.values.T, table, *lane.limits(), self.theme.error)
            self._images[index] = image(pixels)
        shrunk = lane.units > place.height() or self.steps > place.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        painter.drawImage(place, self._images[index])
        self._frame(painter, place)

    def _frame(self, painter: QPainter, place: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawRect(place)

    def _paint_curves(self, painter: QPainter, index: int, lane: Lane, place: QRectF) -> None:
        low, high = lane.limits()
        room = 0.06 * (high - low)
        axes = Axes(place, AxisRange(-0.5, self.steps - 0.5), AxisRange(low - room, high + room))
        painter.fillRect(place, self.theme.ground)
        self._frame(painter, place)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        times = np.arange(self.steps, dtype=np.float64)
        at, _, unit = self.cursor_at
        every = max(1, -(-lane.units // FAINT_CURVES))
        if lane.curved:
            for feature in range(lane.units):
                painter.setPen(QPen(self.theme.run(feature), 1.5))
                draw_line(painter, axes.map(times, lane.values[:, feature]))
            return
        painter.setPen(QPen(_faded(self.theme.run(0)), 1))
        for other in range(0, lane.units, every):
            draw_line(painter, axes.map(times, lane.values[:, other]))
        if unit < lane.units:
            painter.setPen(QPen(self.theme.run(1 if at == index else 0), 2))
            draw_line(painter, axes.map(times, lane.values[:, unit]))

    def _paint_words(self, painter: QPainter, lane: Lane, place: QRectF) -> None:
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        width = place.width() / self.steps
        self._frame(painter, place)
        shown = max(1, int(np.ceil(metrics.averageCharWidth() * 2 / width)))
        painter.setPen(self.theme.text)
        for step in range(0, self.steps, shown):
            box = QRectF(place.left() + step * width, place.top(), width * shown, place.height())
            word = metrics.elidedText(lane.words[step], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)

    def _paint_limits(self, painter: QPainter, lane: Lane, place: QRectF) -> None:
        """The values of the first and last colour, at the right."""
        if lane.words:
            return
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.theme.faint)
        low, high = (0.0 if abs(end) < 1e-6 * reach(lane.values) else end for end in lane.limits())
        right = QRectF(place.right() + 6, place.top(), self.theme.px(52), place.height())
        if not (self.curves or lane.curved):
            table = sequential() if lane.ink != "signed" else diverging(self.theme)
            strip = QRectF(right.left(), place.top(), 6, place.height())
            painter.drawImage(strip, image(np.ascontiguousarray(table[::-1][:, None])))
            right.setLeft(strip.right() + 4)
        ends = ((high, Qt.AlignmentFlag.AlignTop), (low, Qt.AlignmentFlag.AlignBottom))
        for value, flag in ends:
            if place.height() >= 2 * metrics.height() or flag is Qt.AlignmentFlag.AlignTop:
                painter.drawText(right, flag | Qt.AlignmentFlag.AlignLeft, number(value, 2))

    def _paint_axis(self, painter: QPainter) -> None:
        plot = self._plot()
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.theme.faint)
        base = plot.bottom() + metrics.ascent() + 4
        words = "step, read backwards ←" if self.back else "step →"
        painter.drawText(QPointF(10, base), words)
        for tick in linear_ticks(1, max(self.steps, 2), max(2, int(plot.width() / 60))):
            if tick == round(tick) and 1 <= tick <= self.steps:
                text = f"{round(tick):,}"
                left = self._step_x(tick - 1) - metrics.horizontalAdvance(text) / 2
                painter.drawText(QPointF(left, base), text)

    def _paint_cursor(self, painter: QPainter) -> None:
        index, step, unit = self.cursor_at
        plot, x = self._plot(), self._step_x(step)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.accent, 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, self.lane_place(len(self.lanes) - 1).bottom()))
        lane, place = self.lanes[index], self.lane_place(index)
        if lane.words or self.curves or lane.curved:
            return
        row = place.height() / lane.units
        cell = QRectF(x - 4, place.top() + unit * row - 2, 8, max(row, 2) + 4)
        painter.setPen(QPen(self.theme.accent, 2))
        painter.drawRect(cell)

    # Hands

    def sentence_at(self, at: QPointF) -> str:
        """Return the value under the pointer."""
        found = self.place_at(at)
        return "" if found is None else self.words_of(*found)

    def words_of(self, index: int, step: int, unit: int) -> str:
        """What stands at a place: the step, and the value of a unit of a lane."""
        return f"Step {step + 1}  ·  {self.lanes[index].reading(step, unit)}"

    def _go(self, lane: int, step: int, unit: int) -> None:
        """Move the cursor, as far as there is something."""
        if self.is_empty():
            self.told.emit("")
            return
        lane = min(max(lane, 0), len(self.lanes) - 1)
        step = min(max(step, 0), self.steps - 1)
        unit = min(max(unit, 0), self.lanes[lane].units - 1)
        self.cursor_at = (lane, step, unit)
        self.told.emit(self.words_of(lane, step, unit))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the cursor where one clicks."""
        found = self.place_at(event.position())
        if found is not None:
            self._go(*found)

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
        else:
            super().keyPressEvent(event)


def _faded(color: QColor) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(0.35)
    return faded
