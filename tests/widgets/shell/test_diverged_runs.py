"""A run that diverged is told as that wherever the window tells of a run, at once and when it is opened again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.protocol.events import Event
from app.training.diagnosis import NOT_A_NUMBER
from app.training.runs import Run
from graph.project import project_json
from tests.app.protocol import samples
from tests.widgets.conftest import close
from tests.widgets.shell.test_another_project import reopened, train_panel
from tests.widgets.training.finished_run import write_events
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("training")


def epoch(number: int, loss: float) -> Event:
    metrics = {"loss": loss, "accuracy": 0.1}
    return samples.epoch(epoch=number, epochs=4, step=10 * number, train=metrics, validation=metrics)


REASON = f"{NOT_A_NUMBER} at step 23 (epoch 3); the last good weights are kept. Lower the learning rate."
NO_NUMBER: list[Event] = [
    *(epoch(number, 2.3) for number in (1, 2)),
    samples.finished(status="failed", reason=REASON, test={}, epoch=2),
]
NEVER_BEGUN: list[Event] = [
    samples.finished(status="failed", reason=f"{NOT_A_NUMBER} at step 2 (epoch 1).", test={}, epoch=0)
]
GREW: list[Event] = [
    *(epoch(number, loss) for number, loss in enumerate((2.3, 1.9, 800.0, 5e6), 1)),
    samples.finished(status="completed", reason=None, test={"loss": 5e6, "accuracy": 0.098}, epoch=4),
]


def train_shortly(window: MainWindow, run: Path, events: list[Event]) -> None:
    """A run of the open project, as a worker would tell of it."""
    Run.create(run, project_json(window.session.project), {"created": "2026-01-02T03:04:05"})
    controller = window.training.controller
    assert controller is not None
    controller._begin(run)
    for event in (samples.started(run=str(run), epochs=4, step=0), *events):
        write_events(run, event)
        controller.link.training_event.emit(event)
    train_panel(window).runs.model.read_all()


def texts(window: MainWindow) -> tuple[str, ...]:
    """What status line, header and list say of the last run."""
    model = train_panel(window).runs.model
    status = [column.title for column in model.columns].index("Status")
    in_list = str(model.data(model.index(0, status)))
    return window.status.training.text(), train_panel(window).strip.state.text(), in_list


def on_the_start_page(window: MainWindow) -> str:
    """What the start page says of the project that was open last."""
    window.show_start()
    assert window.start.back is not None
    return window.start.back.below


@pytest.mark.parametrize(
    ("events", "score", "status"),
    [
        (NO_NUMBER, "Diverged in epoch 3", "diverged in epoch 3"),
        (NEVER_BEGUN, "Diverged in epoch 1", "diverged in epoch 1"),
        (GREW, "Diverged in epoch 3: 9.8 % on the test set", "diverged in epoch 3"),
    ],
)
def test_a_run_that_diverged_is_nowhere_called_trained(
    window: MainWindow,
    project_file: Path,
    netloom_home: Path,
    qtbot: QtBot,
    events: list[Event],
    score: str,
    status: str,
) -> None:
    window.files.open(project_file)
    window.show_workspace("train")
    train_shortly(window, netloom_home / "runs" / "digits-20260102-030405", events)
    assert texts(window) == (score, score, status)
    assert train_panel(window).strip.errors.isHidden() == (": " not in score)
    assert on_the_start_page(window) == score
    window.close_now()
    made = reopened(qtbot, project_file)
    try:
        assert texts(made) == (score, score, status)
        assert train_panel(made).strip.overfitting.isHidden()  # whether it overfits is no question then
        assert on_the_start_page(made) == score
    finally:
        close(made)


@pytest.mark.parametrize(
    ("events", "score"),
    [
        ([samples.finished(status="stopped", test={}, epoch=0)], "Trained for less than an epoch"),
        ([epoch(1, 2.3), samples.finished(status="failed", reason="No room is left.", test={}, epoch=1)], "1 epoch"),
    ],
)
def test_a_run_that_ended_early_is_not_told_as_trained_to_its_end(
    window: MainWindow, project_file: Path, netloom_home: Path, events: list[Event], score: str
) -> None:
    window.files.open(project_file)
    train_shortly(window, netloom_home / "runs" / "digits-20260102-030405", events)
    assert score in train_panel(window).runs.model.entry(0).score
