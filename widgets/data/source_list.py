"""The list from which data is chosen: what ships, one line on each, and the user's own file or folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.data.source_catalogue import SHIPPED
from widgets.data.data_filter import data_filter
from widgets.data.known_sets import KnownSets
from widgets.look import file_dialogs
from widgets.look.first_press import FirstPress
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.menus import give_menu
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled


class SourceList(QWidget):
    """Says what was chosen: `chosen` carries the kind of a source that ships, `file_chosen` a path of the user's."""

    chosen = Signal(str)
    file_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataSources")
        self.list = QListWidget(self)
        self.list.setObjectName("datasets")
        self.list.setAccessibleName("Data sets")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.open = QPushButton("Open your own data…", self)
        self.open.setAccessibleName("Open your own data")
        self.open.setToolTip(
            "A table, a series, pictures in folders, or arrays; they may also be dropped on the window"
        )
        self.known = KnownSets(parent=self)
        self.known.chosen.connect(self.chosen)
        self._fit_later = QTimer(self, singleShot=True, interval=0)
        self._fit_later.timeout.connect(self._fit_cards)
        self._fill()
        self._lay_out()
        FirstPress(self.list)
        self.list.itemClicked.connect(self._take)
        self.list.itemActivated.connect(self._take)

    def _fill(self) -> None:
        for source in SHIPPED:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, source.kind)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{source.title}: {source.summary()}")
            item.setToolTip(plain_tip(source.help()))
            self.list.setItemWidget(item, _card(source.title, source.summary()))

    def _lay_out(self) -> None:
        menu = QMenu(self.open)
        menu.addAction("File…", self._ask_for_file)
        menu.addAction("Folder of pictures or texts…", self._ask_for_folder)
        give_menu(self.open, menu)
        heading = text_label("Data sets", self, look="heading")
        self._known_area = scrolled(self.known, by_keys=False)  # in a low window, rather than squeezed
        self._known_area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        vbox(heading, (self.list, 1), self._known_area, self.open, parent=self, margins=(12, 8, 8, 12), spacing=8)

    def show_choice(self, section: Mapping[str, Any] | None) -> None:
        """Mark the data set that a project's ``data`` section names."""
        kind = section.get("source") if section else None
        self.known.show_choice(kind)
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == kind:
                self.list.setCurrentItem(item)
                return
        self.list.clearSelection()
        self.list.setCurrentRow(-1)

    def _take(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def _ask_for_file(self) -> None:
        name, _ = file_dialogs.ask_open(self, "Open your own data", "", data_filter())
        if name:
            self.file_chosen.emit(Path(name))

    def _ask_for_folder(self) -> None:
        name = file_dialogs.ask_folder(
            self, "Open a folder of pictures or texts", note="It holds one folder for each class."
        )
        if name:
            self.file_chosen.emit(Path(name))

    def _fit_cards(self) -> None:
        """Give every card the height that its words need at this width, and room to the bar beside the known sets."""
        bar = self._known_area.verticalScrollBar()
        self._known_area.setMinimumWidth(self.known.minimumSizeHint().width() + bar.sizeHint().width())
        width = self.list.viewport().width() - 4
        for row in range(self.list.count()):
            item = self.list.item(row)
            card = self.list.itemWidget(item)
            card.setFixedWidth(width)
            item.setSizeHint(QSize(width, card.heightForWidth(width) + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap otherwise at another width."""
        super().resizeEvent(event)
        self._fit_later.start()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs other heights."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_later.start()


def _card(title: str, line: str) -> QWidget:
    card = QFrame()
    card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    name, about = text_label(title, card), text_label(line, card, look="faint", wrap=True)
    bold = name.font()
    bold.setWeight(QFont.Weight.DemiBold)
    name.setFont(bold)
    vbox(name, about, parent=card, margins=(8, 6, 8, 6), spacing=2)
    return card
