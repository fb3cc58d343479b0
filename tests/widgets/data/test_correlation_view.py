"""The correlation side of the data view under real clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import choose


def test_pairs_are_picked_and_drawn(qtbot: QtBot, link: DirectLink) -> None:
    view = make_view(qtbot, link, size=(1300, 900))
    choose(qtbot, view, "iris")
    side = view.samples.correlation
    view.samples.show_first("Correlation")
    qtbot.waitUntil(side.isVisible)
    assert "petal" in side.sentence.text() and "go together" in side.sentence.text()  # the strongest pair comes first
    qtbot.mouseClick(side.matrix.viewport(), Qt.MouseButton.LeftButton, pos=side.matrix.place(1, 0).center().toPoint())
    assert side.matrix.current == (1, 0)
    assert side.sentence.text() == side.matrix.sentence(1, 0) and "sepal width" in side.sentence.text()
    before = side.points.grab().toImage()
    qtbot.keyClick(side.matrix, Qt.Key.Key_Down)
    assert side.matrix.current == (2, 0)
    assert side.points.grab().toImage() != before
    choose(qtbot, view, "digits")
    titles = [view.samples.tabs.tabText(number) for number in range(view.samples.tabs.count())]
    assert "Correlation" not in titles
    view.close_document()
