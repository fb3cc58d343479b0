"""Words of buttons, tabs and units are whole: on a small screen, and with the projector's larger text."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from app.project.project_ids import id_of
from app.training.runs import Run
from graph.drawing import cards
from graph.project import project_json
from tests.widgets.conftest import digits_project
from widgets.canvas.card_painter import CardPainter
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource
from widgets.shell.actions.preference_actions import preferences_dialog
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")

SIZES = [(1024, 700, False), (1440, 900, False), (1440, 900, True)]


def cut_buttons(window: MainWindow) -> list[str]:
    """Texts of buttons in view that are wider than their buttons."""
    return [
        button.text()
        for button in window.findChildren(QPushButton)
        if button.isVisible() and button.text() and button.width() < button.sizeHint().width()
    ]


def scrolled_tabs(window: MainWindow) -> list[str]:
    """First tabs of bars in view that do not show all their tabs."""
    return [
        bar.tabText(0)
        for bar in window.findChildren(QTabBar)
        if bar.isVisible() and any(arrow.isVisible() for arrow in bar.findChildren(QToolButton))
    ]


@pytest.fixture
def runs(netloom_home: Path, project_file: Path) -> list[Path]:
    """Runs of one project whose names differ at their ends."""
    project = digits_project()
    project.id = id_of(project, project_file)
    made = [netloom_home / "runs" / f"A rather long title of a network, attempt {number}" for number in range(3)]
    for path in made:
        Run.create(path, project_json(project), {})
    return made


@pytest.mark.parametrize(("width", "height", "projector"), SIZES)
def test_buttons_and_tabs_show_their_words(
    window: MainWindow, project_file: Path, runs: list[Path], qtbot: QtBot, width: int, height: int, projector: bool
) -> None:
    window.files.open(project_file)
    if projector:
        qtbot.keyClick(window, Qt.Key.Key_F9)
    window.resize(width, height)
    for page in ("data", "network", "train"):
        window.show_workspace(page)
        panel = window.workbench.panel("train")
        assert isinstance(panel, TrainPanel)
        panel.show_runs()
        panel.refresh_runs()
        panel.runs.model.read_all()
        for _ in range(3):
            QApplication.processEvents()
        assert (cut_buttons(window), scrolled_tabs(window), window.width()) == ([], [], width), page


def test_units_beside_fields_grow_with_the_text(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.show_workspace("data")
    unit = next(label for label in window.findChildren(QLabel) if label.isVisible() and label.text() == "pixels")
    before = unit.fontMetrics().height()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert unit.fontMetrics().height() > 1.3 * before


def test_columns_of_runs_stay_when_one_is_clicked(
    window: MainWindow, project_file: Path, runs: list[Path], qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.show_runs()
    table, model = panel.runs.table, panel.runs.model
    for width in (1920, 1280, 1024):
        window.resize(width, 700)
        panel.refresh_runs()
        model.read_all()
        for _ in range(3):
            QApplication.processEvents()
        widths = [table.columnWidth(column) for column in range(model.columnCount())]
        for row in range(3):
            place = table.visualRect(model.index(row, 0)).center()
            qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
            qtbot.wait(20)
            assert [table.columnWidth(column) for column in range(model.columnCount())] == widths
        assert table.textElideMode() == Qt.TextElideMode.ElideMiddle
        assert sum(widths) <= table.viewport().width()


def test_kinds_of_layers_stay_whole_on_their_cards() -> None:
    painter = CardPainter(ThemeSource("light", PROJECTOR_SCALE).theme)
    for name, title in (("pool1", "MaxPool2d"), ("flatten1", "Flatten"), ("output1", "Output")):
        room = cards.WIDTH - 42 - QFontMetricsF(painter.name_font).horizontalAdvance(name) - 10
        assert QFontMetricsF(painter.kind_fitting(title, room)).horizontalAdvance(title) <= room
    assert painter.kind_fitting("ReLU", cards.WIDTH) == painter.kind_font


def test_preferences_fit_the_screen_and_scroll(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences.set("text_size", 150)
    dialog = preferences_dialog(window)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.height() <= window.screen().availableGeometry().height()
    dialog.resize(dialog.width(), 400)
    close = dialog.findChild(QPushButton)
    assert (close is not None and close.isVisible() and close.icon().isNull()) or dialog.height() == 400
    assert dialog.area.verticalScrollBar().maximum() > 0
    dialog.close()
