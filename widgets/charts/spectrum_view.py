"""A spectrum with a circle on it that parts slow waves from fast ones."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from app.numerics.spectrum import CORNER, Floats, frequencies, magnitude
from widgets.charts.titled_image import PicturePane
from widgets.look.theme import ThemeSource
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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._sizes: Floats = np.empty((0, 0))
        self._radius = 0.25
        self._high = False

    def set_picture(self, picture: Floats) -> None:
        """Show the spectrum of a picture (..., H, W)."""
        self._sizes = magnitude(picture)
        self.set_values(np.log10(1.0 + self._sizes), "size", note="logarithmic, slow waves in the middle")

    def set_circle(self, radius: float, *, high: bool) -> None:
        """Put the circle at a radius in cycles per pixel; ``high`` says that what is outside is kept."""
        self._radius, self._high = min(max(radius, 0.0), CORNER), high
        kept = "outside" if high else "inside"
        self.describe(f"The waves {kept} a circle of {self._radius:.3f} cycles per pixel are kept.")
        self.update()

    @property
    def radius(self) -> float:
        """The circle's radius in cycles per pixel."""
        return self._radius

    def _aspect(self) -> float:
        return 1.0

    def centre(self) -> QPointF:
        """Return where the mean stands: the middle of a cell, which for even sizes is not that of the picture."""
        place = self.place()
        rows, columns = self._values.shape[1:]
        across, down = (columns // 2 + 0.5) / columns, (rows // 2 + 0.5) / rows
        return QPointF(place.left() + across * place.width(), place.top() + down * place.height())

    def handle(self) -> QPointF:
        """Return where the mark on the circle stands."""
        along = self._radius * self.place().width() * CORNER
        return self.centre() + QPointF(along, -along)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the spectrum, dim what is not kept, and draw the circle."""
        super().paint(painter, area)
        place, centre = self.place(), self.centre()
        far = self._radius * place.width()
        ring = QPainterPath()
        ring.addEllipse(centre, far, far)
        whole = QPainterPath()
        whole.addRect(place)
        painter.save()
        painter.setClipRect(place)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self.theme.surface)
        veil.setAlphaF(0.72)
        painter.fillPath(ring if self._high else whole.subtracted(ring), veil)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((self.theme.surface, 4), (self.theme.accent, 2)):
            painter.setPen(QPen(ink, width))
            painter.drawPath(ring)
        painter.setPen(QPen(self.theme.surface, 1.5))
        painter.setBrush(self.theme.accent)
        painter.drawEllipse(self.handle(), 5 * self.theme.scale, 5 * self.theme.scale)
        painter.restore()

    def _where(self, row: int, column: int) -> str:
        speed = float(frequencies(*self._sizes.shape)[row, column])
        length = f"a wave {number(1 / speed, 3)} pixels long" if speed > 0 else "the mean of the picture"
        return f"{length}, size {number(float(self._sizes[row, column]), 3)}"

    # Hands

    def _choose(self, radius: float) -> None:
        self.set_circle(radius, high=self._high)
        self.radius_changed.emit(self._radius)

    def _drag_to(self, at: QPointF) -> None:
        away = at - self.centre()
        self._choose(math.hypot(away.x(), away.y()) / max(self.place().width(), 1.0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The circle goes through the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and not self.is_empty():
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The circle follows a pressed pointer; a free one asks what it points at."""
        if event.buttons() & Qt.MouseButton.LeftButton and not self.is_empty():
            self._drag_to(event.position())
        else:
            super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and page keys make the circle smaller or larger; Home and End make it least and largest."""
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Down: -STEP, Qt.Key.Key_Right: STEP, Qt.Key.Key_Up: STEP}
        steps |= {Qt.Key.Key_PageDown: -LEAP, Qt.Key.Key_PageUp: LEAP, Qt.Key.Key_Home: -1.0, Qt.Key.Key_End: 1.0}
        if key in steps and not self.is_empty():
            self._choose(self._radius + steps[key])
        else:
            super().keyPressEvent(event)
