"""Editors that are open: what is being typed is taken over, before what it belongs to is saved, exchanged or closed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QAbstractSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from widgets.fields.checked_names import CheckedNames
from widgets.fields.forms import SettingsForm
from widgets.fields.in_place_editing import InPlaceEditing


class LongText(QPlainTextEdit):
    """Text of several lines; whoever shows it takes it over when it is ``left``."""

    left = Signal()


def finish_editors(root: QWidget) -> None:
    """Have whatever is being typed inside ``root`` taken over, as leaving it would; the keyboard stays where it is.

    This knows every kind of editor: fields of forms, other lines and numbers, cells of tables and trees, what is
    edited in place on the canvas, and long texts.
    """
    for editing in root.findChildren(InPlaceEditing):
        editing.finish()
    for text in root.findChildren(LongText):
        if text.isVisible():
            text.left.emit()
    for form in root.findChildren(SettingsForm):
        if form.isVisible():
            form.commit()
    for box in root.findChildren(QAbstractSpinBox):
        if box.isVisible() and box.lineEdit().isModified():
            box.interpretText()
            box.editingFinished.emit()
    for line in root.findChildren(QLineEdit):
        if line.isVisible() and line.isModified():
            _finish_line(line)


def _finish_line(line: QLineEdit) -> None:
    """Have a line taken over, and closed where it is a cell's editor."""
    ground = line.parentWidget()
    around = ground.parentWidget() if ground is not None else None
    if isinstance(around, QAbstractItemView) and around.viewport() is ground:
        delegate = around.itemDelegateForIndex(around.indexAt(line.geometry().center()))
        if isinstance(delegate, CheckedNames):
            delegate.finish(line)
            return
        delegate.commitData.emit(line)
        delegate.closeEditor.emit(line, QAbstractItemDelegate.EndEditHint.NoHint)
    else:
        line.editingFinished.emit()
        line.setModified(False)
