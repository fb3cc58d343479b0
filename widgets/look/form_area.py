"""A scroll area for forms, with a place at its lower edge for notes: the form above does not move when they come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from widgets.look.floating import height_at
from widgets.look.scrolled import make_scrolled

SHARE = 0.5
"""Most of the area's height that a note may take."""


class FormArea(QScrollArea):
    """Scrolls down alone, without a frame. `dock` gives a note its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note: QWidget | None = None
        make_scrolled(self)

    def dock(self, note: QWidget) -> None:
        """Show a note, whenever it is not hidden, below what is scrolled."""
        shown = not note.isHidden()
        note.setParent(self)
        note.setVisible(shown)
        note.installEventFilter(self)
        self._note = note
        self._place()

    def minimumSizeHint(self) -> QSize:
        """Wide enough that no field is ever cut."""
        return QSize(self._wide(inside.minimumSizeHint().width() if (inside := self.widget()) else 0), 80)

    def sizeHint(self) -> QSize:
        """Wide enough for labels beside their fields."""
        return QSize(self._wide(inside.sizeHint().width() if (inside := self.widget()) else 0), 240)

    def _wide(self, inside: int) -> int:
        return max(inside, 160) + self.verticalScrollBar().sizeHint().width() + 4

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        changed = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest)
        if watched is self._note and event.type() in changed:
            self._place()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The note keeps to the lower edge."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        note = self._note
        if note is None:
            return
        height = min(height_at(note, self.width()), round(self.height() * SHARE)) if not note.isHidden() else 0
        if self.viewportMargins().bottom() != height:
            self.setViewportMargins(0, 0, 0, height)
        note.setGeometry(0, self.height() - height, self.width(), height)
        note.raise_()
