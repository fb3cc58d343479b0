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
from widgets.look import file_dialogs
from widgets.shell.actions.link_actions import LinkActions
from widgets.shell.coach_marks import CoachMarks
from widgets.shell.dropping import Dropping
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton
CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


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
    assert whole is asked  # over what floats in the window too
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


@pytest.fixture
def edited(window: MainWindow) -> MainWindow:
    """A window with an unsaved edit and the keys on its canvas."""
    window.files.new()
    window.workbench.add_layer("input")
    window.workbench.canvas.setFocus()
    return window


def press(window: MainWindow, key: Qt.Key, *held: Qt.KeyboardModifier) -> None:
    """Press a key where the keys are, as the system does: the window has it where nothing has."""
    QTest.keyClick(QApplication.focusWidget() or window, key, held[0] if held else Qt.KeyboardModifier.NoModifier)


def test_it_has_the_keys_though_a_layer_was_being_searched_for(edited: MainWindow) -> None:
    window = edited
    press(window, Qt.Key.Key_Tab)
    assert window.workbench.canvas.context.popups.search.isVisible()
    press(window, Qt.Key.Key_N, CONTROL)
    assert answers(window)["Save"].hasFocus() and not window.workbench.canvas.context.popups.search.isVisible()
    for key, held in ((Qt.Key.Key_A, CONTROL), (Qt.Key.Key_Delete, NONE), (Qt.Key.Key_X, NONE), (Qt.Key.Key_F2, NONE)):
        press(window, key, held)
    assert window.session.document.network.ids == ("input1",) and answers(window)["Save"].hasFocus()
    press(window, Qt.Key.Key_Escape)
    assert not answers(window) and window.workbench.canvas.hasFocus()
    assert window.session.document.network.ids == ("input1",)


def test_return_takes_the_usual_answer(edited: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kept.netloom"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_, **__: (str(file), ""))
    press(edited, Qt.Key.Key_Tab)
    press(edited, Qt.Key.Key_N, CONTROL)
    press(edited, Qt.Key.Key_Return)
    assert file.is_file() and not answers(edited) and edited.session.document.network.ids == ()


def test_the_keys_stay_with_it_however_they_are_moved(edited: MainWindow) -> None:
    window = edited
    window.files.new()
    press(window, Qt.Key.Key_Tab)
    for move in (
        window.workbench.canvas.setFocus,
        window.workbench.palette_panel.search.setFocus,
        window.bar.train.setFocus,
        answers(window)["Do not save"].clearFocus,
    ):
        move()
        assert answers(window)["Do not save"].hasFocus()
    # What is typed just then, at what is behind, is for the question: an input method or a test may be ahead of Qt.
    QTest.keyClicks(window.workbench.palette_panel.search, "relu")
    assert window.workbench.palette_panel.search.text() == ""
    QTest.keyClick(window.workbench.canvas, Qt.Key.Key_Delete)
    assert window.session.document.network.ids == ("input1",)
    QTest.keyClick(window.workbench.canvas, Qt.Key.Key_Escape)
    assert not answers(window) and window.workbench.canvas.hasFocus()
    QTest.keyClicks(window.workbench.palette_panel.search, "relu")
    assert window.workbench.palette_panel.search.text() == "relu"


def test_it_comes_over_what_pops_up_and_over_the_tour(edited: MainWindow, qtbot: QtBot) -> None:
    window = edited
    window.part(CoachMarks).begin()
    card = window.part(CoachMarks).card
    QTest.keyClick(window, Qt.Key.Key_F10)
    assert window.bar.menu.menu().isVisible() and card.isVisible()
    QApplication.processEvents()  # offscreen, a menu becomes the active window
    window.files.new()
    assert not window.bar.menu.menu().isVisible()
    window.activateWindow()
    qtbot.waitUntil(answers(window)["Save"].hasFocus)
    assert window.childAt(card.geometry().center()) is window.banners.sheet


def test_no_command_is_carried_out_meanwhile(asked: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window, text = asked, asked.notices
    for key in (Qt.Key.Key_N, Qt.Key.Key_Z, Qt.Key.Key_2, Qt.Key.Key_1):
        press(window, key, CONTROL)
    press(window, Qt.Key.Key_F10)
    press(window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    window.commands["new"].trigger()
    window.part(LinkActions).follow("workspace:train")
    assert window.notices == text and window.start.isVisible() and not window.bar.menu.menu().isVisible()
    assert window.part(Dropping).plan([project_file]) is None
    choose(qtbot, window, "Do not save")
    assert len(window.session.document.network) > 1  # the example that was clicked
    press(window, Qt.Key.Key_3, CONTROL)
    assert window.workbench.workspace == "train"


def test_quitting_asks_anew(asked: MainWindow) -> None:
    press(asked, Qt.Key.Key_Q, CONTROL)
    assert list(answers(asked)) == ["Save and close", "Close without saving", "Keep working"]
    assert answers(asked)["Save and close"].hasFocus()


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
