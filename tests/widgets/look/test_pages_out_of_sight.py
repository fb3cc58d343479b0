"""Widgets out of sight when the look is switched have the new one as soon as they are seen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from widgets.look.labels import set_look
from widgets.look.layouts import vbox
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import DARK, PROJECTOR_SCALE, Theme, ThemeSource

LIGHT = ThemeSource("light").theme
LARGE = ThemeSource("dark", PROJECTOR_SCALE).theme


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> None:
    """Begins light."""
    apply_theme(qapp, LIGHT)


def page() -> QWidget:
    """One of each kind of control, with a label that is small and one that reports, on a card."""
    small, report, box = QLabel("kg"), QLabel("Wrong"), QComboBox()
    small.setProperty("unit", True)
    report.setProperty("tone", "error")
    box.addItems(["Adam", "SGD"])
    listed = QListWidget()
    listed.addItems(["one", "two"])
    button = QPushButton("Train")
    button.setProperty("primary", True)
    result = QWidget()
    vbox(small, report, box, QLineEdit("0.1"), button, listed, parent=result, margins=(4, 4, 4, 4))
    return result


def tabs(qtbot: QtBot) -> QTabWidget:
    """Two such pages, each seen once, the first in sight."""
    result = QTabWidget()
    qtbot.addWidget(result)
    result.addTab(page(), "First")
    result.addTab(page(), "Second")
    result.resize(400, 500)
    result.show()
    for index in (1, 0):
        result.setCurrentIndex(index)
        QApplication.processEvents()
    return result


def picture(shown: QTabWidget, index: int) -> QImage:
    """What a tab looks like."""
    shown.setCurrentIndex(index)
    shown.setFocus()
    QApplication.processEvents()
    return shown.widget(index).grab().toImage()


@pytest.mark.parametrize("looks", [(DARK,), (LARGE,), (DARK, LARGE), (LARGE, LIGHT)])
def test_a_page_out_of_sight_looks_as_the_one_in_sight_when_it_is_shown(
    qtbot: QtBot, qapp: QApplication, looks: tuple[Theme, ...]
) -> None:
    shown = tabs(qtbot)
    for look in looks:
        apply_theme(qapp, look)
    first, second = picture(shown, 0), picture(shown, 1)
    assert first == second
    assert first.pixelColor(2, 2) == looks[-1].surface


def opened(shown: QTabWidget) -> QImage:
    """The list of the box in sight, open."""
    box = shown.currentWidget().findChild(QComboBox)
    assert box is not None
    box.showPopup()
    QApplication.processEvents()
    assert box.view().isVisible()
    result = box.view().window().grab().toImage()
    box.hidePopup()
    return result


def test_a_list_looks_alike_whether_it_was_opened_before_the_switch_or_not(qtbot: QtBot, qapp: QApplication) -> None:
    shown = tabs(qtbot)
    opened(shown)
    apply_theme(qapp, LARGE)
    assert opened(shown) == opened(tabs(qtbot))


def test_a_report_out_of_sight_that_ends_leaves_no_colour_of_the_look_before(qtbot: QtBot, qapp: QApplication) -> None:
    shown = tabs(qtbot)
    report = shown.widget(1).findChildren(QLabel)[1]
    apply_theme(qapp, DARK)
    set_look(report, "tone", "ok")
    apply_theme(qapp, LIGHT)
    apply_theme(qapp, DARK)
    set_look(report, "tone", "")
    shown.setCurrentIndex(1)
    assert report.palette().windowText().color() == DARK.text


def test_a_widget_that_is_moved_into_sight_has_the_look_in_force(qtbot: QtBot, qapp: QApplication) -> None:
    shown = tabs(qtbot)
    report = shown.widget(1).findChildren(QLabel)[1]
    apply_theme(qapp, DARK)
    report.setParent(shown.widget(0))
    report.show()
    assert report.palette().windowText().color() == DARK.error


@pytest.mark.parametrize("number", [1, 2])
def test_a_window_opens_with_no_control_under_the_pointer_of_a_test_before(qtbot: QtBot, number: int) -> None:
    shown = tabs(qtbot)
    assert not [each for each in shown.findChildren(QWidget) if each.underMouse()], number
    QTest.mouseMove(shown.currentWidget().findChildren(QLineEdit)[0])
    QApplication.processEvents()
    assert shown.currentWidget().findChildren(QLineEdit)[0].underMouse()
