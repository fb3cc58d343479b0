"""A spectrum with a circle on it that parts slow waves from fast ones."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from app.numerics.spectrum import CORNER, Floats, frequencies, magnitude
from widgets.charts.titled_image import PicturePane
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes
from widgets.plots.panel import Panel
from widgets.plots.ticks import number

STEP, LEAP = 0.01, 0.05
"""What the arrows and the page keys change, in cycles per pixel."""


class SpectrumView(PicturePane):
    """The centred, logarithmic spectrum of a picture; from edge to edge it goes from -0.5 to 0.5 cycles per pixel.

    `radius_changed` carries the circle's new radius in cycles per pixel, however it was changed by hand: by dragging,
    by the arrows, by Page up and down, by Home and End.
    """

    radius_changed = Signal(float)

    def __init__(self, source: ThemeSource, title: str, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._sizes: Floats = np.empty((0, 0))
        self._radius = 0.25
        self._high = False
        self.panel.painted(self._paint_veil, 1.5)
        self._handle = pg.TargetItem(movable=True, size=13, symbol="o")
        self.panel.add(self._handle, 2)
        self._handle.sigPositionChanged.connect(self._dragged)

    def set_picture(self, picture: Floats) -> None:
        """Show the spectrum of a picture (..., H, W)."""
        self._sizes = magnitude(picture)
        self.set_values(np.log10(1.0 + self._sizes), "size", note="logarithmic, slow waves in the middle")

    def set_circle(self, radius: float, *, high: bool) -> None:
        """Put the circle at a radius in cycles per pixel; ``high`` says that what is outside is kept."""
        self._radius, self._high = min(max(radius, 0.0), CORNER), high
        kept = "outside" if high else "inside"
        self.describe(f"The waves {kept} a circle of {self._radius:.3f} cycles per pixel are kept.")
        self._place_ring()

    @property
    def radius(self) -> float:
        """The circle's radius in cycles per pixel."""
        return self._radius

    def bounds(self) -> QRectF:
        """Return where the spectrum stands, in cycles per pixel: the mean is the middle of a cell, at 0."""
        rows, columns = self._values.shape[1:]
        return QRectF(-(columns // 2 + 0.5) / columns, -(rows // 2 + 0.5) / rows, 1.0, 1.0)

    def centre(self) -> QPointF:
        """Return where the mean stands in the view."""
        self.prepare()
        return self.panel.point_of(0.0, 0.0)

    def handle(self) -> QPointF:
        """Return where the mark on the circle stands in the view."""
        self.prepare()
        at = self._handle.pos()
        return self.panel.point_of(at.x(), at.y())

    def draw(self) -> None:
        """Colour the spectrum and give the circle its look."""
        super().draw()
        self._handle.setPen(pg.mkPen(self.theme.surface, width=1.5))
        self._handle.setBrush(self.theme.accent)
        self._place_ring()

    def _place_ring(self) -> None:
        """Put the mark on the circle; it stays in the direction into which it was dragged."""
        at = self._handle.pos()
        away = math.hypot(at.x(), at.y())
        across, down = (at.x() / away, at.y() / away) if away > 1e-9 else (CORNER, -CORNER)
        with QSignalBlocker(self._handle):
            self._handle.setPos(across * self._radius, down * self._radius)
        self.scene().update()

    def _paint_veil(self, painter: QPainter, axes: Axes) -> None:
        """Dim what is not kept, and draw the circle."""
        whole, ring = QPainterPath(), QPainterPath()
        bounds, far = self.bounds(), self._radius
        corners = (bounds.topLeft(), bounds.bottomRight()), (QPointF(-far, -far), QPointF(far, far))
        rects = [QRectF(*(QPointF(axes.to_x(at.x()), axes.to_y(at.y())) for at in pair)) for pair in corners]
        whole.addRect(rects[0])
        ring.addEllipse(rects[1])
        veil = QColor(self.theme.surface)
        veil.setAlphaF(0.72)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(whole.intersected(ring) if self._high else whole.subtracted(ring), veil)
        painter.setClipRect(rects[0])
        for ink, width in ((self.theme.surface, 4), (self.theme.accent, 2)):
            painter.setPen(QPen(ink, width))
            painter.drawPath(ring)

    def _where(self, row: int, column: int) -> str:
        speed = float(frequencies(*self._sizes.shape)[row, column])
        length = f"a wave {number(1 / speed, 3)} pixels long" if speed > 0 else "the mean of the picture"
        return f"{length}, size {number(float(self._sizes[row, column]), 3)}"

    # Hands

    def _choose(self, radius: float) -> None:
        self.set_circle(radius, high=self._high)
        self.radius_changed.emit(self._radius)

    def _dragged(self) -> None:
        at = self._handle.pos()
        self._choose(math.hypot(at.x(), at.y()))

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """The circle goes through the pointer."""
        self._handle.setPos(x, y)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and page keys make the circle smaller or larger; Home and End make it least and largest."""
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Down: -STEP, Qt.Key.Key_Right: STEP, Qt.Key.Key_Up: STEP}
        steps |= {Qt.Key.Key_PageDown: -LEAP, Qt.Key.Key_PageUp: LEAP, Qt.Key.Key_Home: -1.0, Qt.Key.Key_End: 1.0}
        if key in steps and not self.is_empty():
            self._choose(self._radius + steps[key])
        else:
            super().keyPressEvent(event)
