"""The first press of an arrow key in a list selects its first entry."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from widgets.data.source_list import SourceList
from widgets.look.first_press import FirstPress


def test_the_first_press_of_down_selects_the_first_data_set(qtbot: QtBot) -> None:
    sources = SourceList()
    qtbot.addWidget(sources)
    sources.show()
    sources.show_choice(None)
    sources.list.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(sources.list, Qt.Key.Key_Down)
    assert [item.text() or sources.list.row(item) for item in sources.list.selectedItems()] == [0]
    qtbot.keyClick(sources.list, Qt.Key.Key_Down)
    assert sources.list.currentRow() == 1
    with qtbot.waitSignal(sources.chosen) as chosen:
        qtbot.keyClick(sources.list, Qt.Key.Key_Return)
    assert chosen.args == [sources.list.item(1).data(Qt.ItemDataRole.UserRole)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Up])
def test_where_something_is_selected_arrows_go_on_from_there(qtbot: QtBot, key: Qt.Key) -> None:
    names = QListWidget()
    qtbot.addWidget(names)
    names.addItems(["a", "b", "c"])
    FirstPress(names)
    names.show()
    names.setFocus()
    names.setCurrentRow(1)
    qtbot.keyClick(names, key)
    assert names.currentRow() == (0 if key == Qt.Key.Key_Up else 2)


def test_an_empty_list_takes_no_press(qtbot: QtBot) -> None:
    names = QListWidget()
    qtbot.addWidget(names)
    FirstPress(names)
    names.show()
    qtbot.keyClick(names, Qt.Key.Key_Down)
    assert names.currentRow() == -1
