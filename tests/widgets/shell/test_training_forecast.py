"""The forecast in the status line: made after edits, with seconds once the worker has measured the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.protocol.calibration_messages import MachineMeasured, MeasureMachine
from app.protocol.messages import Message
from app.training.calibration import to_json
from app.training.predicted_cost import NOT_KNOWN
from tests.app.training.test_calibration import measured
from widgets.shell.context import MAY_MEASURE
from widgets.shell.training_forecast import TrainingForecast
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State


class Requests:
    """What a link is asked for, and what is not wanted any more."""

    def __init__(self, controller: TrainingController, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Message] = []
        self.forgotten: list[int] = []
        link = controller.link
        monkeypatch.setattr(link, "_was_ready", True)
        monkeypatch.setattr(type(link), "busy", property(lambda _: False))
        monkeypatch.setattr(link, "request", self._ask)
        monkeypatch.setattr(link, "forget", self.forgotten.append)

    def _ask(self, message: Message, *_: object) -> int:
        self.asked.append(message)
        return len(self.asked)


@pytest.fixture
def forecast(window: MainWindow, project_file: Path) -> TrainingForecast:
    window.files.open(project_file)
    found = window.part(TrainingForecast)
    found.refresh()
    return found


def test_what_it_takes_is_told_before_a_training_and_follows_edits(
    forecast: TrainingForecast, window: MainWindow, qtbot: QtBot
) -> None:
    assert "training: about " in window.status.costs.text() and "per epoch" not in window.status.costs.text()
    before, document = window.session.state.predicted.memory, window.session.document
    with document.transaction("Larger batches"):
        document.set_section("plan", {"batch_size": 256})
    qtbot.waitUntil(lambda: window.session.state.predicted.memory != before, timeout=30_000)
    forecast._on_measured(MachineMeasured(calibration=to_json(measured())))
    assert "training: about " in window.status.costs.text() and "per epoch" in window.status.costs.text()
    window.session.state.epoch_seconds = 2.0
    window.refresh()  # what was measured takes its place
    assert "~2 s per epoch" in window.status.costs.text() and "training:" not in window.status.costs.text()
    window.session.state.epoch_seconds = None
    with document.transaction("Let the network be wrong"):
        document.remove("flatten2")
    qtbot.waitUntil(lambda: window.session.state.predicted == NOT_KNOWN, timeout=30_000)
    assert "training:" not in window.status.costs.text()


@pytest.fixture
def may_measure(qapp: QApplication) -> Iterator[None]:
    """As in the program, where somebody works for a while."""
    qapp.setProperty(MAY_MEASURE, True)
    yield
    qapp.setProperty(MAY_MEASURE, None)


def test_the_machine_is_measured_once_and_never_beside_a_training(
    forecast: TrainingForecast, window: MainWindow, may_measure: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = window.training.controller
    assert controller is not None
    requests = Requests(controller, monkeypatch)
    forecast._measure()
    forecast._measure()
    assert [type(message) for message in requests.asked] == [MeasureMachine]
    controller._set_state(State.STARTING)
    assert requests.forgotten == [1] and not forecast._rest.isActive()
    forecast._measure()  # as if the clock had rung all the same
    assert len(requests.asked) == 1
    controller._set_state(State.FINISHED)
    assert forecast._rest.isActive()
    forecast._measure()
    forecast._on_refused("The disk is full.")  # then it is not asked for again
    forecast._measure()
    assert len(requests.asked) == 2 and window.session.state.predicted.seconds_per_epoch is None
