"""What is said of a worker that does not answer or does not stop, and ending it."""

from __future__ import annotations

import os
import signal

import pytest
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.widgets.training.conftest import MakeController
from widgets.training import worker_patience
from widgets.training.training_state import State
from widgets.training.worker_patience import WorkerPatience


def test_a_training_whose_worker_is_stopped_is_told_of_and_can_be_resumed(
    make_controller: MakeController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.training.heartbeat.EVERY_MS", 300)
    controller, failures, said = make_controller("good"), list[str](), list[tuple[str, str]]()
    patience = WorkerPatience(controller)
    patience.said.connect(lambda *told: said.append(told))
    controller.failed.connect(failures.append)
    controller.train(Document(), paused=True)
    qtbot.waitUntil(lambda: controller.state is State.PAUSED, timeout=20_000)
    qtbot.wait(1000)
    assert said == []
    os.kill(controller.link.process_id, signal.SIGSTOP)
    qtbot.waitUntil(lambda: bool(said))
    assert said[0][0].startswith(worker_patience.SILENT) and said[0][0].endswith("has saved nothing yet.")
    assert said[0][1] == worker_patience.RESTART
    patience.end()
    assert "did not answer" in failures[0]
    assert said[-1] == ("", "")
    assert controller.run is not None
    controller.resume(controller.run)
    qtbot.waitUntil(lambda: controller.state is State.FINISHED, timeout=20_000)


def test_a_training_that_does_not_stop_can_be_ended(
    make_controller: MakeController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_patience, "STOP_MS", 50)
    controller, failures, said = make_controller("restless"), list[str](), list[tuple[str, str]]()
    patience = WorkerPatience(controller)
    patience.said.connect(lambda *told: said.append(told))
    controller.failed.connect(failures.append)
    controller.train(Document(), paused=True)
    qtbot.waitUntil(lambda: controller.state is State.PAUSED, timeout=20_000)
    controller.stop()
    qtbot.waitUntil(lambda: bool(said))
    assert said[0][0].startswith(worker_patience.OVERDUE)
    assert said[0][1] == worker_patience.END
    patience.end()
    assert controller.state is State.FAILED
    assert "did not stop" in failures[0]
    assert said[-1] == ("", "")


def test_a_training_that_stops_in_time_is_not_spoken_of(
    make_controller: MakeController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_patience, "STOP_MS", 300)
    controller, said = make_controller("good"), list[tuple[str, str]]()
    WorkerPatience(controller, controller).said.connect(lambda *told: said.append(told))
    controller.train(Document(), paused=True)
    qtbot.waitUntil(lambda: controller.state is State.PAUSED, timeout=20_000)
    controller.stop()
    qtbot.waitUntil(lambda: controller.state is State.FINISHED, timeout=20_000)
    qtbot.wait(400)
    assert said == []
