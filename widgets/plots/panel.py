"""The data area of a plot: a pyqtgraph view box with its axes, a grid, and things painted in its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.look.terms import definition
from widgets.look.theme import Theme
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.pyramid import Floats
from widgets.plots.ticks import linear_ticks, log_ticks, number

# Qt closes what it holds by itself, and every move of a mouse counts.
pg.setConfigOptions(exitCleanup=False, mouseRateLimit=0, imageAxisOrder="row-major", antialias=False)

NOTCH = 0.85
"""What one notch of the wheel leaves of a range."""
ROUND_TO = 8
"""Widths of axes are multiples of this, so that a plot whose numbers grow does not tremble."""

Paint = Callable[[QPainter, Axes], None]


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_text(power: float) -> str:
    """Return a value on a logarithmic axis, given its exponent of ten."""
    if power == round(power) and abs(power) > 3:
        return "10" + str(round(power)).translate(SUPERSCRIPTS)
    return number(10.0**power, 3)


class Axis(pg.AxisItem):
    """One side's numbers at round values, or names at whole ones, and the title that says what runs along it."""

    def __init__(self, side: str, panel: Panel) -> None:
        super().__init__(side, linkView=panel, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self._panel = panel
        self.write: Callable[[float], str] = number
        self.names: tuple[str, ...] = ()
        self.whole = self.log = False
        self.title = ""
        self._font, self._ink = self.font(), QColor()
        self._known: tuple[tuple[float, float, float], list[float]] | None = None
        self._level = side in ("top", "bottom")
        self._upright = False
        self._metrics = QFontMetricsF(self.font())

    def set_title(self, title: str) -> None:
        """Say what runs along the axis, with its unit; an empty title takes no room."""
        if title != self.title:
            self.title = title
            self.setToolTip(definition(title))
            self.showLabel(bool(title))

    def set_names(self, names: Sequence[str]) -> None:
        """Write names at 0, 1, 2 ... in place of numbers."""
        self.names, self._known = tuple(names), None

    def set_log(self, log: bool) -> None:
        """Say that values are exponents of ten, or values again."""
        self.log, self._known = log, None
        self.write = power_text if log else number

    def set_theme(self, theme: Theme) -> None:
        """Take fonts and inks."""
        self._font = theme.font(small=True)
        self._metrics = QFontMetricsF(self._font)
        self._ink = theme.text if self.names else theme.faint
        self._known = None
        self.label.setFont(self._font)
        self.label.setDefaultTextColor(theme.faint)

    def ticks(self) -> list[float]:
        """Return the places that are marked in the range in view."""
        low, high = sorted(self._panel.ends(self._level))
        size = self.rect().width() if self._level else self.rect().height()
        if self._known is None or self._known[0] != (low, high, size):
            self._known = (low, high, size), self._ticks(low, high, size)
        return self._known[1]

    def _ticks(self, low: float, high: float, size: float) -> list[float]:
        if not (math.isfinite(high - low) and high > low and size > 1):
            return []
        line = self._metrics.height()
        if self.names:
            return self._places_of_names(low, high, size, line)
        wanted = max(2, int(size / (line * (2.2 if self._level else 2.6))))
        ticks = self._round_places(low, high, wanted)
        while self._level and wanted > 2 and sum(map(self._breadth, ticks)) > size:
            wanted -= max(1, wanted // 4)
            ticks = self._round_places(low, high, wanted)
        return ticks

    def _round_places(self, low: float, high: float, wanted: int) -> list[float]:
        ticks = (log_ticks if self.log else linear_ticks)(low, high, wanted)
        return [tick for tick in ticks if tick == round(tick)] if self.whole else ticks

    def _breadth(self, tick: float) -> float:
        return self._metrics.horizontalAdvance(self.write(tick)) + 1.4 * self._metrics.height()

    def _places_of_names(self, low: float, high: float, size: float, line: float) -> list[float]:
        room = size / (high - low)
        # Names that are wider than their column are written upright, and then take a line's height each.
        every = max(1, math.ceil(line / room)) if self._upright or not self._level else 1
        first, last = max(math.ceil(low), 0), min(math.floor(high), len(self.names) - 1)
        return [float(place) for place in range(first, last + 1) if place % every == 0]

    def measure(self, room: float) -> None:
        """Take the room that the texts of the range in view need across the axis, at most ``room`` pixels."""
        widest = max((self._metrics.horizontalAdvance(text) for _, text in self._texts()), default=0.0)
        title = self._metrics.height() + 4 if self.title else 0.0
        if not self._level:
            self.setWidth(math.ceil((min(widest, room) + 8 + title) / ROUND_TO) * ROUND_TO)
            return
        low, high = sorted(self._panel.ends(self._level))
        slot = self.rect().width() / max(high - low, 1e-12) * (1 if self.names else 1e9)
        self._upright = bool(self.names) and widest > slot - 4
        across = min(widest, room) + 4 if self._upright else self._metrics.height()
        self.setHeight(math.ceil(across + 6 + title))

    def lay_out_title(self) -> None:
        """Write the title as far as it has room."""
        room = (self.geometry().width() if self._level else self.geometry().height()) - 4
        text = self._metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, max(room, 0))
        if self.label.toPlainText() != text:
            self.label.setPlainText(text)
            self.resizeEvent()

    def _texts(self) -> list[tuple[float, str]]:
        return [(tick, self.names[int(tick)] if self.names else self.write(tick)) for tick in self.ticks()]

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the texts of the ticks: pyqtgraph's own way takes several times as long."""
        painter.setFont(self._font)
        painter.setPen(self._ink)
        area, line = QRectF(self.rect()), self._metrics.height()
        title = line + 4 if self.title else 0.0
        low, high = self._panel.ends(self._level)
        scale = (area.width() if self._level else area.height()) / (high - low or 1.0)
        for tick, text in self._texts():
            along = (tick - low) * scale
            if self._upright:
                self._write_upright(painter, along, text, area.height() - title - 8)
            elif self._level:
                self._write_level(painter, along, text, 4.0 if self.orientation == "bottom" else title)
            else:
                self._write_beside(painter, along - line / 2, text, title)

    def _write_beside(self, painter: QPainter, top: float, text: str, title: float) -> None:
        """Write at the left of the panel or at its right, next to it."""
        width, left = self.rect().width() - title - 6, self.orientation == "left"
        row = QRectF(title if left else 6.0, top, width, self._metrics.height())
        name = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width + 1)
        side = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
        painter.drawText(row, int(side | Qt.AlignmentFlag.AlignVCenter), name)

    def _write_level(self, painter: QPainter, x: float, text: str, top: float) -> None:
        """Write below or above the middle of a tick; at the ends the text stays within the axis."""
        width = self._metrics.horizontalAdvance(text)
        left = min(max(x - width / 2, -2.0), self.rect().right() + 10 - width)
        painter.drawText(QPointF(left, top + self._metrics.ascent()), text)

    def _write_upright(self, painter: QPainter, x: float, text: str, length: float) -> None:
        """Write a name that is wider than its column from below upwards."""
        line = self._metrics.height()
        painter.save()
        painter.translate(x, self.rect().height() - 4 if self.orientation == "top" else length + 4)
        painter.rotate(-90)
        name = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, length + 1)
        flags = Qt.AlignmentFlag.AlignVCenter
        flags |= Qt.AlignmentFlag.AlignLeft if self.orientation == "top" else Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, -line / 2, length + 2, line), int(flags), name)
        painter.restore()


