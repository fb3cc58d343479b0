"""What is wrong with the training in progress, or with the last one: the window's end of `app.training.diagnosis`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.protocol.events import EpochConfusion, Event, Started
from app.training.diagnosis import Diagnosis, diagnose_run
from app.training.runs import Run
from app.training.training_monitor import TrainingMonitor
from graph.errors import NetloomError
from widgets.training.worker_link import WorkerLink


class TrainingHealth(QObject):
    """Listens to the events of a training. `changed` says that what is wrong is not what it was.

    `confusion` carries each `EpochConfusion`.
    """

    changed = Signal()
    confusion = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._monitor: TrainingMonitor | None = None
        self.found: tuple[Diagnosis, ...] = ()
        link.training_event.connect(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Started):
            self._monitor = _monitor(Path(event.run), resumed=event.step > 0)
            if self._monitor is None:
                self._tell(())  # what was found of the run before is not wrong with this one
        if isinstance(event, EpochConfusion):
            self.confusion.emit(event)
        if self._monitor is not None:
            self._monitor.take(event)
            self._tell(self._monitor.found)

    def look_at(self, run: Path | None) -> None:
        """Look at a run that is over; None looks at nothing."""
        self._monitor = None
        try:
            found = diagnose_run(Run.open(run)) if run is not None else ()
        except NetloomError:
            found = ()
        self._tell(found)

    def _tell(self, found: tuple[Diagnosis, ...]) -> None:
        if found != self.found:
            self.found = found
            self.changed.emit()


def _monitor(run: Path, *, resumed: bool) -> TrainingMonitor | None:
    try:
        return TrainingMonitor.of(Run.open(run), resumed=resumed)
    except NetloomError:
        return None
