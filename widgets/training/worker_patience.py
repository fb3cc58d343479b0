"""Worker patience: says when the worker does not answer, or a training does not stop, and offers to end the process."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.training.runs import CHECKPOINT
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

STOP_MS = 10_000
"""How long a training may take to stop before ending the worker is offered."""
RESTART, END = "Restart it", "End it"
SILENT = (
    "The process that trains and calculates has not answered for 3 seconds. "
    "On a busy computer it soon does; else restart it."
)
OVERDUE = "The training has not stopped after 10 seconds: its current step takes that long. Wait, or end its process."


class WorkerPatience(QObject):
    """``said`` carries a sentence and the title of what `end` does about it; both are empty once it is settled."""

    said = Signal(str, str)

    def __init__(self, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._said = ""
        self._stopping = QTimer(self, singleShot=True, interval=STOP_MS)
        self._stopping.timeout.connect(self._tell)
        controller.stateChanged.connect(self._on_state)
        controller.link.heartbeat.silent_changed.connect(lambda _: self._tell())

    @property
    def _overdue(self) -> bool:
        return self._controller.state is State.STOPPING and not self._stopping.isActive()

    def _on_state(self, state: State) -> None:
        if state is State.STOPPING:
            self._stopping.start()
        else:
            self._stopping.stop()
        self._tell()

    def _tell(self) -> None:
        silent = self._controller.link.heartbeat.silent
        sentence = SILENT if silent else OVERDUE if self._overdue else ""
        if sentence != self._said:
            self._said = sentence
            self.said.emit(f"{sentence} {self._kept}".strip(), RESTART if silent else END if sentence else "")

    @property
    def _kept(self) -> str:
        """What ending the worker costs, where something is to be told and a run is in progress."""
        controller = self._controller
        if not self._said or not controller.active or controller.run is None:
            return ""
        saved = (controller.run / CHECKPOINT).is_file()
        return f"The run {'can be resumed from its last checkpoint' if saved else 'has saved nothing yet'}."

    def end(self) -> None:
        """End the worker, whatever it is doing, and start another."""
        controller = self._controller
        remedy = "resume the run from its last checkpoint" if self._kept else "ask again"
        why = "it did not answer" if controller.link.heartbeat.silent else "its training did not stop"
        controller.link.restart(f"The process that calculates was ended because {why}; {remedy}.")
