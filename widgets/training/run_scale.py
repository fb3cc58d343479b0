"""What the x axis of training curves counts: steps, epochs or time, for each run by its own epochs."""

from __future__ import annotations

import time

import numpy as np

from widgets.plots.curve import Scale
from widgets.plots.pyramid import Floats

ALONG = {
    "step": "batches that were trained on",
    "epoch": "passes over the training set",
    "time": "time spent on epochs: training and validation",
}
"""What can stand on the axis, and what it means."""
UNITS = (("s", 1.0), ("min", 60.0), ("h", 3600.0))
FEW = 5
"""Times are told in a unit of which there are at least so many."""


class RunScale:
    """Where the steps of a run lie in epochs and in seconds of training, as its epochs tell."""

    def __init__(self) -> None:
        self.steps_per_epoch = 0
        self._steps, self._seconds = [0.0], [0.0]
        self._begun = time.monotonic()

    def begin(self, steps_per_epoch: int) -> None:
        """The run has so many steps in an epoch; it begins now, or goes on."""
        self.steps_per_epoch = steps_per_epoch
        self._begun = time.monotonic()

    def add_epoch(self, epoch: int, step: int, seconds: float) -> None:
        """An epoch (1-based) took so many seconds up to ``step``; one that was done before is done anew."""
        self.steps_per_epoch = self.steps_per_epoch or round(step / max(epoch, 1))
        while len(self._steps) > 1 and self._steps[-1] >= step:
            self._steps.pop()
            self._seconds.pop()
        self._steps.append(float(step))
        self._seconds.append(self._seconds[-1] + seconds)

    @property
    def seconds(self) -> float:
        """Seconds of the epochs that are done."""
        return self._seconds[-1]

    def of(self, along: str, unit: float = 1.0) -> Scale | None:
        """Return from steps to places on the axis: None for steps themselves, times in units of so many seconds."""
        match along:
            case "epoch" if self.steps_per_epoch:
                size = float(self.steps_per_epoch)
                return lambda steps: steps / size
            case "time":
                return lambda steps: self._time(steps) / unit
            case _:
                return None

    def _time(self, steps: Floats) -> Floats:
        """Return the seconds at which steps were done; those of the epoch in progress go on as fast as before."""
        known, seconds = np.array(self._steps), np.array(self._seconds)
        if len(known) > 1:
            pace = (seconds[-1] - seconds[-2]) / max(known[-1] - known[-2], 1.0)
        else:
            latest = float(steps[-1]) if len(steps) else 1.0
            pace = (time.monotonic() - self._begun) / max(latest, 1.0)
        beyond = np.maximum(steps - known[-1], 0.0) * pace
        times: Floats = np.interp(steps, known, seconds) + beyond
        return times


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the unit in which a time is told, and its seconds: the largest of which there are a few."""
    return next((unit for unit in reversed(UNITS) if seconds >= FEW * unit[1]), UNITS[0])
