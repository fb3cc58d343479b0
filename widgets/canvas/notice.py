"""A sentence beside what just happened on the canvas, with a button that takes it back; it goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from widgets.canvas.popup_place import open_near
from widgets.look.labels import text_label
from widgets.look.layouts import hbox

SHOWN = 9_000
"""Milliseconds that a sentence stays, if nothing else happens."""

WIDTH = 300
"""Greatest width of the sentence in pixels."""


class CanvasNotice(QFrame):
    """Lies over the canvas and moves nothing; the keyboard stays with the canvas, which has the same by a key."""

    def __init__(self, viewport: QWidget) -> None:
        # Inside the viewport, because what lies over it from outside keeps Qt from scrolling what is painted already.
        super().__init__(viewport)
        self.setObjectName("canvasNotice")
        self.setProperty("notice", True)
        self.setAutoFillBackground(True)
        self._act: Callable[[], object] | None = None
        self.text = text_label("", self, wrap=True)
        self.button = QPushButton("Undo", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.clicked.connect(self._choose)
        hbox((self.text, 1), self.button, parent=self, margins=(12, 8, 8, 8), spacing=10)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN)
        self._timer.timeout.connect(self._pass)
        self.hide()

    def say(self, place: QPoint, text: str, button: str, act: Callable[[], object]) -> None:
        """Show a sentence near ``place`` (viewport), with a button that does ``act``."""
        self._act = act
        self.text.setText(text)
        self.button.setText(button)
        wide = self.text.fontMetrics().horizontalAdvance(text) + 4
        self.text.setFixedWidth(min(wide, WIDTH))
        self.adjustSize()
        open_near(self, place)
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{text} {button}: Ctrl+Z"))

    def dismiss(self) -> None:
        """Hide it; what it was about is past."""
        self._act = None
        self._timer.stop()
        self.hide()

    def _pass(self) -> None:
        """Leave, unless the pointer is on it."""
        self._timer.start() if self.underMouse() else self.dismiss()

    def _choose(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()
