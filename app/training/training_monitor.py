"""Monitor of a training in progress (callback): is told its events, and says what is wrong as soon as that shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import DatasetInfo
from app.protocol.events import Epoch, EpochConfusion, Event, Finished, Started
from app.training.diagnosis import Diagnosis, diagnose
from app.training.generalisation import caution
from app.training.run_data import known_info, test_samples
from app.training.runs import Run, RunHistory
from app.training.training_course import Course

OFTEN = 100
"""Of many epochs so many are followed by a look at all of them."""


class TrainingMonitor:
    """Is told the events of a training, and says what is wrong with it as soon as that shows."""

    def __init__(
        self,
        sections: Mapping[str, Any],
        info: DatasetInfo | None,
        history: RunHistory | None = None,
        run: Run | None = None,
    ) -> None:
        self._sections, self._info, self._run = sections, info, run
        self._epochs: list[Mapping[str, Any]] = list(history.epochs) if history is not None else []
        self._planned, self._reason, self._over = 0, "", False
        self._confusion: NDArray[np.int64] | None = None
        self._finished: Mapping[str, Any] = {}
        self.found: tuple[Diagnosis, ...] = ()
        """What is wrong as it stands."""

    @classmethod
    def of(cls, run: Run, *, resumed: bool = False) -> Self:
        """A monitor of a run that begins, or that continues after what its log tells."""
        sections = run.project.sections
        return cls(sections, known_info(sections, run), run.history() if resumed else None, run)

    @property
    def caution(self) -> str:
        """What the score on few test samples says of samples to come; empty where they are not few, or not tested."""
        return caution(self._finished.get("test") or {}, test_samples(self._run)) if self._run is not None else ""

    def take(self, event: Event) -> tuple[Diagnosis, ...]:
        """Take note of an event; returns what was not known to be wrong before it."""
        match event:
            case Started():
                self._planned = event.epochs
                self._epochs = [epoch for epoch in self._epochs if int(epoch["step"]) <= event.step]
                self._over, self._reason, self._finished = False, "", {}
            case Epoch():
                self._epochs.append(event.to_json())
                if len(self._epochs) % max(1, len(self._epochs) // OFTEN):
                    return ()  # to look at all of many epochs after each of them would take ever longer
            case EpochConfusion():
                self._confusion = event.counts
            case Finished():
                self._over, self._reason, self._finished = True, event.reason or "", event.to_json()
            case _:
                return ()
        return self._look()

    def _look(self) -> tuple[Diagnosis, ...]:
        known = {diagnosis.kind for diagnosis in self.found}
        course = Course(self._epochs, self._planned, self._over, self._reason, self._confusion)
        if self._finished and self._run is not None:
            course = course.tested(self._finished, self._run)
        self.found = diagnose(course, self._sections, self._info)
        return tuple(diagnosis for diagnosis in self.found if diagnosis.kind not in known)
