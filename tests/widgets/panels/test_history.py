"""The history of edits: names of any length are whole in the column left of the canvas."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LONG = "Use standardised values, four filters of 5 × 5 and a smaller learning rate in all convolutions of the network"


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_a_long_name_goes_on_below_its_beginning(window: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.files.new()
    document, history = window.session.document, window.workbench.history
    for name in ("Add Dense", LONG):
        with document.transaction(name):
            document.set_section("about", {"title": name})
    window.workbench.left.setCurrentWidget(history)
    qtbot.waitUntil(lambda: history.isVisible() and history.count() == 3)
    assert [history.item(row).text() for row in range(3)] == ["As opened", "Add Dense", LONG]
    short, long = (history.visualItemRect(history.item(row)) for row in (1, 2))
    metrics = history.fontMetrics()
    needed = metrics.horizontalAdvance(LONG)
    assert needed > history.viewport().width(), "too long for one line"
    assert long.width() <= history.viewport().width()
    lines = needed // history.viewport().width() + 1
    assert short.height() < 2 * metrics.height() and long.height() >= lines * metrics.height()
    assert LONG in history.item(2).toolTip().replace("&nbsp;", " ")
    window.resize(size[0] + 200, size[1])
    qtbot.waitUntil(lambda: history.visualItemRect(history.item(2)).width() <= history.viewport().width())
