"""Continue on the start page says what one was doing: which project is open, what is trained, and what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.protocol.events import Event, TrainingProgress
from app.protocol.training_messages import Resume
from app.training.runs import CHECKPOINT, Run
from graph.project import project_json, write_project
from tests.app.protocol import samples
from tests.widgets.conftest import close, digits_project
from tests.widgets.shell.test_another_project import train_panel, train_shortly
from tests.widgets.training.finished_run import write_events
from widgets.launch import make_window
from widgets.shell.preferences import Memory
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS
from widgets.start.project_rows import OpenRow
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

LEFT = Qt.MouseButton.LeftButton
METRICS = {"loss": 0.5, "accuracy": 0.976}


def begin_training(window: MainWindow, run: Path) -> TrainingController:
    """A training of the open project is in its first epoch, as a worker tells and writes of it."""
    controller = window.training.controller
    assert controller is not None
    Run.create(run, project_json(window.session.project), {"created": "2026-01-01T03:04:05"})
    controller._begin(run)
    tell(controller, samples.started(run=str(run)))
    return controller


def tell(controller: TrainingController, event: Event) -> None:
    """The worker writes an event into the log of the run in progress, and tells it."""
    assert controller.run is not None
    if not isinstance(event, TrainingProgress):
        write_events(controller.run, event)
    controller.link.training_event.emit(event)


def progress(epoch: int) -> TrainingProgress:
    return TrainingProgress(epoch=epoch, step=3, steps_per_epoch=10, samples_per_second=400.0, seconds_left=9.0)


def lines(window: MainWindow) -> dict[str, str]:
    """What is said of each project on the start page, by its name."""
    return {row.name: row.below for row in window.start.rows}


@pytest.fixture
def two(window: MainWindow, tmp_path: Path) -> tuple[Path, Path]:
    """The files of two projects, the first of which is open."""
    files = tmp_path / "own.netloom", tmp_path / "other.netloom"
    for number, file in enumerate(files):
        write_project(file, digits_project(10 - number))
    window.files.open(files[0])
    return files


def test_a_project_that_is_trained_says_so_wherever_it_stands_and_then_what_came_of_it(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path
) -> None:
    controller = begin_training(window, netloom_home / "runs" / "own-20260101-030405")
    window.show_start()
    assert lines(window) == {"own": "Training: epoch 1 of 5"}
    tell(controller, progress(2))
    assert lines(window) == {"own": "Training: epoch 2 of 5"}
    window.files.open(two[1])
    tell(controller, progress(3))
    window.show_start()
    assert lines(window) == {"other": "Not trained yet", "own": "Training: epoch 3 of 5"}
    controller._set_state(State.PAUSED)
    assert lines(window)["own"] == "Training paused: epoch 3 of 5"
    controller._set_state(State.RUNNING)
    tell(controller, progress(4))
    window.start.rows[1].setFocus()
    tell(controller, samples.epoch(epoch=5, step=50, train=METRICS, validation=METRICS))
    tell(controller, samples.finished(run=str(controller.run), test=METRICS))
    assert lines(window) == {"other": "Not trained yet", "own": "Trained: 97.6 % on the test set"}
    assert "own: training ended. Trained: 97.6 % on the test set." in window.notices
    assert QApplication.focusWidget() is window.start.rows[1], "the keys stay where they were"


def test_what_was_known_of_a_project_stays_while_another_is_trained(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path
) -> None:
    train_shortly(window, netloom_home / "runs" / "own-20260101-030405", 0.985)
    window.files.open(two[1])
    begin_training(window, netloom_home / "runs" / "other-20260102-030405")
    for file in two:
        window.files.open(file)
    window.show_start()
    assert lines(window) == {"other": "Training: epoch 1 of 5", "own": "Trained: 98.5 % on the test set"}


def test_a_project_without_a_file_that_ends_its_training_while_another_is_open_is_kept_with_its_score(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    title = window.session.title
    controller = begin_training(window, netloom_home / "runs" / "digits-20260101-030405")
    window.files.open(two[1])
    window.show_start()
    assert lines(window)[f"{title} (unsaved)"] == "Training: epoch 1 of 5"
    tell(controller, samples.epoch(epoch=5, step=50, train=METRICS, validation=METRICS))
    tell(controller, samples.finished(run=str(controller.run), test=METRICS))
    assert lines(window)[f"{title} (unsaved)"] == "Trained: 97.6 % on the test set"
    qtbot.mouseClick(next(row for row in window.start.rows if row.name.startswith(title)), LEFT)
    assert window.session.title == title


@pytest.mark.built("workbench")
@pytest.mark.parametrize("edited", [False, True])
def test_the_open_project_is_marked_in_the_same_words_whichever_way_one_comes(
    window: MainWindow, project_file: Path, qtbot: QtBot, edited: bool
) -> None:
    write_project(project_file.with_name("other.netloom"), digits_project(9))
    window.files.open(project_file.with_name("other.netloom"))
    window.files.open(project_file)
    if edited:
        window.workbench.add_layer("relu")
    document = window.session.document
    ways = (window.show_start, window.commands["start"].trigger, window.show_lessons)
    for way in ways:
        way()
        back, *others = window.start.rows
        assert isinstance(back, OpenRow) and back is window.start.back
        assert back.name == ("digits (unsaved)" if edited else "digits") and back.mark == "Open: back to it (Esc)"
        assert back.accessibleDescription().startswith("Open, ")
        assert [row.name for row in others] == ["other"], "and it is not listed a second time"
        qtbot.mouseClick(back, LEFT)
        assert window.working and window.session.document is document, "as it was left, and not read anew"


@pytest.mark.built("workbench")
def test_every_line_of_an_entry_has_its_room(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    for projector in (False, True):
        window.preferences.set("projector", projector)
        window.show_start()
        QApplication.processEvents()
        (row,) = window.start.rows
        assert row.height() >= 3 * row.fontMetrics().height() + 10
    window.preferences.set("projector", False)


def test_a_training_that_ends_with_its_window_is_told_as_broken_off_and_resumed_from_the_headline(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = begin_training(window, netloom_home / "runs" / "own-20260101-030405")
    for number in (1, 2):
        tell(controller, progress(number))
        tell(controller, samples.epoch(epoch=number, step=10 * number, train=METRICS, validation=METRICS))
    tell(controller, progress(3))
    assert controller.run is not None
    (controller.run / CHECKPOINT).write_bytes(b"pretended")  # the worker saves as it ends
    window.close_now()
    made = make_window(None)
    try:
        made.show()
        said = "Stopped after epoch 2 of 5, can be resumed"
        assert lines(made)["own"] == said
        made.files.open(two[0])
        made.show_workspace("train")
        panel = train_panel(made)
        panel.runs.model.read_all()
        strip = panel.strip
        qtbot.waitUntil(lambda: strip.state.text() == said)
        assert strip.resume.isVisible() and strip.resume.property("primary")
        asked: list[Resume] = []
        monkeypatch.setattr(panel._controller.link, "request", lambda request, *_: asked.append(request))
        qtbot.mouseClick(strip.resume, LEFT)
        assert asked[0].run == controller.run and not strip.resume.isVisible()
        made.show_start()
        assert lines(made)["own"].startswith("Training starts")
    finally:
        close(made)


def test_a_training_of_a_project_that_was_left_is_told_as_broken_off_too(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path
) -> None:
    controller = begin_training(window, netloom_home / "runs" / "own-20260101-030405")
    window.files.open(two[1])
    tell(controller, samples.epoch(epoch=3, step=30, train=METRICS, validation=METRICS))
    window.close_now()
    scores = Memory(netloom_home / "window.json").scores
    assert scores[str(two[0])] == "Stopped after epoch 3 of 5, can be resumed"
