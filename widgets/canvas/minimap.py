"""A small map of the whole network in the corner: where one is, and a way to elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from widgets.canvas.view import CanvasView

WIDTH, HEIGHT, INSET = 176, 112, 12
"""Size, and distance from the canvas's corner, in pixels."""


class Minimap(QWidget):
    """Shows all cards as tiles and the part in view as a frame; a click or drag goes there."""

    def __init__(self, canvas: CanvasView) -> None:
        # Inside the viewport, because what lies over it from outside keeps Qt from scrolling what is painted already.
        super().__init__(canvas.viewport())
        self.setObjectName("minimap")
        self.setAccessibleName("Map of the network")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._canvas = canvas
        self._picture: tuple[object, QPixmap] | None = None
        self.resize(WIDTH, HEIGHT)

    def place(self) -> None:
        """Stay in the lower right corner; hide where there is nothing out of view."""
        canvas = self._canvas
        bounds = canvas.board.card_index.bounds()
        wanted = canvas.minimap_wanted and not bounds.isEmpty() and not canvas.visible_region().contains(bounds)
        roomy = canvas.width() > 3 * WIDTH and canvas.height() > 3 * HEIGHT
        self.setVisible(wanted and roomy)
        self.move(canvas.width() - WIDTH - INSET, canvas.height() - HEIGHT - INSET)
        if self.isVisible():
            self.update()

    def _frame(self) -> tuple[QRectF, float, QPointF]:
        """What is shown of the scene, the scale, and where the scene's corner goes."""
        region = self._canvas.board.card_index.bounds()
        scale = min((WIDTH - 16) / region.width(), (HEIGHT - 16) / region.height())
        corner = QPointF((WIDTH - region.width() * scale) / 2, (HEIGHT - region.height() * scale) / 2)
        return region, scale, corner

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._canvas.theme
        painter.drawPixmap(0, 0, self._tiles())
        region, scale, corner = self._frame()
        view = self._canvas.visible_region()
        seen = QRectF((view.topLeft() - region.topLeft()) * scale + corner, view.size() * scale)
        seen = seen.intersected(QRectF(self.rect()).adjusted(3, 3, -3, -3))
        fill = QColor(theme.accent)
        fill.setAlpha(30)
        painter.setPen(QPen(theme.accent, 1))
        painter.setBrush(fill)
        painter.drawRect(seen.toAlignedRect())

    def _tiles(self) -> QPixmap:
        board, theme = self._canvas.board, self._canvas.theme
        key = (id(board), board.changed, theme.name, self.devicePixelRatioF())
        if self._picture is None or self._picture[0] != key:
            self._picture = (key, self._paint_tiles())
        return self._picture[1]

    def _paint_tiles(self) -> QPixmap:
        canvas, ratio = self._canvas, self.devicePixelRatioF()
        pixmap = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(canvas.theme.border, 1))
        painter.setBrush(canvas.theme.surface)
        painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        region, scale, corner = self._frame()
        painter.translate(corner)
        painter.scale(scale, scale)
        painter.translate(-region.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        for family, rects in canvas.surface.tiles().items():
            painter.setBrush(canvas.surface.card_painter.tile(family))
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
        self._canvas.framed = False
        self._canvas.centerOn(region.topLeft() + (spot - corner) / scale)
