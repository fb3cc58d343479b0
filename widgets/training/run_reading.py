"""Reading the logs of runs in slices, so that the window answers while curves of a long training are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.training.runs import Run, RunHistory
from graph.errors import NetloomError
from widgets.training.sliced_work import SlicedWork

AT_ONCE = 1000
"""Lines of a log that are read at once; more are read in slices."""


class RunReading(QObject):
    """Any number of runs, each by its path. ``changed`` says that others are being read now than before."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._readers: dict[Path, SlicedWork] = {}

    @property
    def paths(self) -> tuple[Path, ...]:
        """The runs that are being read."""
        return tuple(self._readers)

    def read(self, path: Path, then: Callable[[RunHistory], object], refuse: Callable[[str], object]) -> None:
        """Read the log of a run and hand it to ``then``; where that cannot be, ``refuse`` is told why in a sentence."""
        self.stop(path)
        try:
            steps = Run.open(path).history_steps()
        except NetloomError as error:
            refuse(str(error))
            return
        reader = self._readers[path] = SlicedWork(self)
        for signal, act in ((reader.done, then), (reader.refused, refuse)):
            signal.connect(lambda _: self.stop(path))
            signal.connect(act)
        reader.begin(steps, AT_ONCE)
        if reader.busy:
            self.changed.emit()

    def stop(self, path: Path) -> None:
        """Read a run no longer."""
        reader = self._readers.pop(path, None)
        if reader is not None:
            reader.stop()
            reader.deleteLater()
            self.changed.emit()
