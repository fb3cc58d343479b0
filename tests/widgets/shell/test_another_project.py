"""Another project begins without the run of the one before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.events import Points
from app.training.runs import Run
from graph.project import project_json, write_project
from tests.app.protocol import samples
from tests.widgets.conftest import digits_project
from widgets.shell.window import MainWindow
from widgets.training.training_controller import State, TrainingController
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import NOTHING, UnderstandPanel


@pytest.fixture
def controller(window: MainWindow, project_file: Path, netloom_home: Path) -> TrainingController:
    """The window's controller after a short training of the open project, as a worker tells of it."""
    window.files.open(project_file)
    controller = window.training.controller
    assert controller is not None
    run = netloom_home / "runs" / "digits"
    Run.create(run, project_json(digits_project()), {})
    controller.runs_changed.emit()
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.runs.model.read_all()
    link = controller.link
    controller._begin(run)
    link.training_event.emit(samples.started(run=str(run)))
    link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
    metrics = {"loss": 0.5, "accuracy": 0.9}
    link.training_event.emit(samples.epoch(step=3, train=metrics, validation=metrics))
    link.training_event.emit(samples.finished(run=str(run)))
    return controller


def train_panel(window: MainWindow) -> TrainPanel:
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    return panel


@pytest.mark.parametrize("way", ["new", "open"])
def test_another_project_shows_no_run(
    window: MainWindow, controller: TrainingController, tmp_path: Path, qtbot: QtBot, way: str
) -> None:
    panel, understand = train_panel(window), window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    assert controller.state is State.FINISHED and window.status.training.text() == "Finished"
    assert not panel.curves.loss.view.is_empty() and understand.subject.run is not None
    if way == "new":
        window.activateWindow()
        qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    else:
        write_project(tmp_path / "other.netloom", digits_project(5))
        window.files.open(tmp_path / "other.netloom")
    assert controller.state is State.IDLE and controller.run is None
    assert window.status.training.text() == panel.strip.state.text() == "Not trained yet"
    assert panel.strip.figures.text() == panel.strip.epoch.text() == panel.strip.speed.text() == ""
    assert panel.curves.loss.view.is_empty() and panel.curves.metric.view.is_empty()
    assert panel.runs.current is None and understand.subject.run is None
    assert understand.about.text() == NOTHING


def test_a_run_in_progress_goes_on_when_another_project_is_opened(
    window: MainWindow, controller: TrainingController, tmp_path: Path
) -> None:
    controller.link.training_event.emit(samples.started(run=str(controller.run)))
    controller._set_state(State.RUNNING)
    write_project(tmp_path / "other.netloom", digits_project(5))
    window.files.open(tmp_path / "other.netloom")
    assert controller.state is State.RUNNING and controller.run is not None
    panel, words = train_panel(window), "Training digits, another project"
    assert panel.strip.state.text() == window.status.training.text() == words
    metrics = {"loss": 0.5, "accuracy": 0.9}
    controller.link.points.emit(Points(np.arange(4, 6), np.array([3, 2], np.float32)))
    controller.link.training_event.emit(samples.epoch(step=9, train=metrics, validation=metrics))
    assert panel.curves.loss.view.is_empty() and panel.curves.metric.view.is_empty()
    assert panel.strip.figures.text() == "" and "per epoch" not in window.status.costs.text()
    controller.link.training_event.emit(samples.finished(run=str(controller.run), test=metrics))
    assert panel.strip.state.text() == window.status.training.text() == "Not trained yet"
    assert controller.run is None and "digits: training ended" in window.banners.notices[0].text


def test_an_edit_after_training_is_said_until_it_is_undone(
    window: MainWindow, controller: TrainingController, qtbot: QtBot
) -> None:
    panel, understand = train_panel(window), window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    window.show_workspace("train")
    assert "per epoch" in window.status.costs.text() and not panel.strip.outdated.isVisible()
    window.show_workspace("network")
    window.workbench.canvas.select(["flatten2"])
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_Delete)
    window.show_workspace("train")
    assert window.status.training.text() == "Finished; the network has changed since"
    assert "per epoch" not in window.status.costs.text() and panel.strip.outdated.isVisible()
    assert understand.about.text().endswith("not the network as it is drawn now")
    window.session.document.undo()
    assert window.status.training.text() == "Finished" and "per epoch" in window.status.costs.text()
    assert not panel.strip.outdated.isVisible() and "drawn now" not in understand.about.text()
