"""Training as a state machine over a worker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.protocol.watch import Watch
from app.training.runs import Run, runs
from graph.document import Document
from tests.widgets.training.conftest import MakeController
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

DOCUMENT = {"about": {"title": "Two spirals"}}


def states_of(controller: TrainingController) -> list[State]:
    seen: list[State] = []
    controller.stateChanged.connect(seen.append)
    return seen


def wait_for(qtbot: QtBot, controller: TrainingController, state: State) -> None:
    qtbot.waitUntil(lambda: controller.state is state, timeout=20_000)


def test_a_whole_training(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    seen, points, epochs = states_of(controller), [], []
    controller.link.points.connect(lambda event: points.extend(event.step.tolist()))
    controller.epoch_ended.connect(lambda event: epochs.append(event.epoch))
    controller.train(Document(sections=DOCUMENT))
    wait_for(qtbot, controller, State.FINISHED)
    assert seen == [State.STARTING, State.RUNNING, State.FINISHED]
    assert points == list(range(1, 41))
    assert epochs == [1, 2, 3, 4]
    assert controller.run is not None
    assert Run.open(controller.run).title == "Two spirals"
    assert [device.id for device in controller.devices] == ["cpu"]


def test_training_waits_for_its_data(make_controller: MakeController, qtbot: QtBot) -> None:
    controller, told = make_controller("slow"), []
    controller.readying.connect(lambda progress: told.append(progress.sentence))
    seen = states_of(controller)
    controller.train(Document(sections=DOCUMENT))
    wait_for(qtbot, controller, State.FINISHED)
    assert seen == [State.STARTING, State.RUNNING, State.FINISHED]
    assert told == [f"Decoding pictures {done} of 4" for done in (1, 2, 3, 4)]


def test_stopping_while_data_is_waited_for_leaves_all_as_it_was(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("endless")
    told: list[object] = []
    controller.readying.connect(told.append)
    controller.train(Document(sections=DOCUMENT))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    controller.stop()
    wait_for(qtbot, controller, State.IDLE)
    assert controller.run is None and not controller.resumable and not controller.link.busy
    told.clear()
    controller.train(Document(sections=DOCUMENT))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert controller.state is State.STARTING


def test_pausing_stepping_and_going_on(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    steps: list[int] = []
    controller.link.points.connect(lambda event: steps.extend(event.step.tolist()))
    controller.train(Document())
    wait_for(qtbot, controller, State.RUNNING)
    controller.pause()
    wait_for(qtbot, controller, State.PAUSED)
    held = len(steps)
    controller.step(Document())
    qtbot.waitUntil(lambda: len(steps) == held + 1)
    assert controller.state is State.PAUSED
    controller.toggle_pause()
    wait_for(qtbot, controller, State.RUNNING)
    controller.stop()
    assert controller.state is State.STOPPING
    wait_for(qtbot, controller, State.FINISHED)


def test_a_step_from_idle_trains_one_batch_and_waits(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    steps: list[int] = []
    controller.link.points.connect(lambda event: steps.extend(event.step.tolist()))
    controller.step(Document())
    qtbot.waitUntil(lambda: steps == [1], timeout=20_000)
    assert controller.state is State.PAUSED


def test_training_twice_at_once_is_not_possible(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    controller.train(Document())
    run = controller.run
    controller.train(Document())
    controller.resume(Path("/elsewhere"))
    assert controller.run == run
    wait_for(qtbot, controller, State.FINISHED)
    assert len(runs()) == 1


def test_a_crash_costs_nothing(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("crash")
    with qtbot.waitSignal(controller.failed, timeout=20_000) as failed:
        controller.train(Document())
    assert "killed" in failed.args[0]
    assert controller.state is State.FAILED
    assert controller.resumable
    assert controller.run is not None
    # The fake dies 15 steps into a run; resumed, it begins behind that and lives.
    controller.resume(controller.run)
    wait_for(qtbot, controller, State.FINISHED)
    assert len(Run.open(controller.run).history().steps) == 35


def test_a_training_that_fails_says_why(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("fail")
    with qtbot.waitSignal(controller.failed, timeout=20_000) as failed:
        controller.train(Document())
    assert "no longer a number" in failed.args[0]
    assert controller.reason == failed.args[0]
    assert controller.state is State.FAILED


def test_a_refused_training_says_why(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("refuse")
    with qtbot.waitSignal(controller.failed, timeout=20_000) as failed:
        controller.train(Document())
    assert failed.args == ["The fake refuses."]
    assert not controller.resumable


def test_a_worker_killed_while_idle_is_no_failure(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    with qtbot.waitSignal(controller.link.ready, timeout=20_000):
        controller.link.start()
    with qtbot.waitSignal(controller.link.lost):
        os.kill(controller.link.process_id, signal.SIGKILL)
    assert controller.state is State.IDLE


def test_only_what_is_watched_is_sent(make_controller: MakeController, qtbot: QtBot) -> None:
    controller = make_controller("good")
    seen: list[set[str]] = []
    controller.link.snapshot.connect(lambda event: seen.append(set(event.views.filters)))
    controller.watch(Watch(filters=("conv1",)))
    controller.train(Document())
    wait_for(qtbot, controller, State.FINISHED)
    assert seen
    assert all(names == {"conv1"} for names in seen)
