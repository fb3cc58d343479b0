"""Long work of the window in slices, between which mouse, keyboard and timers have their turn."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from graph.errors import NetloomError
from graph.steps import Steps

SLICE = 0.012
"""Seconds of work between two looks at mouse and keyboard."""


class SlicedWork(QObject):
    """One piece of work at a time.

    ``progressed`` carries how much of it is done, from 0 to 1, ``done`` its result, ``refused`` a sentence.
    """

    progressed = Signal(float)
    done = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Steps[Any] | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._work)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._steps is not None

    def begin(self, steps: Steps[Any], at_once: int = 0) -> None:
        """Do ``steps``, the first ``at_once`` of them before this returns; what was being done is given up."""
        self._steps = steps
        self._timer.start()
        for _ in range(at_once):
            if self._steps is steps:
                self._step()

    def stop(self) -> None:
        """Give up what is being done."""
        self._timer.stop()
        self._steps = None

    def _work(self) -> None:
        end, share = perf_counter() + SLICE, 0.0
        while self._steps is not None and perf_counter() < end:
            share = self._step()
        if self.busy:
            self.progressed.emit(share)

    def _step(self) -> float:
        assert self._steps is not None  # as its callers have seen
        try:
            return next(self._steps)
        except StopIteration as last:
            self.stop()
            self.progressed.emit(1.0)
            self.done.emit(last.value)
        except NetloomError as error:
            self.stop()
            self.refused.emit(str(error))
        return 1.0
