"""Return on a button that has the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.launch import application
from widgets.look.layouts import vbox


@pytest.mark.parametrize("around", [QWidget, QDialog])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_button_is_pressed_once(qtbot: QtBot, around: type[QWidget], key: Qt.Key) -> None:
    application()
    window, line, button, other = around(), QLineEdit(), QPushButton("Fit"), QPushButton("Other")
    pressed: list[str] = []
    for each in (button, other):
        each.clicked.connect(lambda _=False, each=each: pressed.append(each.text()))
    vbox(line, other, button, parent=window)
    qtbot.addWidget(window)
    window.show()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    qtbot.keyClick(button, key)
    assert pressed == ["Fit"]


def test_keys_of_fields_and_other_meanings_of_return_stay(qtbot: QtBot) -> None:
    application()
    window, line, box = QWidget(), QLineEdit(), QCheckBox("Flip")
    entered: list[str] = []
    line.returnPressed.connect(lambda: entered.append(line.text()))
    vbox(box, line, parent=window)
    qtbot.addWidget(window)
    window.show()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not box.isChecked()
    line.setFocus()
    qtbot.keyClicks(line, "a")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert entered == ["a"] and not box.isChecked()
