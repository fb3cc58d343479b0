"""Writing a note in place: a text field over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from widgets.look.theme import Theme


class NoteField(QPlainTextEdit):
    """Edits several lines; Ctrl+Enter or leaving it keeps what was typed, Esc does not."""

    finished = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("noteField")
        self.setAccessibleName("Text of the note; Ctrl+Enter keeps it")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Note")
        self._keep: Callable[[str], None] | None = None
        self.hide()
        self.installEventFilter(self)

    def open_over(
        self, area: QRect, text: str, font: QFont, theme: Theme, ground: QColor, keep: Callable[[str], None]
    ) -> None:
        """Show the field over ``area`` with ``text``; ``keep`` is called with another text."""
        self.setGeometry(area)
        self.setFont(font)
        self.setStyleSheet(
            f"#noteField {{ background: {ground.name()}; color: {theme.text.name()};"
            f" border: 2px solid {theme.accent.name()}; border-radius: 4px; }}"
        )
        self.setPlainText(text)
        self.selectAll()
        self._keep = lambda new: keep(new) if new != text else None
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
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Escape or (control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
                self._close(keep=event.key() != Qt.Key.Key_Escape)
                return True
        return super().eventFilter(watched, event)

    def _close(self, *, keep: bool) -> None:
        kept, self._keep = self._keep, None
        if kept is None:
            return
        text = self.toPlainText().strip()
        self.hide()
        self.finished.emit()
        if keep:
            kept(text)
