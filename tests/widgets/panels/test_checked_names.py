"""Names typed over rows: a refused one stays in its editor with the reason, and each is handed on once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from widgets.fields.checked_names import CheckedNames


class Rows(QTreeWidget):
    """One row, whose names begin with a capital letter."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[str, str]] = []
        self.names = CheckedNames(self.keep, self)
        self.setItemDelegate(self.names)
        self.row = QTreeWidgetItem(["Old"])
        self.row.setFlags(self.row.flags() | Qt.ItemFlag.ItemIsEditable)
        self.addTopLevelItem(self.row)
        self.setCurrentItem(self.row)

    def keep(self, old: str, new: str) -> str:
        if not new[0].isupper():
            return f"“{new}” is small."
        self.kept.append((old, new))
        return ""

    def typed(self, qtbot: QtBot, text: str) -> QLineEdit:
        qtbot.keyClick(self, Qt.Key.Key_F2)
        editor = self.viewport().findChild(QLineEdit)
        assert editor is not None
        qtbot.keyClicks(editor, text)
        return editor

    @property
    def reason(self) -> str:
        assert self.names.fault is not None
        return self.names.fault.text()


@pytest.fixture
def rows(qtbot: QtBot) -> Rows:
    rows = Rows()
    qtbot.addWidget(rows)
    rows.show()
    rows.setFocus()
    return rows


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_refused_name_stays_until_it_is_right(rows: Rows, qtbot: QtBot, key: Qt.Key) -> None:
    editor = rows.typed(qtbot, "new")
    qtbot.keyClick(editor, key)
    assert (editor.isVisible(), editor.text(), rows.reason) == (True, "new", "“new” is small.")
    rows.setFocus()
    assert (editor.isVisible(), editor.text()) == (True, "new")
    editor.setFocus()
    editor.setText("New")
    qtbot.keyClick(editor, key)
    qtbot.waitUntil(lambda: rows.viewport().findChild(QLineEdit) is None)
    assert rows.kept == [("Old", "New")]


def test_escape_gives_a_refused_name_up(rows: Rows, qtbot: QtBot) -> None:
    editor = rows.typed(qtbot, "new")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: rows.viewport().findChild(QLineEdit) is None)
    assert rows.kept == []


def test_leaving_the_editor_keeps_a_good_name_once_and_an_unchanged_one_not_at_all(rows: Rows, qtbot: QtBot) -> None:
    rows.typed(qtbot, "Other")
    rows.setFocus()
    qtbot.waitUntil(lambda: rows.viewport().findChild(QLineEdit) is None)
    assert rows.kept == [("Old", "Other")]
    editor = rows.typed(qtbot, "Old")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rows.viewport().findChild(QLineEdit) is None)
    assert rows.kept == [("Old", "Other")]
