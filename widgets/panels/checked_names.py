"""Editing names in rows of a list or tree: a refused name stays in its editor, with the reason beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.look.floating import FieldFault

CLOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class CheckedNames(QStyledItemDelegate):
    """``keep`` takes the name that a row has and the one that was typed; it returns why it refuses it, or nothing."""

    def __init__(self, keep: Callable[[str, str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._keep = keep
        self._name = ""
        self.fault: FieldFault | None = None

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = super().createEditor(parent, option, index)
        self._name = str(index.data(Qt.ItemDataRole.EditRole))
        self.fault = FieldFault(editor, "rowNameFault")
        return editor

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """What was typed is handed on by ``keep``, unless that is done; the row follows what that changes."""
        if isinstance(editor, QLineEdit):
            self._refuses(editor.text().strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        key = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        leaving = event.type() == QEvent.Type.FocusOut
        if isinstance(watched, QLineEdit) and (key in CLOSING or leaving):
            if not self._refuses(watched.text().strip()):
                # Qt would hand the name on once more, to a row that may be gone by now.
                self.closeEditor.emit(watched)
            return not leaving
        return super().eventFilter(watched, event)

    def _refuses(self, typed: str) -> bool:
        reason = self._keep(self._name, typed) if typed and typed != self._name else ""
        if not reason:
            self._name = typed
        if self.fault is not None:
            self.fault.say(reason)
        return bool(reason)
