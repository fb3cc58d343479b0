"""A line over the canvas that says what keys do at the moment; screen readers are told it too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from widgets.look.labels import Label
from widgets.look.theme import ThemeSource, blend

INSET = 12
"""Distance from the canvas's edges, in pixels."""


class KeyHint(Label):
    """In the middle of the lower edge of a viewport; the pointer goes through it."""

    loud = True
    """Whether it is to be seen at once."""

    def __init__(self, viewport: QWidget, themes: ThemeSource) -> None:
        # Inside the viewport, because what lies over it from outside keeps Qt from scrolling what is painted already.
        super().__init__(parent=viewport)
        self.setObjectName("canvasHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self._viewport, self._themes = viewport, themes
        self.hide()

    def say(self, text: str) -> None:
        """Show a line, or with an empty one nothing."""
        if text == self.text() and bool(text) is self.isVisible():
            return
        self.setText(text)
        self.setVisible(bool(text))
        if text:
            self.dress()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._viewport.parent() or self, text))

    def dress(self) -> None:
        """Take the colours of the theme in force, and the place for the viewport's size."""
        if not self.text():
            return
        theme = self._themes.theme
        self.setFont(theme.font())
        edge = blend(theme.accent, theme.raised, 0.5) if self.loud else theme.border
        ink = theme.text if self.loud else theme.faint
        self.setStyleSheet(
            f"background: {theme.raised.name()}; color: {ink.name()}; border: 1px solid {edge.name()};"
            "border-radius: 6px; padding: 6px 10px;"
        )
        room = self._viewport.width() - 2 * INSET
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 26
        self.setFixedWidth(max(60, min(room, wide)))
        self.setFixedHeight(self.heightForWidth(self.width()))
        self.place()

    def place(self) -> None:
        """Stay in view; what is scrolled in the viewport takes along what lies in it."""
        viewport = self._viewport
        self.move((viewport.width() - self.width()) // 2, viewport.height() - self.height() - INSET)
