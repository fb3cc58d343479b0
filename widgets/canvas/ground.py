"""The scene's ground: a neutral colour with a faint grid of dots."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap, QTransform

from widgets.canvas.card_cache import whole
from widgets.canvas.level_of_detail import MID_FROM
from widgets.look.theme import Theme

SPACING = 24
"""Distance between dots in scene pixels, nearly: on the screen it is a whole number, so that all dots look alike."""


class Ground:
    """Paints the ground; the dots are one tile that Qt repeats, painted once per theme and scale."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._tile: tuple[float, float, QBrush] | None = None

    def paint(self, painter: QPainter, region: QRectF) -> None:
        """Fill ``region`` (scene coordinates)."""
        transform = painter.worldTransform()
        if transform.m11() < MID_FROM:
            painter.fillRect(region, self.theme.ground)
            return
        ratio = painter.device().devicePixelRatioF()
        area, origin = transform.mapRect(region), transform.map(QPointF(0, 0))
        brush = self._brush(transform.m11(), ratio)
        painter.setWorldMatrixEnabled(False)
        painter.setBrushOrigin(QPointF(whole(origin.x()), whole(origin.y())))
        painter.fillRect(area, brush)
        painter.setWorldMatrixEnabled(True)

    def _brush(self, zoom: float, ratio: float) -> QBrush:
        if self._tile is None or self._tile[:2] != (zoom, ratio):
            self._tile = (zoom, ratio, self._dots(zoom, ratio))
        return self._tile[2]

    def _dots(self, zoom: float, ratio: float) -> QBrush:
        side = max(2, round(SPACING * zoom * ratio))
        tile = QPixmap(side, side)
        tile.fill(self.theme.ground)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.grid)
        radius = ratio * max(0.8, min(1.1 * zoom, 2.0))
        middle = side // 2 + (0.5 if ratio == 1 else 0.0)
        painter.drawEllipse(QPointF(middle, middle), radius, radius)
        painter.end()
        brush = QBrush(tile)
        brush.setTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
        return brush


def paint_empty(painter: QPainter, theme: Theme, area: QRectF) -> None:
    """Teach the next step in the middle of an empty canvas; ``area`` is the viewport's."""
    painter.save()
    painter.resetTransform()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    keys = "Wheel zooms   ·   Space and drag pans   ·   Drag from a port to connect"
    lines = (
        (theme.font(bold=True), theme.text, "Drop a layer here, or press Tab"),
        (theme.font(), theme.faint, "Start with an Input, then press Tab again to add the next layer behind it."),
        (theme.font(small=True), theme.faint, keys),
    )
    y = area.center().y() - 36
    for font, color, text in lines:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QRectF(area.left(), y, area.width(), 24), Qt.AlignmentFlag.AlignCenter, text)
        y += 26
    painter.restore()
