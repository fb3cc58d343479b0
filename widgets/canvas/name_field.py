"""Editing a name or title in place: a line edit over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.fields.in_place_editing import InPlaceEditing


class NameField(QLineEdit):
    """Edits a name; Enter, Tab or leaving it keeps it, Esc does not. A refused name stays to be corrected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("renameField")
        self.setAccessibleName("New name of the layer")
        self.editing = InPlaceEditing(self)

    def open_over(self, area: Callable[[], QRect | None], name: str, keep: Callable[[str], str]) -> None:
        """Show the field over ``area`` with ``name`` selected; see `InPlaceEditing.open`."""
        self.editing.open(area, name, lambda new: keep(new) if new else "")

    def event(self, event: QEvent) -> bool:
        """Tab keeps the name, and leads nowhere else."""
        tab = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if tab and event.type() == QEvent.Type.KeyPress:
            self.editing.finish()
            return True
        return super().event(event)
