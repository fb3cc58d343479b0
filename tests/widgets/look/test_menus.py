"""Buttons with a menu: they look at rest once an entry was chosen and the pointer is elsewhere."""

from __future__ import annotations

import ast

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.test_house import module_name, sources
from widgets.look.layouts import Stretch, vbox
from widgets.look.menus import give_menu

HOVERED = Qt.WidgetAttribute.WA_UnderMouse


def test_a_button_is_at_rest_once_its_menu_led_to_a_dialog(qtbot: QtBot) -> None:
    window, button, dialogs = QWidget(), QPushButton("My data"), list[bool]()
    qtbot.addWidget(window)
    window.resize(300, 300)
    vbox(button, Stretch(1), parent=window)
    menu = QMenu(button)

    def ask() -> None:
        dialog = QDialog(window)
        QTimer.singleShot(0, dialog.accept)
        dialog.exec()
        dialogs.append(button.testAttribute(HOVERED))

    entry = menu.addAction("A file…", ask)
    give_menu(button, menu)
    window.show()
    qtbot.waitExposed(window)
    QTest.mouseMove(button)
    button.setAttribute(HOVERED)  # the offscreen platform does not say that the pointer came in

    def choose() -> None:
        place = menu.actionGeometry(entry).center()
        QCursor.setPos(menu.mapToGlobal(place))
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)

    QTimer.singleShot(0, choose)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert dialogs == [False] and not button.isDown() and not button.testAttribute(HOVERED)


def test_a_button_under_the_pointer_stays_lit(qtbot: QtBot) -> None:
    button, menu = QPushButton("More"), QMenu()
    qtbot.addWidget(button)
    qtbot.addWidget(menu)
    give_menu(button, menu)
    button.show()
    qtbot.waitExposed(button)
    button.setAttribute(HOVERED)
    QCursor.setPos(button.mapToGlobal(button.rect().center()))
    menu.popup(button.mapToGlobal(QPoint(0, button.height())))
    menu.close()
    QApplication.processEvents()
    assert button.testAttribute(HOVERED)


def test_every_button_gets_its_menu_by_that_one_function() -> None:
    giving = {
        module_name(path)
        for path in sources("widgets")
        if ".setMenu(" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "setMenu"
    }
    assert giving == {"widgets.look.menus"}
