"""Another project begins without the run of the one before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.data.same_data import same_data, title_of_data
from app.protocol.events import Points, Snapshot
from app.protocol.views import NetworkViews
from app.protocol.watch import Watch
from app.training.run_labels import owner_of
from app.training.runs import Run
from app.training.start_section import StartSection
from graph.project import project_json, write_project
from tests.app.protocol import samples
from tests.widgets.conftest import close, digits_project
from tests.widgets.training.finished_run import write_events
from widgets.inspector.shape_text import total_facts
from widgets.launch import make_window
from widgets.look import file_dialogs
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS
from widgets.start.project_rows import FileRow
from widgets.training.training_controller import TrainingController
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State
from widgets.understand.understand_panel import UnderstandPanel


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


def train_shortly(window: MainWindow, run: Path, accuracy: float) -> None:
    """A training of the open project, as a worker tells and writes of it."""
    controller = window.training.controller
    assert controller is not None
    Run.create(run, project_json(window.session.project), {"created": f"{run.name[-15:-7]}"})
    metrics = {"loss": 0.5, "accuracy": accuracy}
    controller._begin(run)
    for event in (
        samples.started(run=str(run)),
        samples.epoch(epoch=5, step=50, train=metrics, validation=metrics),
        samples.finished(run=str(run), test=metrics),
    ):
        write_events(run, event)
        controller.link.training_event.emit(event)
    controller.runs_changed.emit()
    train_panel(window).runs.model.read_all()


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
    assert understand.about.text() == ""


def test_a_run_in_progress_goes_on_when_another_project_is_opened(
    window: MainWindow, controller: TrainingController, tmp_path: Path
) -> None:
    controller.link.training_event.emit(samples.started(run=str(controller.run)))
    controller._set_state(State.RUNNING)
    first, seen = window.session.path, list[object]()
    understand = window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel) and first is not None and understand.subject.live
    understand.subject.watch(Watch(filters=("conv1",)), seen.append)
    write_project(tmp_path / "other.netloom", digits_project(5))
    window.files.open(tmp_path / "other.netloom")
    assert controller.state is State.RUNNING and controller.run is not None
    panel, words = train_panel(window), "Training digits, another project"
    assert panel.strip.state.text() == window.status.training.text() == words
    metrics = {"loss": 0.5, "accuracy": 0.9}
    controller.link.points.emit(Points(np.arange(4, 6), np.array([3, 2], np.float32)))
    controller.link.training_event.emit(samples.epoch(step=9, train=metrics, validation=metrics))
    bar = window.bar
    assert not bar.train.isEnabled() and not bar.step.isEnabled()
    assert bar.train.toolTip() == bar.step.toolTip() == "The training of digits goes on: wait for it, or stop it"
    assert bar.stop.accessibleName() == "Stop the training of digits"
    assert bar.pause.accessibleName() == "Pause the training of digits"
    assert panel.curves.loss.view.is_empty() and panel.curves.metric.view.is_empty()
    assert panel.strip.figures.text() == "" and "per epoch" not in window.status.costs.text()
    controller.link.snapshot.emit(Snapshot(9, 1, NetworkViews()))
    assert seen == []
    controller.link.training_event.emit(samples.finished(run=str(controller.run), test=metrics))
    assert panel.strip.state.text() == window.status.training.text() == "Not trained yet"
    assert controller.run is None and "digits: training ended" in window.banners.notices[0].text


def test_what_is_said_in_one_place_is_not_said_twice_in_a_view(
    window: MainWindow, controller: TrainingController, qtbot: QtBot
) -> None:
    for name in ("network", "train", "understand"):
        window.show_workspace(name)
        strip, status = train_panel(window).strip.state, window.status.training
        assert [label.isVisible() for label in (strip, status)] == [name == "train", name != "train"]
    window.show_workspace("network")
    facts = dict(total_facts(window.session.checker, StartSection()))
    said = window.status.costs.text()
    assert "parameters" in said and "FLOP" in said
    assert not {"Parameters", "Work"} & facts.keys()
    checker = window.session.checker
    assert ("Connections" in facts) == (checker.connections != checker.parameters)


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


def test_other_data_after_training_is_said_until_it_is_undone(
    window: MainWindow, controller: TrainingController, qtbot: QtBot
) -> None:
    panel, understand = train_panel(window), window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    document = window.session.document
    data = document.sections["data"]
    assert isinstance(data, dict)
    with document.transaction("Alter while training"):
        document.set_section("data", {**data, "augment": {"shift": 1}})
    assert window.status.training.text() == "Finished"  # the samples are the same
    with document.transaction("Choose other data"):
        document.set_section("data", {"source": "letters"})
    assert window.status.training.text() == "Finished; the data has changed since"
    window.show_workspace("understand")
    assert understand.about.text().endswith("trained on Handwritten digits, not on the data as it is chosen now")
    assert understand.about.isVisible()
    window.show_workspace("train")
    assert panel.strip.outdated.isVisible() and panel.strip.outdated.text() == "the data has changed since"
    window.show_workspace("network")
    window.workbench.canvas.select(["flatten2"])
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_Delete)
    assert window.status.training.text() == "Finished; network and data have changed since"
    for _ in range(2):
        document.undo()
    assert window.status.training.text() == "Finished" and "trained on" not in understand.about.text()


def test_a_run_on_a_file_stays_on_it_where_the_project_is_saved_elsewhere(tmp_path: Path) -> None:
    old = {"source": "table", "options": {"path": "rows.csv", "target": "a"}}
    saved = {"source": "table", "options": {"path": "../rows.csv", "target": "a", "sha256": "0" * 64}}
    assert same_data(old, tmp_path, saved, tmp_path / "deep")
    assert not same_data(old, tmp_path, old, tmp_path / "deep")
    assert not same_data(old, tmp_path, {**saved, "split": {"seed": 3}}, tmp_path / "deep")
    assert title_of_data(old, tmp_path) in ("", "rows.csv")


def reopened(qtbot: QtBot, file: Path) -> MainWindow:
    """Another window, into which a file is opened."""
    made = make_window(file)
    made.resize(1280, 820)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.loader.finished and made.working, timeout=20_000)
    qtbot.waitUntil(lambda: made.training.controller is not None and made.training.controller.run is not None)
    return made


def test_a_project_comes_back_as_it_was_left(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    for number, accuracy in ((1, 0.5), (2, 0.985)):
        train_shortly(window, netloom_home / "runs" / f"digits-2026010{number}-030405", accuracy)
    panel = train_panel(window)
    panel.runs.model.tick(netloom_home / "runs" / "digits-20260101-030405", True)
    panel.show_runs()
    window.show_workspace("understand")
    understand = window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel) and understand.show_slug("weights")
    window.close_now()
    made = reopened(qtbot, project_file)
    try:
        panel, understand = train_panel(made), made.workbench.panel("understand")
        assert isinstance(understand, UnderstandPanel) and understand.subject.run is not None
        assert made.workbench.workspace == "understand" and understand.tab.title == "Weights"
        assert understand.subject.run.path.name == "digits-20260102-030405"
        assert made.status.training.text() == panel.strip.state.text() == "Trained: 98.5 % on the test set"
        assert panel.tabs.currentWidget() is panel.runs
        assert [path.name[7:15] for path in panel.runs.model.shown] == ["20260102", "20260101"]
        assert understand.about.text().startswith("digits  2026-01-02 03:04")
        made.show_start()
        row = made.start.back
        assert row is not None and row.below == "Trained: 98.5 % on the test set"
    finally:
        close(made)


def rows_of(window: MainWindow) -> list[FileRow]:
    """What the start page offers beside the open project."""
    window.show_start()
    rows = (window.start.files.itemAt(place).widget() for place in range(window.start.files.count()))
    return [row for row in rows if isinstance(row, FileRow)]


def test_continue_names_a_project_and_its_score_as_soon_as_it_is_saved(
    window: MainWindow, tmp_path: Path, netloom_home: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    train_shortly(window, netloom_home / "runs" / "digits-20260102-030405", 0.985)
    assert rows_of(window) == []
    assert window.start.back is not None and window.start.back.below == "Trained: 98.5 % on the test set"
    qtbot.mouseClick(window.start.back, Qt.MouseButton.LeftButton)
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / "mine.netloom"), ""))
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert rows_of(window) == []
    row = window.start.back
    assert (row.name, row.below) == ("mine", "Trained: 98.5 % on the test set")


def test_continue_offers_a_trained_example_that_was_never_saved(
    window: MainWindow, tmp_path: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    title, id_ = window.session.title, window.session.state.id
    for number in (1, 2):
        train_shortly(window, netloom_home / "runs" / f"digits-2026010{number}-030405", 0.985)
    window.files.new()
    window.close_now()
    made = make_window()
    made.show()
    qtbot.waitExposed(made)
    made.loader.require("understand")
    try:
        (row,) = rows_of(made)
        assert (row.name, row.below) == (f"{title} (unsaved)", "Trained: 98.5 % on the test set")
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
        assert (made.session.title, made.session.path, made.session.state.id) == (title, None, id_)
        qtbot.waitUntil(lambda: made.training.controller is not None and made.training.controller.run is not None)
        assert made.status.training.text() == "Trained: 98.5 % on the test set"
        made.session.save(tmp_path / "mine.netloom")
        made.files.save()
        assert rows_of(made) == [] and made.start.back is not None
        assert (made.start.back.name, made.start.back.below) == ("mine", "Trained: 98.5 % on the test set")
    finally:
        close(made)


def test_a_run_follows_the_name_of_its_project(
    window: MainWindow, tmp_path: Path, netloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    run = netloom_home / "runs" / "whatever-20260101-030405"
    train_shortly(window, run, 0.9)
    panel = train_panel(window)
    assert panel.runs.model.entry(0).name.startswith(window.session.title)
    window.session.save(tmp_path / "mine.netloom")
    assert panel.runs.model.entry(0).name == "mine  03:04"
    window.session.save(tmp_path / "copy.netloom")  # a project of its own, whose runs begin here
    panel.runs.model.read_all()
    assert panel.runs.model.rowCount() == 0 and window.status.training.text() == "Not trained yet"
    assert "The runs stay with mine" in window.banners.notices[0].text
    window.files.open(tmp_path / "mine.netloom")
    panel.runs.model.read_all()
    assert panel.runs.model.entry(0).name == "mine  03:04"


def test_nothing_is_said_of_problems_before_there_is_data(window: MainWindow, qtbot: QtBot) -> None:
    project = digits_project()
    del project.sections["data"]
    window.session.start_from(project)
    window.show_workbench("network")
    assert window.status.problems.text() == "No data chosen"
    qtbot.mouseClick(window.status.problems, Qt.MouseButton.LeftButton)
    assert window.workbench.workspace == "data"
    with window.session.document.transaction("Choose digits"):
        window.session.document.set_section("data", {"source": "digits"})
    assert window.status.problems.text() == "No problems"


def test_a_run_in_progress_is_back_in_view_with_its_project(
    window: MainWindow, tmp_path: Path, netloom_home: Path
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    window.session.save(tmp_path / "mine.netloom")
    controller, panel = window.training.controller, train_panel(window)
    assert controller is not None
    run = netloom_home / "runs" / "mine-20260101-030405"
    Run.create(run, project_json(window.session.project), {"created": "2026"})
    controller._begin(run)
    controller.link.training_event.emit(samples.started(run=str(run)))
    window.files.open_shipped(PRESETS / "iris_mlp.netloom", lambda: None)
    assert panel.curves.loss.view.curves == {}
    window.files.open(tmp_path / "mine.netloom")
    assert panel.strip.state.text() == window.status.training.text() == "Training"
    controller.link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
    assert len(panel.curves.loss.view.curves[f"{run}|train"]) == 3
    window.session.save(tmp_path / "copy.netloom")  # what is in progress goes with the project that is on show
    assert owner_of(run).id == window.session.state.id and controller.own
    controller.link.training_event.emit(samples.finished(run=str(run), test={"accuracy": 0.7}))
    assert window.status.training.text() == "Trained: 70.0 % on the test set"
