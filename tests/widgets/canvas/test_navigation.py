"""Navigation on a plain view, without a canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView
from pytestqt.qtbot import QtBot

from widgets.canvas.board_items import EVERYWHERE
from widgets.canvas.level_of_detail import MAXIMUM
from widgets.canvas.navigation import MARGIN, Navigation


@pytest.fixture
def navigation(qtbot: QtBot) -> Navigation:
    view = QGraphicsView()
    view.setScene(QGraphicsScene(EVERYWHERE, view))
    view.resize(800, 600)
    qtbot.addWidget(view)
    view.show()
    found = Navigation(view)
    found.animated = False
    return found


def test_zooming_keeps_the_place_under_the_pointer_and_stays_in_range(navigation: Navigation) -> None:
    zooms: list[float] = []
    navigation.zoomChanged.connect(zooms.append)
    spot = QPoint(200, 150)
    before = navigation.to_scene(spot)
    navigation.set_zoom(2.0, spot)
    assert (navigation.to_scene(spot) - before).manhattanLength() < 2
    navigation.set_zoom(1000.0)
    assert zooms == [2.0, MAXIMUM] == [2.0, navigation.zoom]


def test_the_zoom_rests_after_a_while(navigation: Navigation, qtbot: QtBot) -> None:
    with qtbot.waitSignals([navigation.zoomStarted, navigation.zoomSettled]):
        navigation.zoom_in()
        assert navigation.zooming
    assert not navigation.zooming


def test_a_region_is_shown_whole_and_never_larger_than_life(navigation: Navigation) -> None:
    region = QRectF(1000, -500, 4000, 2000)
    navigation.show_region(region)
    assert navigation.visible_region().contains(region)
    assert navigation.zoom == pytest.approx(navigation.room()[0] / 4000)
    navigation.show_region(QRectF(0, 0, 10, 10))
    assert navigation.zoom == 1.0


def test_revealing_pans_as_little_as_needed(navigation: Navigation) -> None:
    navigation.center_on(QPointF(0, 0))
    before = navigation.middle()
    navigation.reveal(QRectF(-20, -20, 40, 40))
    assert navigation.middle() == before
    navigation.reveal(QRectF(2000, 0, 40, 40))
    assert navigation.visible_region().right() == pytest.approx(2040 + MARGIN, abs=2)


def test_scrolling_goes_to_the_pixel(navigation: Navigation) -> None:
    place = navigation.from_scene(QPointF(0, 0))
    navigation.scroll_to(navigation.scrolled + QPoint(30, -12))
    assert navigation.from_scene(QPointF(0, 0)) == place + QPoint(-30, 12)
