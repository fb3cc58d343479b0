"""How far the worker is with what takes long, such as decoding many pictures, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QWidget

from app.protocol.messages import Unfinished
from widgets.look.labels import Label
from widgets.look.layouts import hbox
from widgets.training.worker_link import WorkerLink


class Waiting(QFrame):
    """Hidden until a request that is watched has to wait.

    `stopped(sentence, again)` says that the person stopped it; calling ``again`` goes on with it.
    """

    stopped = Signal(str, object)

    def __init__(self, link: WorkerLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._request: int | None = None
        self._again: Callable[[], None] | None = None
        self._stopped_at = ""
        self.setProperty("notice", True)
        self.label, self.bar, self.button = Label(parent=self), QProgressBar(self), QPushButton("Cancel", self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.button.setAccessibleName("Cancel")
        hbox(self.label, (self.bar, 1), self.button, parent=self, margins=(12, 6, 8, 6), spacing=12)
        self.button.clicked.connect(self._stop)
        link.waits.connect(self._on_unfinished)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty while hidden."""
        return "" if self.isHidden() else self.label.text()

    def watch(self, request: int, again: Callable[[], None]) -> None:
        """Say how far ``request`` is if it has to wait; ``again`` makes the request once more."""
        self.clear()
        self._request, self._again = request, again

    def clear(self) -> None:
        """The request was answered, or is not wanted any more."""
        self._request = self._again = None
        self.hide()

    def _on_unfinished(self, number: int, progress: Unfinished) -> None:
        if number != self._request:
            return
        self.label.setText(progress.sentence)
        self.bar.setValue(round(1000 * progress.done / max(1, progress.whole)))
        self.bar.setAccessibleName(progress.what or "Progress")
        kept = " What is done is kept." if progress.kept else ""
        numbers = progress.sentence.removeprefix(progress.what).strip()
        self._stopped_at = f"{progress.what} was stopped at {numbers}.{kept}"
        self.show()

    def _stop(self) -> None:
        request, again = self._request, self._again
        self.clear()
        if request is not None:
            self._link.forget(request)
            self.stopped.emit(self._stopped_at, again)
