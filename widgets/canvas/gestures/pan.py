"""Moving the view by hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.navigation import Navigation


class Pan(Gesture):
    """Middle drag, or drag with Space: the ground follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor
    edits = False

    def __init__(self, navigation: Navigation, start: QPointF) -> None:
        self._navigation = navigation
        self._last = navigation.from_scene(start)
        self._origin = navigation.scrolled
        navigation.take()

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Scroll by as much as the pointer moved on the screen."""
        now = self._navigation.from_scene(place)
        step, self._last = now - self._last, now
        self._navigation.scroll_to(self._navigation.scrolled - step)

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Stay where the view is now."""
        self._navigation.scroll_now()

    def cancel(self) -> None:
        """Go back to where the view was."""
        self._navigation.scroll_to(self._origin)
        self._navigation.scroll_now()
