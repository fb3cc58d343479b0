"""A small map of the whole network in the corner: where one is, and a way to elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.canvas.navigation import Navigation
from widgets.canvas.surface import Surface

WIDTH, HEIGHT, INSET = 176, 112, 12
"""Greatest size, and distance from the canvas's corner, in pixels."""

PADDING = 8
"""Free space around the tiles in the map."""

LEAST = 28
"""Least width and height."""

SIZES = (1.0, 0.65)
"""Sizes that are tried, as shares of the greatest, until a corner has room."""

Spot = tuple[bool, float]
"""Where the map is: whether at the right edge, and how far down, from 0 (upper corner) to 1 (lower corner)."""

CORNERS: tuple[Spot, ...] = ((True, 1.0), (False, 1.0), (True, 0.0), (False, 0.0))
"""Corners, in the order in which they are tried; then come the places between them along the edges."""

STEP = 20
"""Pixels between the places along an edge that are tried."""


REST = 120
"""Milliseconds without a change after which the map of a large network is painted anew."""

MANY = 500
"""Cards of a large network."""


class Minimap(QWidget):
    """Shows all cards as tiles and the part in view as a frame; a click or drag goes there.

    It never lies over a card: it takes the first corner or place along an edge that is clear, and hides without one.
    """

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
        self._search = QTimer(self)
        self._search.setSingleShot(True)
        self._search.setInterval(REST)
        self._search.timeout.connect(self.place)
        self._spot = CORNERS[0]
        self.resize(WIDTH, HEIGHT)

    def follow(self) -> None:
        """The view moves: stay while no card comes below, else hide, and look for another place at rest."""
        if not self._is_needed():
            self.hide()
            return
        place = self._place_at(self._spot, _size(self._bounds(), SIZES[0]))
        if self.is_clear(place):
            self._show_at(place)
        else:
            self.hide()
            self._search.start()

    def place(self) -> None:
        """Stay in a corner that is clear of cards; hide where none is, or where nothing is out of view."""
        self._search.stop()
        place = self._clear_place(self._bounds()) if self._is_needed() else None
        if place is None:
            self.hide()
        else:
            self._show_at(place)

    def stop(self) -> None:
        """Look for no place any more, because the canvas goes."""
        self._search.stop()
        self._later.stop()

    def _show_at(self, place: QRect) -> None:
        # Scrolling moves what lies in the viewport, so it is put back even where it stays.
        self._search.stop()
        self.setGeometry(place)
        self.show()
        self.update()

    def _is_needed(self) -> bool:
        """Whether something is out of view, and the canvas large enough for a map of it."""
        area, bounds = self._viewport.size(), self._bounds()
        roomy = area.width() > 3 * WIDTH and area.height() > 3 * HEIGHT
        return roomy and not bounds.isEmpty() and not self._navigation.visible_region().contains(bounds)

    def is_clear(self, place: QRect) -> bool:
        """Whether no card lies below a part of the viewport."""
        return not self._surface.board.card_index.meeting(self._navigation.scene_region(place))

    def _clear_place(self, bounds: QRectF) -> QRect | None:
        """Where the map is, if no card is there, or else another place."""
        for share in SIZES:
            size = _size(bounds, share)
            steps = max(1, (self._viewport.height() - size.height()) // STEP)
            edges = [(right, 1 - step / steps) for right in (True, False) for step in range(steps + 1)]
            for spot in (self._spot, *CORNERS, *edges):
                place = self._place_at(spot, size)
                if self.is_clear(place):
                    self._spot = spot
                    return place
        return None

    def _place_at(self, spot: Spot, size: QSize) -> QRect:
        area, (right, down) = self._viewport.size(), spot
        left = area.width() - size.width() - INSET if right else INSET
        return QRect(QPoint(left, INSET + round(down * (area.height() - size.height() - 2 * INSET))), size)

    def _bounds(self) -> QRectF:
        return self._surface.board.card_index.bounds()

    def _frame(self) -> tuple[QRectF, float, QPointF]:
        """What is shown of the scene, the scale, and where the scene's corner goes."""
        region, room = self._bounds(), self.size() - QSize(2 * PADDING, 2 * PADDING)
        scale = min(room.width() / region.width(), room.height() / region.height())
        left, top = self.width() - region.width() * scale, self.height() - region.height() * scale
        return region, scale, QPointF(left / 2, top / 2)

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
        key = (id(board), theme.name, self.devicePixelRatioF(), self.width(), self.height())
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
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(surface.theme.border, 1))
        painter.setBrush(surface.theme.surface)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 6, 6)
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
        self._navigation.take()
        self._navigation.center_on(region.topLeft() + (spot - corner) / scale)


def _size(bounds: QRectF, share: float) -> QSize:
    """The size of the map of a network, which has the network's proportions as far as it is large enough to be hit."""
    width, height = WIDTH * share - 2 * PADDING, HEIGHT * share - 2 * PADDING
    scale = min(width / bounds.width(), height / bounds.height())
    wide, high = (round(side * scale) + 2 * PADDING for side in (bounds.width(), bounds.height()))
    return QSize(max(LEAST, wide), max(LEAST, high))
