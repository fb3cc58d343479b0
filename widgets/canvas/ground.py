"""The scene's ground: a neutral colour with a faint grid of dots."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap, QTransform

from widgets.canvas.levels import MID_FROM
from widgets.theme import Theme

SPACING = 24
"""Distance between dots in scene pixels."""


class Ground:
    """Paints the ground; the dots are one tile that Qt repeats, painted once per theme and scale."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._tile: tuple[float, QBrush] | None = None

    def paint(self, painter: QPainter, region: QRectF) -> None:
        """Fill ``region`` (scene coordinates)."""
        painter.fillRect(region, self.theme.ground)
        zoom = painter.worldTransform().m11()
        if zoom >= MID_FROM:
            painter.fillRect(region, self._brush(zoom * painter.device().devicePixelRatioF()))

    def _brush(self, scale: float) -> QBrush:
        if self._tile is None or self._tile[0] != scale:
            self._tile = (scale, self._dots(scale))
        return self._tile[1]

    def _dots(self, scale: float) -> QBrush:
        side = max(2, round(SPACING * scale))
        tile = QPixmap(side, side)
        tile.fill(Qt.GlobalColor.transparent)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.grid)
        radius = max(0.7, min(1.1 * scale, 2.2))
        painter.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
        painter.end()
        brush = QBrush(tile)
        step = SPACING / side
        brush.setTransform(QTransform.fromScale(step, step))
        return brush
