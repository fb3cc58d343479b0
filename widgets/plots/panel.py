"""The data area of a plot: a pyqtgraph view box with its axes, a grid, and things painted in its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from shiboken6 import isValid

from widgets.look.scrolled import on_scrolling_page
from widgets.look.theme import Theme
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.axis_item import Axis
from widgets.plots.pyramid import Floats

# Qt closes what it holds by itself, and every move of a mouse counts.
pg.setConfigOptions(exitCleanup=False, mouseRateLimit=0, imageAxisOrder="row-major", antialias=False)

BEYOND = 16.0
"""Pixels by which a mark may stand out over the edge of its panel."""
NOTCH = 0.85
"""What one notch of the wheel leaves of a range."""


Paint = Callable[[QPainter, Axes], None]


class PaintedItem(pg.GraphicsObject):
    """Something painted in the pixels of a panel, given its axes, as the view and the data change.

    The panel cuts it at its edges. ``whole`` lays it over the panel instead, so that a mark at an edge is not cut.
    """

    def __init__(self, panel: Panel, paint: Paint, z: float = 1.0, *, whole: bool = False) -> None:
        super().__init__(panel.parentItem() if whole else panel)
        self._panel, self._paint, self._whole = panel, paint, whole
        self._area = self._area_of_panel()
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        panel.sigRangeChanged.connect(lambda *_: self.update())
        panel.sigResized.connect(self._resized)
        if whole:
            panel.geometryChanged.connect(self._resized)

    def _resized(self, *_: object) -> None:
        # A panel moves once more while its plot is taken down, when it or this item may be gone already.
        if isValid(self) and isValid(self._panel):
            self.prepareGeometryChange()
            self._area = self._area_of_panel()
            self.update()

    def _area_of_panel(self) -> QRectF:
        panel = self._panel
        return panel.geometry().adjusted(-BEYOND, -BEYOND, BEYOND, BEYOND) if self._whole else QRectF(panel.rect())

    def boundingRect(self) -> QRectF:
        # Qt asks for it at any time, also when the panel is gone, and an error here would end the process.
        return self._area

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint with the axes as they are."""
        if self._whole:
            painter.translate(self._panel.pos())
        self._paint(painter, self._panel.axes())


class Panel(pg.ViewBox):
    """A data area. It shows all data, also as more comes, until a person zooms or pans; `fit` goes back to that.

    The wheel zooms at the pointer and a drag pans; on a page that scrolls, the wheel scrolls it and zooms with Ctrl.
    Where ``wheel_along`` is 0 or 1 the wheel changes one axis, and with Shift the other. `zoomed` says that a person
    changed the range, or went back to all; `left_behind` that a linked panel has moved on with its data.

    A ``bounded`` panel, of pictures and cells, shows nothing beside its data: it zooms out to the whole and no further.
    """

    zoomed = Signal()
    left_behind = Signal()

    def __init__(self, *, wheel_along: int | None = None) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setAcceptHoverEvents(False)
        self.state["wheelScaleFactor"] = math.log(NOTCH) / math.log(1.02) / 120
        self._wheel_along = wheel_along
        self.bounded = False
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
            if panel is not self and panel.x_range != x:
                panel.left_behind.emit()

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
        if self.bounded and self._is_whole():
            self.fit()
            return
        if self.bounded:
            self._keep_inside()
        self.show_extent()
        self.zoomed.emit()

    def _is_whole(self) -> bool:
        """Whether the view has the size of all data, or more."""
        x = self.x_extent()
        return x is not None and self.x_range.span >= x.span and self.y_range.span >= self.y_extent(x).span

    def _keep_inside(self) -> None:
        """Move what is in view as little as needed to have nothing but data there, where they fill it."""
        if (whole := self.x_extent()) is not None:
            x, y = self.x_range.moved_into(whole), self.y_range.moved_into(self.y_extent(whole))
            self.setRange(xRange=(x.low, x.high), yRange=(y.low, y.high), padding=0)

    # Hands

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        """Zoom along both axes, or along the one that the pointer, the panel and Shift say; or leave it to the page."""
        if scrolls_page(ev.widget(), ev.modifiers()):
            ev.ignore()
            return
        if axis is None and self._wheel_along is not None:
            axis = self._wheel_along ^ bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().wheelEvent(ev, axis)

    def value_at(self, at: QPointF) -> QPointF:
        """Return the values of x and y at a point of the scene."""
        self.updateMatrix()
        return self.mapSceneToView(at)

    def prepareForPaint(self) -> None:
        """Place what stands in coordinates of the data, where any of it is shown."""
        if any(item.isVisible() for item in self.childGroup.childItems()):
            super().prepareForPaint()

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

    def painted(self, paint: Paint, z: float = 1.0, *, whole: bool = False) -> PaintedItem:
        """Add something that is painted in the panel's pixels, and cut at its edges unless it is to stay ``whole``."""
        item = PaintedItem(self, paint, z, whole=whole)
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


def scrolls_page(widget: QWidget | None, keys: Qt.KeyboardModifier) -> bool:
    """Whether the wheel over a chart is for the page that it stands on: where that scrolls, unless Ctrl is held."""
    return not keys & Qt.KeyboardModifier.ControlModifier and on_scrolling_page(widget)
