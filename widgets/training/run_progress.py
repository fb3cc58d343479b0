"""How far the run in progress is, of whichever project, in words for places where none of its figures are shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.protocol.events import Epoch, Event, Started, TrainingProgress
from widgets.training.metric_text import broken_off
from widgets.training.training_state import State
from widgets.training.worker_link import WorkerLink

SAID = {
    State.STARTING: "Training starts…",
    State.RUNNING: "Training",
    State.PAUSED: "Training paused",
    State.STOPPING: "Training stops…",
}

ENDS_WITH_WINDOW = (State.RUNNING, State.PAUSED, State.STOPPING)


class RunProgress(QObject):
    """Listens to the events of a training, whose ``state`` it asks for. `changed` says that `words` may be others."""

    changed = Signal()

    def __init__(self, link: WorkerLink, state: Callable[[], State], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._epoch = self._epochs = self._done = 0
        link.training_event.connect(self._on_event)

    @property
    def words(self) -> str:
        """``Training: epoch 3 of 12``, or paused in it; empty where nothing is trained."""
        state = self._state()
        said = SAID.get(state, "")
        counts = state in (State.RUNNING, State.PAUSED)
        return f"{said}: epoch {self._epoch:,} of {self._epochs:,}" if counts and self._epochs else said

    @property
    def broken_off(self) -> str:
        """What came of the run in progress if it ended now with the window; empty where nothing is trained."""
        return broken_off(self._done, self._epochs, resumable=True) if self._state() in ENDS_WITH_WINDOW else ""

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Started):
            self._epoch, self._epochs = event.epoch, event.epochs
            self._done = max(0, event.epoch - 1)
        elif isinstance(event, Epoch):
            self._done = event.epoch
        elif isinstance(event, TrainingProgress) and event.epoch != self._epoch:
            self._epoch = event.epoch
            self.changed.emit()
