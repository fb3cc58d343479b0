"""The command finder: type a few letters of any command and run it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from widgets.look.layouts import vbox
from widgets.look.plain_text import spoken

_ACTION = Qt.ItemDataRole.UserRole


class CommandFinder(QFrame):
    """A field over a list, on top of the window; Escape, a click elsewhere or a choice closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("finder")
        self.setProperty("card", True)
        self._host = parent
        self._actions: Sequence[QAction] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a command")
        self.field.setAccessibleName("Find a command")
        self.list = QTreeWidget()
        self.list.setAccessibleName("Commands")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setStyleSheet("QTreeView { border: none; }")
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        vbox(self.field, self.list, parent=self, margins=(8, 8, 8, 8))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        parent.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self.hide()

    def ask(self, actions: Sequence[QAction]) -> None:
        """Open over the window with these commands."""
        self._actions = actions
        self.field.clear()
        self._filter("")
        parent = self._host
        size = QSize(min(520, parent.width() - 40), min(420, parent.height() - 90))
        self.resize(size)
        self.move(QPoint((parent.width() - size.width()) // 2, 56))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, text: str) -> None:
        self.list.clear()
        ranked = sorted(
            (score, index) for index, action in enumerate(self._actions) if (score := _score(text, _title(action))) < 9
        )
        for _, index in ranked:
            action = self._actions[index]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([_title(action), keys])
            item.setData(0, _ACTION, index)
            item.setIcon(0, action.icon())
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setDisabled(not action.isEnabled())
            self.list.addTopLevelItem(item)
        self._mark(0)

    def _mark(self, row: int) -> None:
        """Make a row the current one, counting on from the first after the last."""
        item = self.list.topLevelItem(row % max(self.list.topLevelItemCount(), 1))
        if item is not None:
            self.list.setCurrentItem(item)

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        action = self._actions[item.data(0, _ACTION)]
        self.dismiss()
        action.trigger()

    def dismiss(self) -> None:
        """Close and give the keyboard back to the window."""
        self.hide()
        self._host.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.dismiss()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        current = self.list.currentItem()
        row = self.list.indexOfTopLevelItem(current) if current is not None else -1
        match event.key():
            case Qt.Key.Key_Escape:
                self.dismiss()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run(self.list.currentItem())
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._mark(row + (1 if event.key() == Qt.Key.Key_Down else -1))
            case _:
                return False
        return True


def _title(action: QAction) -> str:
    return spoken(action.text()).removesuffix("…")


def _score(text: str, title: str) -> int:
    """0 is best, 9 is no match: a beginning, a word's beginning, a part, the letters in order."""
    wanted, held = text.lower().strip(), title.lower()
    if held.startswith(wanted):
        return 0
    if f" {wanted}" in held:
        return 1
    if wanted in held:
        return 2
    letters = iter(held)
    return 3 if all(letter in letters for letter in wanted.replace(" ", "")) else 9
