"""Editing text in place: a field over what it edits, closed by Esc, by a key that keeps the text, or by leaving it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class InPlaceEditing(QObject):
    """Opens a text field and closes it. `closed` is sent before what was typed is handed on.

    ``keep_with`` is held down for Enter to keep the text; leaving the field keeps it too, Esc does not.
    """

    closed = Signal()

    def __init__(self, field: QLineEdit | QPlainTextEdit, keep_with: Qt.KeyboardModifier | None = None) -> None:
        super().__init__(field)
        self._field, self._keep_with = field, keep_with
        self._keep: Callable[[str], object] | None = None
        field.hide()
        field.installEventFilter(self)

    def open(self, area: QRect, text: str, keep: Callable[[str], object]) -> None:
        """Show the field over ``area`` with ``text`` selected; ``keep`` is called with another text."""
        self._field.setGeometry(area)
        if isinstance(self._field, QLineEdit):
            self._field.setText(text)
        else:
            self._field.setPlainText(text)
        self._field.selectAll()
        self._keep = lambda new: keep(new) if new != text else None
        self._field.show()
        self._field.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without keeping anything."""
        self._close(kept=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._close(kept=True)
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The field keeps its keys: what is typed, and Ctrl+Enter, are no commands of the window here.
            if event.key() in (*ENTER, Qt.Key.Key_Escape) or (event.text().isprintable() and event.text()):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enter = event.key() in ENTER and (not self._keep_with or bool(event.modifiers() & self._keep_with))
            if enter or event.key() == Qt.Key.Key_Escape:
                self._close(kept=enter)
                return True
        return super().eventFilter(watched, event)

    def _close(self, *, kept: bool) -> None:
        keep, self._keep = self._keep, None
        if keep is None:
            return
        text = self._field.text() if isinstance(self._field, QLineEdit) else self._field.toPlainText()
        self._field.hide()
        self.closed.emit()
        if kept:
            keep(text.strip())
