"""A worker that is killed, stopped or frozen in the middle of training is told of within 5 s, and the run goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from app.project.presets import FOLDER
from app.training.plan import Plan
from graph.layers.catalogue import catalogue
from graph.project import Project, read_project
from tests.battery.live_window import LOADED, open_window, wait
from tests.battery.promise import Promise, Round
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State
from widgets.training.worker_patience import RESTART

INCIDENTS = 6
"""In one round, which opens one window."""
TOLD = 5.0
"""Seconds in which what happened is told."""
PRESETS = ("iris_mlp", "digits_cnn", "adding_lstm", "ring_gan")


def endless(name: str) -> Project:
    """A preset that trains for hours."""
    read = read_project(FOLDER / f"{name}.netloom")
    plan = Plan.of(read).changed(epochs=10_000, patience=0, device="cpu").to_json()
    return Project(read.network, {**read.sections, "plan": plan})


class Incidents:
    """What happens to the worker of one window."""

    def __init__(self, round: Round, window: MainWindow, controller: TrainingController) -> None:
        self.chance, self.window, self.controller = round.chance, window, controller

    @property
    def run(self) -> Path:
        """The run in progress."""
        assert self.controller.run is not None
        return self.controller.run

    def train(self) -> None:
        """Have a training in progress, be it a new one or the last one resumed, for a moment; maybe pause it."""
        if self.controller.resumable:
            self.controller.resume(self.run, 10_000)
        else:
            self.controller.train(self.window.session.document, self.window.session.base)
        wait(lambda: self.controller.state is State.RUNNING, LOADED, "training runs")
        ends = time.monotonic() + self.chance.uniform(0, 1.0)
        wait(lambda: time.monotonic() > ends, 5, "a moment")
        if self.chance.random() < 0.2:
            self.controller.pause()
            wait(lambda: self.controller.state is State.PAUSED, LOADED, "training is paused")

    def kill(self) -> None:
        """The worker dies."""
        number = self.chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT))
        os.kill(self.controller.link.process_id, number)
        wait(lambda: self.controller.state is State.FAILED, TOLD, f"the death by {number.name} is told")
        assert self.controller.reason.endswith(".")

    def stop(self) -> None:
        """The worker is stopped, and the person restarts it."""
        os.kill(self.controller.link.process_id, signal.SIGSTOP)
        if self.chance.random() < 0.3:
            self.controller.stop()
        wait(self._is_silent, TOLD, "the silence is told")
        *_, restart = [button for button in self.window.findChildren(QPushButton) if button.text() == RESTART]
        restart.click()
        wait(lambda: self.controller.state is State.FAILED, TOLD, "the end of the worker is told")
        assert not self._is_silent()

    def freeze(self) -> None:
        """The worker is stopped for a while, and goes on."""
        process = self.controller.link.process_id
        os.kill(process, signal.SIGSTOP)
        wait(self._is_silent, TOLD, "the silence is told")
        os.kill(process, signal.SIGCONT)
        wait(lambda: not self._is_silent(), TOLD, "it is told that the worker answers again")
        assert self.controller.active

    def _is_silent(self) -> bool:
        return any("has not answered" in text for text in self.window.notices)

    def check(self) -> None:
        """The window can be used, and the run be resumed."""
        began, document = time.monotonic(), self.window.session.document
        with document.transaction("Add"):
            document.add(catalogue()["relu"](), (0.0, 0.0))
        assert document.undo()
        wait(lambda: True, 1, "an edit")
        assert time.monotonic() - began < 2, "an edit took 2 s"
        assert self.controller.active or self.controller.resumable, "the run cannot be resumed"
        if self.controller.active:
            self.controller.stop()
            wait(lambda: not self.controller.active, LOADED, "the training stops")


def play(round: Round) -> int:
    """Several incidents in one window."""
    name = round.chance.choice(PRESETS)
    with open_window(endless(name), round.place) as (window, controller):
        incidents = Incidents(round, window, controller)
        for number in range(INCIDENTS):
            kinds: tuple[Callable[[], None], ...] = (incidents.kill, incidents.kill, incidents.stop, incidents.freeze)
            kind = round.chance.choice(kinds)
            try:
                incidents.train()
                kind()
                incidents.check()
            except Exception as error:
                error.add_note(f"{name}, incident {number}: {kind.__name__}; notices {window.notices}")
                raise
    return INCIDENTS


PROMISE = Promise("a worker that dies, stops or freezes is told of, and its run goes on", 500, play)
