"""Editing text in place: a field over what it edits, closed by Esc, by a key that keeps the text, or by leaving it.

Text that is refused stays in the field, which stays open, with the reason beside it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from widgets.look.floating import FieldFault
from widgets.look.focus import has_keys

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class InPlaceEditing(QObject):
    """Opens a text field and closes it. `freed` is sent once what was typed is handed on, or given up, where the field
    still has the keyboard then, which is to go to something else.

    ``keep_with`` is held down for Enter to keep the text; leaving the field keeps it too, Esc does not.
    """

    freed = Signal()

    def __init__(self, field: QLineEdit | QPlainTextEdit, keep_with: Qt.KeyboardModifier | None = None) -> None:
        super().__init__(field)
        self._field, self._keep_with = field, keep_with
        self._keep: Callable[[str], str] | None = None
        self._area: Callable[[], QRect | None] = field.geometry
        self.fault = FieldFault(field, f"{field.objectName()}Fault")
        field.hide()
        field.installEventFilter(self)

    def open(self, area: Callable[[], QRect | None], text: str, keep: Callable[[str], str]) -> None:
        """Show the field over ``area`` with ``text`` selected.

        ``keep`` is called with another text and returns why it is refused, or nothing where it is taken over.
        ``area`` is asked again whenever the view moves, and returns None once there is nothing to edit any more.
        """
        self.fault.say("")
        self._area = area
        self.place()
        if isinstance(self._field, QLineEdit):
            self._field.setText(text)
        else:
            self._field.setPlainText(text)
        self._field.selectAll()
        self._keep = lambda new: keep(new) if new != text else ""
        self._field.show()
        self._field.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Put the field over what it edits; where that is gone, it closes."""
        area = self._area()
        if area is not None:
            self._field.setGeometry(area)
        else:
            self.dismiss()

    def follow(self) -> None:
        """Stay over what is edited, where the field is open."""
        if self._keep is not None:
            self.place()

    def finish(self) -> None:
        """Close and keep what was typed, as leaving the field does."""
        self._close(kept=True)

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
        reason = keep(text.strip()) if kept else ""
        self.fault.say(reason)
        if reason:
            self._keep = keep
            return
        frees = has_keys(self._field)
        self._field.hide()
        if frees:
            self.freed.emit()
