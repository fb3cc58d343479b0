"""Ctrl+Z in a text field: its own undo while something is being typed, else the window's."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QWidget


class UndoKeys(QObject):
    """Leaves undo and redo to the window once what was typed into ``editor`` is taken over."""

    def __init__(self, editor: QWidget) -> None:
        super().__init__(editor)
        self._line = editor.lineEdit() if isinstance(editor, QAbstractSpinBox | QComboBox) else editor
        if isinstance(self._line, QLineEdit):
            editor.installEventFilter(self)
            self._line.editingFinished.connect(self._settle)

    def _settle(self) -> None:
        if isinstance(self._line, QLineEdit):
            self._line.setModified(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt asks whether the field wants the keys for itself, and a line of text always says so."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            takes = isinstance(self._line, QLineEdit) and self._line.isModified()
            if not takes and (event.matches(keys.Undo) or event.matches(keys.Redo)):
                event.ignore()
                return True
        return super().eventFilter(watched, event)
