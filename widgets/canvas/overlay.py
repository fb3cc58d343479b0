"""What lies above the network: the gesture in progress."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.board_items import EVERYWHERE
from widgets.canvas.gestures.gesture import Gesture


class Overlay(QGraphicsItem):
    """Paints a gesture; repaints only where it was and is."""

    def __init__(self) -> None:
        super().__init__()
        self.gesture: Gesture | None = None
        self._area = QRectF()
        self.setZValue(10)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return EVERYWHERE

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the gesture."""
        if self.gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.gesture.paint(painter)

    def refresh(self) -> None:
        """The gesture moved, began or ended."""
        now = self.gesture.area() if self.gesture is not None else QRectF()
        for area in (self._area, now):
            if not area.isEmpty():
                self.update(area.adjusted(-4, -4, 4, 4))
        self._area = now
