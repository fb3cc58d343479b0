"""A frame over the canvas that holds a few words or buttons: Esc, or a click elsewhere, closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QWidget

from widgets.canvas.popup_place import open_near
from widgets.look.focus import has_keys
from widgets.look.focus_ring import FocusRing
from widgets.look.theme import Theme


class PopupFrame(QFrame):
    """Has the keyboard while it is open, itself or by its buttons; `freed` says that it closed and still had it."""

    freed = Signal()

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        FocusRing(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def dismiss(self) -> None:
        """Close it."""
        if self.isVisible():
            frees = has_keys(self)
            self.hide()
            if frees:
                self.freed.emit()

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        edge, ground, text, name = theme.strong_border.name(), theme.raised.name(), theme.text.name(), self.objectName()
        self.setStyleSheet(
            f"#{name} {{ background: {ground}; border: 1px solid {edge}; border-radius: 8px; }}"
            f"#{name} QLabel {{ color: {text}; border: none; background: transparent; }}"
        )

    def open_at(self, place: QPoint) -> None:
        """Show it near a place of the parent, as large as its content, with the keyboard on its first button."""
        self.adjustSize()
        open_near(self, place)
        first = self.findChild(QPushButton)
        (first or self).setFocus(Qt.FocusReason.PopupFocusReason)

    # Qt's events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._lost_focus()
        return super().eventFilter(watched, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._lost_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _lost_focus(self) -> None:
        focus = QApplication.focusWidget()
        if focus is None or not (focus is self or self.isAncestorOf(focus)):
            self.dismiss()
