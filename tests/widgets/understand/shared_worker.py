"""One real worker for the tests of this process, as a window has one for all its trainings.

To start a worker loads torch, which takes ten times as long as the trainings of these tests.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject

from app.protocol.watch import Watch
from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink


class SharedWorker:
    """Lends a link to a running worker to one test after another."""

    def __init__(self) -> None:
        self._link = WorkerLink()
        self._link.start()
        self._process = self._link.process_id

    def lend(self) -> WorkerLink:
        """The link; without a process where a test before has ended it, so that this one starts and ends its own."""
        return self._link

    def take_back(self, controller: TrainingController) -> None:
        """Nothing of a test stays: no training, request, watch, or listener."""
        if controller.active or self._link.process_id != self._process:
            controller.close()
        else:
            for number in list(self._link._requests):
                self._link.forget(number)
            self._link.send(Watch())
            self._link._frame.stop()
            self._link.heartbeat._timer.stop()
        QObject.disconnect(self._link, None, None, None)  # type: ignore[call-overload]
        controller.deleteLater()
        QCoreApplication.sendPostedEvents(controller, QEvent.Type.DeferredDelete.value)

    def close(self) -> None:
        """End the worker."""
        if (process := self._link._process) is not None:
            process.closeWriteChannel()
            process.waitForFinished()
        self._link.close()
