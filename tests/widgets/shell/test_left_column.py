"""The column of layers gives way to the canvas where both have no room, and comes back when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.project.presets import FOLDER
from graph.project import read_project, write_project
from tests.widgets.shell.lost_content import lost_cards, nameless_cards
from widgets.canvas.level_of_detail import NEAR_FROM, Level, level_at
from widgets.look.theme import PROJECTOR_SCALE
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def settle() -> None:
    for _ in range(6):
        QApplication.processEvents()


@pytest.fixture
def lenet(window: MainWindow, tmp_path: Path) -> MainWindow:
    """A window with the LeNet in it, which has four rows of four layers."""
    file = tmp_path / "lenet.netloom"
    write_project(file, replace(read_project(FOLDER / file.name), id=""))
    window.files.open(file)
    window.show_workspace("network")
    settle()
    return window


@pytest.mark.parametrize("size", [(1024, 700), (1366, 768)])
def test_the_projector_shows_the_network_large_on_a_small_screen(
    lenet: MainWindow, qtbot: QtBot, size: tuple[int, int]
) -> None:
    workbench = lenet.workbench
    column, navigation = workbench.left_column, workbench.canvas.navigation
    lenet.resize(*size)
    settle()
    assert column.tabs.isVisible() and not column.strip.isVisible()
    before = column.width()
    qtbot.keyClick(lenet, Qt.Key.Key_F9)
    settle()
    assert column.strip.isVisible() and not column.tabs.isVisible()
    assert workbench.canvas.width() > lenet.width() / 2
    assert not nameless_cards(lenet) and not lost_cards(lenet)
    folded, place = navigation.zoom, column.strip.mapTo(lenet, QPoint())
    qtbot.mouseClick(column.strip, LEFT)
    settle()
    assert workbench.palette_panel.isVisible() and column.strip.isChecked()
    assert column.strip.mapTo(lenet, QPoint()) == place, "what was pressed stays under the pointer"
    assert navigation.zoom < 0.8 * folded
    qtbot.mouseClick(column.strip, LEFT)
    settle()
    assert not column.tabs.isVisible() and navigation.zoom == pytest.approx(folded, rel=0.02)
    qtbot.keyClick(lenet, Qt.Key.Key_F9)
    settle()
    assert column.tabs.isVisible() and not column.strip.isVisible()
    assert abs(column.width() - before) <= 2


def test_what_needs_the_column_opens_it(lenet: MainWindow, qtbot: QtBot) -> None:
    lenet.resize(1024, 700)
    lenet.preferences.set("projector", True)
    settle()
    palette = lenet.workbench.palette_panel
    assert not palette.isVisible()
    lenet.commands["find_layer"].trigger()
    settle()
    assert palette.isVisible() and palette.search.hasFocus()
    layers = lenet.commands["layers"]
    lenet.commands.refresh()
    assert layers.isChecked()
    layers.trigger()
    settle()
    assert not palette.isVisible() and lenet.workbench.left_column.strip.hasFocus(), "the keyboard has a place"
    qtbot.keyClick(lenet.workbench.left_column.strip, Qt.Key.Key_Space)
    settle()
    assert palette.isVisible()


def test_it_is_folded_away_in_a_wide_window_by_the_menu_alone(lenet: MainWindow, qtbot: QtBot) -> None:
    column = lenet.workbench.left_column
    lenet.resize(1440, 900)
    settle()
    lenet.commands["layers"].trigger()
    settle()
    assert column.strip.isVisible() and not column.tabs.isVisible()
    assert lenet.workbench.layout_state()["across"][0] > column.width(), "the next start has the whole column"
    qtbot.mouseClick(column.strip, LEFT)
    settle()
    assert column.tabs.isVisible() and not column.strip.isVisible()


def test_the_width_of_a_column_that_is_not_on_show_is_kept(lenet: MainWindow) -> None:
    lenet.resize(1440, 900)
    settle()
    before = lenet.workbench.left_column.width()
    lenet.show_workspace("train")
    lenet.preferences.set("projector", True)
    settle()
    assert lenet.workbench.layout_state()["across"][0] > before
    lenet.show_workspace("network")
    settle()
    assert lenet.workbench.left_column.width() > before


def test_cards_show_small_text_only_where_it_is_not_lost_beside_large_text() -> None:
    assert level_at(NEAR_FROM) is level_at(NEAR_FROM, 1.2) is Level.NEAR
    assert level_at(NEAR_FROM, PROJECTOR_SCALE) is Level.MID
    assert level_at(0.7, PROJECTOR_SCALE) is Level.NEAR
