"""What lies above the network: the gesture in progress, and the words on an empty canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.board_items import EVERYWHERE

if TYPE_CHECKING:
    from widgets.canvas.stage import Stage


class Overlay(QGraphicsItem):
    """Paints the canvas's gesture; repaints only where it was and is."""

    def __init__(self, canvas: Stage) -> None:
        super().__init__()
        self._canvas = canvas
        self._area = QRectF()
        self.setZValue(10)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return EVERYWHERE

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the gesture."""
        gesture = self._canvas.gesture
        if gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            gesture.paint(painter)

    def refresh(self) -> None:
        """The gesture moved, began or ended."""
        gesture = self._canvas.gesture
        now = gesture.area() if gesture is not None else QRectF()
        for area in (self._area, now):
            if not area.isEmpty():
                self.update(area.adjusted(-4, -4, 4, 4))
        self._area = now


def paint_empty(painter: QPainter, canvas: Stage) -> None:
    """Teach the next step in the middle of an empty canvas (viewport coordinates)."""
    theme, area = canvas.theme, QRectF(canvas.viewport().rect())
    painter.save()
    painter.resetTransform()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = area.center()
    lines = (
        (theme.font(bold=True), theme.text, "Drop a layer here, or press Tab"),
        (theme.font(), theme.faint, "Start with an Input, then press Tab again to add the next layer behind it."),
        (
            theme.font(small=True),
            theme.faint,
            "Wheel zooms   ·   Space and drag pans   ·   Drag from a port to connect",
        ),
    )
    y = middle.y() - 36
    for font, color, text in lines:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QRectF(area.left(), y, area.width(), 24), Qt.AlignmentFlag.AlignCenter, text)
        y += 26
    painter.restore()
