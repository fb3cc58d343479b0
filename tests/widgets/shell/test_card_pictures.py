"""Pictures on cards follow one rule, whatever came before: they are those of the run that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.events import Snapshot
from graph.project import Project, write_project
from tests.widgets.conftest import close, digits_project
from widgets.canvas.live_cards import LiveCards
from widgets.launch import make_window
from widgets.shell.live_previews import LIVE
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel

PATIENCE = 60_000
LAYERS = {"input0", "conv1", "flatten2", "dense3"}
"""What makes something of a sample in the project below."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A project that is trained in a moment, so that its training is over before a second look is due."""
    project = digits_project()
    path = tmp_path / "digits.netloom"
    write_project(path, Project(project.network, {**project.sections, "plan": {"epochs": 1, "batch_size": 256}}))
    return path


@pytest.fixture
def working(qtbot: QtBot, file: Path) -> Iterator[MainWindow]:
    """The window with its own worker, in Train."""
    window = make_window()
    window.resize(1280, 820)
    window.show()
    qtbot.waitExposed(window)
    window.loader.require("understand")
    window.files.open(file)
    window.show_workspace("train")
    yield window
    close(window)


def shown(window: MainWindow) -> set[str]:
    """The layers whose cards show pictures."""
    extra = window.workbench.canvas.surface.extras.get(LIVE)
    return set(extra.strips) if isinstance(extra, LiveCards) else set()


def painted(window: MainWindow, layer: str) -> bool:
    """Whether something hangs from a card, in colours that are not those of the card."""
    canvas = window.workbench.canvas
    card = canvas.board.cards[layer]
    corner = canvas.mapFromScene(card.rect.bottomLeft())
    picture = canvas.grab().toImage()
    return len({picture.pixel(corner.x() + x, corner.y() + 5) for x in range(4, 40)}) > 2


def train(window: MainWindow, qtbot: QtBot) -> None:
    """Press Ctrl+Return, and wait until it is over."""
    controller = window.training.controller
    assert controller is not None
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_pictures_are_there_after_every_training_and_in_a_project_that_is_reopened(
    working: MainWindow, qtbot: QtBot, file: Path
) -> None:
    controller = working.training.controller
    assert controller is not None
    runs = []
    for _ in range(2):
        train(working, qtbot)
        runs.append(controller.run)
        qtbot.waitUntil(lambda: shown(working) == LAYERS, timeout=PATIENCE)
        assert painted(working, "conv1")
    assert runs[0] != runs[1]
    working.files.new()
    assert not shown(working)
    working.files.open(file)
    qtbot.waitUntil(lambda: shown(working) == LAYERS, timeout=PATIENCE)
    assert controller.run == runs[1] and painted(working, "conv1")
    panel = working.workbench.panel("train")
    assert isinstance(panel, TrainPanel) and runs[0] is not None
    panel.runs.select(runs[0])
    assert not shown(working), "those of another run are not this one's"
    qtbot.waitUntil(lambda: shown(working) == LAYERS, timeout=PATIENCE)


def test_a_later_training_shows_them_while_it_lasts_as_well(working: MainWindow, qtbot: QtBot) -> None:
    controller, document = working.training.controller, working.session.document
    assert controller is not None
    train(working, qtbot)
    live: list[Snapshot] = []
    controller.link.snapshot.connect(live.append)
    with document.transaction("Train for long"):
        document.set_section("plan", {"epochs": 5000})
    qtbot.keyClick(working, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(live), timeout=PATIENCE)
    assert set(live[0].views.cards) == LAYERS
    qtbot.waitUntil(lambda: shown(working) == LAYERS, timeout=PATIENCE)
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE):
        controller.stop()
