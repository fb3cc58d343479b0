"""A small map of the whole network in the corner: where one is, and a way to elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.canvas.navigation import Navigation
from widgets.canvas.surface import Surface

WIDTH, HEIGHT, INSET = 176, 112, 12
"""Size, and distance from the canvas's corner, in pixels."""


REST = 120
"""Milliseconds without a change after which the map of a large network is painted anew."""

MANY = 500
"""Cards of a large network."""


class Minimap(QWidget):
    """Shows all cards as tiles and the part in view as a frame; a click or drag goes there."""

    def __init__(self, viewport: QWidget, surface: Surface, navigation: Navigation) -> None:
        # Inside the viewport, because what lies over it from outside keeps Qt from scrolling what is painted already.
        super().__init__(viewport)
        self.setObjectName("minimap")
        self.setAccessibleName("Map of the network")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._viewport, self._surface, self._navigation = viewport, surface, navigation
        self._picture: tuple[object, int, QPixmap] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REST)
        self._later.timeout.connect(self._catch_up)
        self._rested = False
        self.resize(WIDTH, HEIGHT)

    def place(self) -> None:
        """Stay in the lower right corner; hide where there is nothing out of view."""
        area, bounds = self._viewport.size(), self._bounds()
        needed = not bounds.isEmpty() and not self._navigation.visible_region().contains(bounds)
        roomy = area.width() > 3 * WIDTH and area.height() > 3 * HEIGHT
        self.setVisible(needed and roomy)
        self.move(area.width() - WIDTH - INSET, area.height() - HEIGHT - INSET)
        if self.isVisible():
            self.update()

    def _bounds(self) -> QRectF:
        return self._surface.board.card_index.bounds()

    def _frame(self) -> tuple[QRectF, float, QPointF]:
        """What is shown of the scene, the scale, and where the scene's corner goes."""
        region = self._bounds()
        scale = min((WIDTH - 16) / region.width(), (HEIGHT - 16) / region.height())
        corner = QPointF((WIDTH - region.width() * scale) / 2, (HEIGHT - region.height() * scale) / 2)
        return region, scale, corner

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._surface.theme
        painter.drawPixmap(0, 0, self._tiles())
        region, scale, corner = self._frame()
        view = self._navigation.visible_region()
        seen = QRectF((view.topLeft() - region.topLeft()) * scale + corner, view.size() * scale)
        seen = seen.intersected(QRectF(self.rect()).adjusted(3, 3, -3, -3))
        fill = QColor(theme.accent)
        fill.setAlpha(30)
        painter.setPen(QPen(theme.accent, 1))
        painter.setBrush(fill)
        painter.drawRect(seen.toAlignedRect())

    def _catch_up(self) -> None:
        self._rested = True
        self.repaint()
        self._rested = False

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _tiles(self) -> QPixmap:
        board, theme = self._surface.board, self._surface.theme
        key = (id(board), theme.name, self.devicePixelRatioF())
        known = self._picture
        if known is not None and known[:2] == (key, board.changed):
            return known[2]
        if known is not None and known[0] == key and len(board.cards) > MANY and not self._rested:
            # A drag would paint the whole map anew with every step; it follows once the hand rests.
            self._later.start()
            return known[2]
        self._picture = (key, board.changed, self._paint_tiles())
        return self._picture[2]

    def _paint_tiles(self) -> QPixmap:
        surface, ratio = self._surface, self.devicePixelRatioF()
        pixmap = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(surface.theme.border, 1))
        painter.setBrush(surface.theme.surface)
        painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        region, scale, corner = self._frame()
        painter.translate(corner)
        painter.scale(scale, scale)
        painter.translate(-region.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        for family, rects in surface.tiles().items():
            painter.setBrush(surface.card_painter.tile(family))
            painter.drawRects([rect.adjusted(0, 0, 0, max(0.0, 2 / scale - rect.height())) for rect in rects])
        painter.end()
        return pixmap

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, spot: QPointF) -> None:
        region, scale, corner = self._frame()
        self._navigation.framed = False
        self._navigation.center_on(region.topLeft() + (spot - corner) / scale)
