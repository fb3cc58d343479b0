"""Moving the view by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.gesture import Gesture

if TYPE_CHECKING:
    from widgets.canvas.canvas_view import CanvasView


class Pan(Gesture):
    """Middle drag, or drag with Space: the ground follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: CanvasView, start: QPointF) -> None:
        super().__init__(canvas, start)
        self._last = canvas.mapFromScene(start)
        self._origin = canvas.scrolled
        self.moved = canvas.framed = False

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Scroll by as much as the pointer moved on the screen."""
        now = self.canvas.mapFromScene(place)
        step = now - self._last
        self._last = now
        self.moved = self.moved or not step.isNull()
        self.canvas.scroll_to(self.canvas.scrolled - step)

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Stay where the view is now."""
        self.canvas.scroll_now()

    def cancel(self) -> None:
        """Go back to where the view was."""
        self.canvas.scroll_to(self._origin)
        self.canvas.scroll_now()
