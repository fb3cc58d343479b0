"""A list in which nothing is selected yet: the first press of an arrow key selects its first entry, not the second.

Qt makes the first entry of a list the current one as soon as the list has the keyboard, without selecting or showing
it, so that Down goes on to the second.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

FIRST = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)

PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class FirstPress(QObject):
    """Watches one list, table or tree; made for it, and kept by it."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the press that finds nothing selected."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        return event.key() in FIRST and event.modifiers() in PLAIN and self._select_first()

    def _select_first(self) -> bool:
        """Select the first entry; False where something is selected already, or there is nothing to select."""
        model, view = self._view.model(), self._view
        if view.selectionModel().hasSelection() or not model.rowCount(view.rootIndex()):
            return False
        view.setCurrentIndex(model.index(0, 0, view.rootIndex()))
        return view.selectionModel().hasSelection()
