"""Writing a note in place: a text field over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from widgets.fields.in_place_editing import InPlaceEditing
from widgets.look.theme import Theme


class NoteField(QPlainTextEdit):
    """Edits several lines; Ctrl+Enter or leaving it keeps what was typed, Esc does not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("noteField")
        self.setAccessibleName("Text of the note; Ctrl+Enter keeps it")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Note")
        self.editing = InPlaceEditing(self, Qt.KeyboardModifier.ControlModifier)

    def open_over(
        self,
        area: Callable[[], QRect | None],
        text: str,
        font: QFont,
        theme: Theme,
        ground: QColor,
        keep: Callable[[str], str],
    ) -> None:
        """Show the field over ``area`` with ``text``; see `InPlaceEditing.open`."""
        self.setFont(font)
        self.setStyleSheet(
            f"#noteField {{ background: {ground.name()}; color: {theme.text.name()};"
            f" border: 2px solid {theme.accent.name()}; border-radius: 4px; }}"
        )
        self.editing.open(area, text, keep)
