"""The training progress bar in a terminal: loss and time left, and a line for each epoch."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from app.cli.printing import console, metrics
from app.protocol.events import Epoch, EvaluationProgress, Event, Finished, Points, Started, TrainingNote
from app.protocol.events import TrainingProgress as Speed
from app.system.number_format import duration
from app.system.own_command import PROGRAM

if TYPE_CHECKING:
    from app.training.diagnosis import Diagnosis

EVERY = 0.5
"""Seconds between two lines about epochs, so that fast training does not flood the terminal."""


class Display:
    """Shows events; a context, because a bar needs to be cleared away."""

    def __init__(self) -> None:
        self._console = console()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
        self._bar = Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)
        self._task: TaskID | None = None
        self._loss = ""
        self._shown = 0.0
        self._steps = 1

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, event: Event, diverged: int = 0) -> None:
        """Show one event of a training that has ``diverged`` in an epoch (1-based), or in none (0)."""
        match event:
            case Started():
                self._started(event)
            case Points():
                self._loss = f"loss {float(event.loss[-1]):.4g}"
            case Speed():
                self._speed(event)
            case Epoch():
                self._epoch(event)
            case EvaluationProgress() if self._task is not None:
                self._bar.update(self._task, description="testing", note=f"{event.done:,} of {event.samples:,} samples")
            case TrainingNote():
                self.say(event.text)
            case Finished():
                self._finished(event, diverged)
            case _:
                pass

    def tell(self, diagnosis: Diagnosis) -> None:
        """Say what is wrong with the training, and what may help."""
        titles = " or ".join(f"{fix.title[:1].lower()}{fix.title[1:]}" for fix in diagnosis.remedies)
        words = f"{diagnosis.text} What may help: {titles}." if titles else diagnosis.text
        self.say(words)

    def say(self, words: str) -> None:
        """Say what is to be thought of."""
        self._console.print(words, style="yellow", highlight=False)

    def _started(self, event: Started) -> None:
        self._steps = event.steps_per_epoch
        self._task = self._bar.add_task("", total=event.epochs * event.steps_per_epoch, note="", completed=event.step)
        where = event.device if event.processes == 1 else f"{event.device} in {event.processes} processes"
        self._console.print(f"{event.parameters:,} parameters on {where}, {event.epochs} epochs, in {event.run}")

    def _speed(self, event: Speed) -> None:
        if self._task is None:
            return
        left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
        note = f"{self._loss}, {event.samples_per_second:,.0f} samples/s{left}"
        done = (event.epoch - 1) * self._steps + event.step
        self._bar.update(self._task, completed=done, description=f"epoch {event.epoch}", note=note)

    def _epoch(self, event: Epoch) -> None:
        if event.epoch not in (1, event.epochs) and time.monotonic() - self._shown < EVERY:
            return
        self._shown = time.monotonic()
        validation = f"; validation {metrics(event.validation)}" if event.validation else ""
        self._console.print(f"epoch {event.epoch}/{event.epochs}: {metrics(event.train)}{validation}")

    def _finished(self, event: Finished, diverged: int) -> None:
        self._bar.stop()
        ending = {"completed": "Trained", "stopped": "Stopped", "failed": "Failed"}[event.status]
        ending = f"Diverged in epoch {diverged}; ended" if diverged else ending
        best = f", best epoch {event.best_epoch}" if event.best_epoch else ""
        self._console.print(f"{ending} after {event.epoch} epochs and {duration(event.seconds)}{best}.")
        if event.status == "completed" and event.reason:
            self._console.print(event.reason)
        if event.test:
            self._console.print(f"test: {metrics(event.test)}")
        if event.status == "stopped":
            self._console.print(f"Continue with: {PROGRAM} resume {event.run}")
