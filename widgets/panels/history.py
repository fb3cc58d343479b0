"""The history: every edit by its name, where one stands, and a click to go there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from graph.document import Document
from widgets.look.focus_ring import FocusRing
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

START = "As opened"


class HistoryPanel(Themed, QListWidget):
    """Edits from first to last; those taken back are faint. A click, or Return, goes to the state after one.

    A long name goes on below its beginning; what is cut all the same, one word without end, is whole in the tooltip.
    """

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history")
        FocusRing(self)
        self.setAccessibleName("History of edits")
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        # Qt wraps words without counting the padding of items, which would cut the ends of full lines.
        self.setStyleSheet("QListView { border: none; background: transparent; } QListView::item { padding: 1px 0; }")
        self.setViewportMargins(6, 0, 6, 0)
        self._document: Document | None = None
        self._stop: Callable[[], None] | None = None
        self._stale = True
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.rebuild)
        self.follow(themes)
        self.itemClicked.connect(lambda item: self.go_to(self.row(item)))
        self.itemActivated.connect(lambda item: self.go_to(self.row(item)))

    def set_document(self, document: Document) -> None:
        """Show the history of another document, which holds it for all blocks inside too."""
        self.close_document()
        self._document = document
        self._stop = document.subscribe(lambda _: self._soon())
        self._soon()

    def close_document(self) -> None:
        """Stop listening."""
        self._later.stop()
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _soon(self) -> None:
        self._stale = True
        if self.isVisible() and not self._later.isActive():
            self._later.start(0)

    def rebuild(self) -> None:
        """Show the history as it is now."""
        if self._document is None:
            return
        self._stale = False
        done, undone = self._document.undo_names[::-1], self._document.redo_names
        self.clear()
        self.addItem(START)
        self.addItems(done)
        for name in undone:
            item = QListWidgetItem(name)
            item.setForeground(self.theme.faint)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, "taken back")
            self.addItem(item)
        for row in range(self.count()):
            self.item(row).setToolTip(plain_tip(self.item(row).text()))
        self.setCurrentRow(len(done))
        self.scrollToItem(self.item(len(done)))

    def go_to(self, row: int) -> None:
        """Undo or redo until ``row`` edits have been made."""
        document = self._document
        if document is None:
            return
        while len(document.undo_names) > row:
            document.undo()
        while len(document.undo_names) < row and document.redo():
            pass

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self._soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.rebuild()
