"""Tabs stand closer where they have little room."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.look.fitting_tabs import SAVED, FittingTabs
from widgets.look.stylesheet import stylesheet
from widgets.look.theme import ThemeSource

TITLES = ("Samples", "Table", "Features", "Correlation", "One batch")


def test_all_tabs_are_in_view_where_half_the_distance_makes_room(qtbot: QtBot) -> None:
    tabs = FittingTabs()
    qtbot.addWidget(tabs)
    tabs.setStyleSheet(stylesheet(ThemeSource("light").theme))
    for title in TITLES:
        tabs.addTab(QWidget(), title)
    tabs.resize(900, 200)
    tabs.show()
    bar = tabs.tabBar()
    whole = bar.sizeHint().width()

    def last() -> int:
        QApplication.processEvents()
        return bar.tabRect(len(TITLES) - 1).right()

    assert last() < whole <= 900
    tabs.resize(whole - 30, 200)
    assert last() < tabs.width() and bar.sizeHint().width() == whole - SAVED * len(TITLES)
    for index, title in enumerate(TITLES):
        assert bar.tabRect(index).width() >= bar.fontMetrics().horizontalAdvance(title) + SAVED
    tabs.removeTab(0)
    assert bar.sizeHint().width() > whole - 30 - bar.tabRect(0).width()
    tabs.resize(900, 200)
    tabs.insertTab(0, QWidget(), TITLES[0])
    QApplication.processEvents()
    assert bar.sizeHint().width() == whole
