"""Editing a name or title in place: a line edit over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NameField(QLineEdit):
    """Edits a name; Enter or leaving it keeps what was typed, Esc does not."""

    finished = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("renameField")
        self.setAccessibleName("New name of the layer")
        self._keep: Callable[[str], object] | None = None
        self.hide()
        self.installEventFilter(self)

    def open_over(self, area: QRect, name: str, keep: Callable[[str], object]) -> None:
        """Show the field over ``area`` with ``name`` selected; ``keep`` is called with another name."""
        self.setGeometry(area)
        self.setText(name)
        self.selectAll()
        self._keep = lambda new: keep(new) if new != name else None
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without keeping anything."""
        self._close(keep=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._close(keep=True)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
                self._close(keep=event.key() != Qt.Key.Key_Escape)
                return True
            if event.key() == Qt.Key.Key_Tab:
                return True
        return super().eventFilter(watched, event)

    def _close(self, *, keep: bool) -> None:
        kept, self._keep = self._keep, None
        if kept is None:
            return
        text = self.text().strip()
        self.hide()
        self.finished.emit()
        if keep and text:
            kept(text)
