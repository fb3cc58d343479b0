"""A question that what was clicked waits for: in the middle of the window, with the keys, over everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.shell.test_window import choose
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asked(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window with an unsaved edit, whose start page has been asked for an example."""
    window.files.new()
    window.workbench.add_layer("input")
    window.show_start()
    qtbot.mouseClick(window.start.gallery.cards[0], LEFT)
    return window


def answers(window: MainWindow) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.banners.sheet.findChildren(QPushButton) if button.isVisible()}


def test_it_stands_in_the_middle_over_all_else(asked: MainWindow) -> None:
    assert list(answers(asked)) == ["Save", "Do not save", "Cancel"]
    sheet, whole = asked.banners.sheet, asked.banners.sheet.parentWidget()
    assert whole is not None and whole is asked.centralWidget()
    assert sheet.rect().size() == whole.size()
    card = answers(asked)["Save"].parentWidget()
    assert card is not None
    place = QRect(card.mapTo(whole, QPoint()), card.size())
    assert whole.rect().contains(place) and abs(place.center().x() - whole.rect().center().x()) < 3
    assert place.contains(QPoint(whole.rect().center().x(), whole.height() * 2 // 5))
    assert not asked.banners.isVisible()
    asked.resize(asked.width() - 200, asked.height() - 100)
    QApplication.processEvents()
    assert sheet.size() == whole.size()


def test_a_click_beside_it_reaches_nothing(asked: MainWindow, qtbot: QtBot) -> None:
    window, card = asked, asked.start.gallery.cards[-1]
    place = window.start.new.mapTo(window, window.start.new.rect().center())
    assert window.childAt(place) is window.banners.sheet
    qtbot.mouseClick(window.banners.sheet, LEFT, pos=window.banners.sheet.mapFrom(window, place))
    assert answers(window) and card.isVisible() and window.start.isVisible()


def test_it_has_the_keys_and_gives_them_back(asked: MainWindow, qtbot: QtBot) -> None:
    window = asked
    assert answers(window)["Save"].hasFocus()
    for title in ("Do not save", "Cancel", "Save", "Do not save"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert answers(window)[title].hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not window.banners.sheet.isVisible() and window.notices == ()
    focus = QApplication.focusWidget()
    assert window.start.isVisible() and focus is not None and window.start.isAncestorOf(focus)
    assert window.session.document.network.ids == ("input1",)


def test_the_second_press_of_a_double_click_is_no_answer(asked: MainWindow) -> None:
    button = answers(asked)["Do not save"]
    place, none = QPointF(button.rect().center()), Qt.KeyboardModifier.NoModifier
    second = QMouseEvent(QEvent.Type.MouseButtonDblClick, place, button.mapToGlobal(place), LEFT, LEFT, none)
    QApplication.sendEvent(button, second)
    QTest.mouseRelease(button, LEFT)
    assert answers(asked) and asked.session.document.network.ids == ("input1",)


def test_an_answer_is_done_and_the_sheet_is_gone(asked: MainWindow, qtbot: QtBot) -> None:
    choose(qtbot, asked, "Do not save")
    assert not asked.banners.sheet.isVisible() and not asked.start.isVisible()
    assert asked.workbench.canvas.hasFocus()
    assert len(asked.session.document.network) > 1


def test_one_question_takes_the_place_of_another(asked: MainWindow, project_file: Path) -> None:
    assert not asked.close()
    assert list(answers(asked)) == ["Save and close", "Close without saving", "Keep working"]
    asked.files.open(project_file)
    assert list(answers(asked)) == ["Save", "Do not save", "Cancel"] and len(asked.notices) == 1
