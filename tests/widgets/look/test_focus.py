"""Where the keys go within a pane."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from widgets.look.focus import target_in
from widgets.look.layouts import vbox


def test_the_first_widget_that_takes_keys_is_found_and_nothing_that_is_about_to_go(qtbot: QtBot) -> None:
    pane, going, disabled, staying = QWidget(), QWidget(), QPushButton("Off"), QLineEdit()
    inside = QPushButton("Gone soon")
    vbox(inside, parent=going)
    vbox(going, disabled, staying, parent=pane)
    disabled.setEnabled(False)
    qtbot.addWidget(pane)
    pane.show()
    assert target_in(pane) is inside
    assert target_in(pane, leaving=going) is staying
    assert target_in(disabled) is None


def test_widgets_behind_one_that_is_deleted_afterwards_live_on(qtbot: QtBot) -> None:
    pane, going, area, last = QWidget(), QLineEdit(), QScrollArea(), QLineEdit()
    vbox(going, area, last, parent=pane)
    for widget in (going, area):
        widget.setEnabled(False)
    viewport = area.viewport()
    qtbot.addWidget(pane)
    pane.show()
    assert target_in(pane) is last
    going.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [isValid(widget) for widget in (going, area, viewport, last)] == [False, True, True, True]
