"""Runs gestures: at most one goes on at a time, is painted above the network, and ends or is cancelled once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets.canvas.canvas_events import CanvasEvents
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.overlay import Overlay


class GestureRunner(QObject):
    """The gesture in progress over one viewport."""

    began = Signal()
    cancelled = Signal()

    def __init__(self, viewport: QWidget, events: CanvasEvents) -> None:
        super().__init__(viewport)
        self._viewport, self._events = viewport, events
        self.overlay = Overlay()

    @property
    def current(self) -> Gesture | None:
        """The gesture in progress, if there is one."""
        return self.overlay.gesture

    def begin(self, gesture: Gesture) -> None:
        """A gesture starts."""
        self.overlay.gesture = gesture
        self._viewport.setCursor(gesture.cursor)
        self.overlay.refresh()
        self.began.emit()

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer moves during a gesture."""
        if self.current is not None:
            self.current.move(place, modifiers)
            self.overlay.refresh()

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The gesture ends well."""
        gesture = self._leave()
        if gesture is not None:
            self._events.attempt(lambda: gesture.end(place, modifiers))
        self.overlay.refresh()

    def cancel(self) -> None:
        """The gesture is called off; nothing was edited."""
        gesture = self._leave()
        if gesture is not None:
            gesture.cancel()
        self.overlay.refresh()
        self.cancelled.emit()

    def _leave(self) -> Gesture | None:
        gesture, self.overlay.gesture = self.current, None
        self._viewport.unsetCursor()
        self._events.hinted.emit("")
        return gesture
