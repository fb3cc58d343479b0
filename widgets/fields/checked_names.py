"""Editing names in rows of a list or tree: a refused name stays in its editor, with the reason beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.look.floating import FieldFault

CLOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class CheckedNames(QStyledItemDelegate):
    """``keep`` takes the name that a row has and the one that was typed; it returns why it refuses it, or nothing.

    ``may_be_empty`` says that nothing at all can be kept. `row` is what is edited. What is typed stays, whatever the
    row comes to say meanwhile.
    """

    def __init__(self, keep: Callable[[str, str], str], parent: QWidget, *, may_be_empty: bool = False) -> None:
        super().__init__(parent)
        self._keep, self._may_be_empty = keep, may_be_empty
        self._name = ""
        self._edited = QPersistentModelIndex()
        self.fault: FieldFault | None = None

    @property
    def row(self) -> QModelIndex:
        """What is edited; not valid where it is gone."""
        return self._edited.sibling(self._edited.row(), self._edited.column())

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = super().createEditor(parent, option, index)
        self._name, self._edited = str(index.data(Qt.ItemDataRole.EditRole)), QPersistentModelIndex(index)
        editor.setAccessibleName("Name")
        self.fault = FieldFault(editor, "rowNameFault")
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

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
            self.finish(watched)
            return not leaving
        if key == Qt.Key.Key_Escape and self.fault is not None:
            self.fault.say("")
        return super().eventFilter(watched, event)

    def finish(self, editor: QLineEdit) -> None:
        """Take over what is typed, and close; what is refused stays open."""
        if not self._refuses(editor.text().strip()):
            # Qt would hand the name on once more, to a row that may be gone by now.
            self.closeEditor.emit(editor)

    def _refuses(self, typed: str) -> bool:
        other = typed != self._name and bool(typed or self._may_be_empty)
        reason = self._keep(self._name, typed) if other else ""
        if not reason:
            self._name = typed
        if self.fault is not None:
            self.fault.say(reason)
        return bool(reason)