class PaintedItem(pg.GraphicsObject):
    """Something painted in the pixels of a panel, given its axes, as the view and the data change."""

    def __init__(self, panel: Panel, paint: Paint, z: float = 1.0) -> None:
        super().__init__(panel)
        self._panel, self._paint = panel, paint
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        panel.sigRangeChanged.connect(self._changed)
        panel.sigResized.connect(self._changed)

    def _changed(self, *_: object) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._panel.rect()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint with the axes as they are."""
        self._paint(painter, self._panel.axes())


class Panel(pg.ViewBox):
    """A data area. It shows all data, also as more comes, until a person zooms or pans; `fit` goes back to that.

    The wheel zooms at the pointer and a drag pans. Where ``wheel_along`` is 0 or 1 the wheel changes one axis, and with
    Shift the other. `zoomed` says that a person changed the range, or went back to all.
    """

    zoomed = Signal()

    def __init__(self, *, wheel_along: int | None = None) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setAcceptHoverEvents(False)
        self.state["wheelScaleFactor"] = math.log(NOTCH) / math.log(1.02) / 120
        self._wheel_along = wheel_along
        self.cell = (1, 1)
        self.follows_x = self.follows_y = True
        self.x_extent: Callable[[], AxisRange | None] = lambda: AxisRange(0.0, 1.0)
        self.y_extent: Callable[[AxisRange], AxisRange] = lambda _: AxisRange(0.0, 1.0)
        self.linked: list[Panel] = [self]
        self.sides: dict[str, Axis] = {}
        self._painted: list[PaintedItem] = []  # Qt's ownership does not keep what Python paints
        self.crosshair = pg.InfiniteLine(angle=90, movable=False)
        self.crosshair.setZValue(9)
        self.crosshair.hide()
        self.addItem(self.crosshair, ignoreBounds=True)
        self.sigRangeChangedManually.connect(self._moved_by_hand)
        self.sigResized.connect(lambda *_: self.show_extent() if self.follows and self.isVisible() else None)

    # Ranges

    @property
    def x_range(self) -> AxisRange:
        """What is in view across."""
        return AxisRange(*self.viewRange()[0])

    @property
    def y_range(self) -> AxisRange:
        """What is in view upwards, or downwards where y is turned over."""
        return AxisRange(*self.viewRange()[1])

    def axes(self) -> Axes:
        """Return how values become pixels of this item."""
        y = self.y_range
        return Axes(QRectF(self.rect()), self.x_range, AxisRange(y.high, y.low) if self.state["yInverted"] else y)

    def ends(self, across: bool) -> tuple[float, float]:
        """Return the values at the left and right ends, or at the upper and lower ones."""
        if across:
            return self.x_range.low, self.x_range.high
        y = self.y_range
        return (y.low, y.high) if self.state["yInverted"] else (y.high, y.low)

    def set_extent(self, x: AxisRange, y: AxisRange) -> None:
        """Say what all of the data spans."""
        self.x_extent, self.y_extent = lambda: x, lambda _: y

    def link_x(self, other: Panel) -> None:
        """Show the same stretch of x as another panel from now on."""
        everyone = [*self.linked, *other.linked]
        for panel in everyone:
            panel.linked = everyone

    @property
    def follows(self) -> bool:
        """Whether all data are in view, and will be as more come."""
        return self.follows_x and self.follows_y

    def fit(self) -> None:
        """Show everything, and keep showing everything as data come."""
        self.follows_y = True
        for panel in self.linked:
            panel.follows_x = True
        for panel in self.linked:
            panel.show_extent()
            panel.zoomed.emit()

    def show_extent(self) -> None:
        """Move the axes that follow the data to all of the data."""
        extents = [extent for panel in self.linked if (extent := panel.x_extent()) is not None]
        x = self.x_range
        if self.follows_x and extents:
            x = AxisRange(min(extent.low for extent in extents), max(extent.high for extent in extents))
        y = self.y_extent(x) if self.follows_y else self.y_range
        self.setRange(xRange=(x.low, x.high), yRange=(y.low, y.high), padding=0)
        for panel in self.linked:
            if panel.x_range != x and panel is not self:
                panel.show_extent()

    def zoom(self, factor: float) -> None:
        """Make the range in view ``factor`` times as large about its middle, as the wheel would."""
        along = self._wheel_along
        self.scaleBy(x=factor if along != 1 else None, y=factor if along != 0 else None)
        self.sigRangeChangedManually.emit([along != 1, along != 0])

    def _moved_by_hand(self, mask: Sequence[bool]) -> None:
        x = self.x_range
        for panel in self.linked if mask[0] else ():
            panel.follows_x = False
            if panel is not self:
                panel.setRange(xRange=(x.low, x.high), padding=0)
                panel.show_extent()
                panel.zoomed.emit()
        self.follows_y = self.follows_y and not mask[1]
        self.show_extent()
        self.zoomed.emit()

    # Hands

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        """Zoom along both axes, or along the one that the pointer, the panel and Shift say."""
        if axis is None and self._wheel_along is not None:
            axis = self._wheel_along ^ bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().wheelEvent(ev, axis)

    def value_at(self, at: QPointF) -> QPointF:
        """Return the values of x and y at a point of the scene."""
        self.updateMatrix()
        return self.mapSceneToView(at)

    def point_of(self, x: float, y: float) -> QPointF:
        """Return the point of the scene at which values of x and y stand."""
        self.updateMatrix()
        return self.mapViewToScene(QPointF(x, y))

    def places(self, x: Floats, y: Floats) -> Floats:
        """Return the points of the scene at which N values stand, shape (N, 2)."""
        corner = self.mapToScene(QPointF(0, 0))
        places: Floats = self.axes().map(x, y) + np.array((corner.x(), corner.y()))
        return places

    # Looks

    def painted(self, paint: Paint, z: float = 1.0) -> PaintedItem:
        """Add something that is painted in the panel's pixels."""
        item = PaintedItem(self, paint, z)
        self._painted.append(item)
        return item

    def add(self, item: QGraphicsItem, z: float = 1.0) -> None:
        """Add an item in the coordinates of the data."""
        item.setZValue(z)
        self.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Take fonts and inks for axes and crosshair."""
        self.crosshair.setPen(QPen(theme.faint, 0))
        for axis in self.sides.values():
            axis.set_theme(theme)

    def paint_grid(self, painter: QPainter, axes: Axes, theme: Theme) -> None:
        """Draw a faint line across at every number of the left axis."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.border, 1))
        rows = [round(axes.to_y(tick)) + 0.5 for tick in self.sides["left"].ticks()]
        painter.drawLines([QLineF(axes.area.left(), row, axes.area.right(), row) for row in rows])
