"""The course of a training: its metrics epoch by epoch, as its events or its log tell them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.training.plan import BY_LOSS, Plan
from app.training.runs import Run, RunHistory
from graph.errors import NetloomError

SINCE_BEST = 3
"""Epochs since the best one from which on the validation loss can be said to rise."""


@dataclass(frozen=True, eq=False)
class Course:
    """How a training went so far.

    ``epochs`` are the ``epoch`` events as JSON objects, ``planned`` how many there are to be, ``reason`` why it ended
    where that was no normal end, ``confusion`` int64 (classes, classes) of the validation set after the last epoch,
    rows are the truth.
    """

    epochs: Sequence[Mapping[str, Any]] = ()
    planned: int = 0
    over: bool = False
    reason: str = ""
    confusion: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, history: RunHistory) -> Course:
        """The course that a run's log tells of."""
        started, finished = history.started or {}, history.finished or {}
        reason = str(finished.get("reason") or "")
        kept = history.confusion
        counts = np.array(kept["counts"], np.int64) if kept is not None else None
        return cls(history.epochs, int(started.get("epochs", 0)), bool(finished), reason, counts)

    def values(self, part: str, metric: str) -> list[float]:
        """A metric of each epoch on a part, NaN where it is not known."""
        found = (epoch.get(part, {}).get(metric) for epoch in self.epochs)
        return [float(value) if isinstance(value, int | float) else math.nan for value in found]

    @property
    def last(self) -> int:
        """The number of the last epoch that is done, 1-based; 0 before it."""
        return int(self.epochs[-1]["epoch"]) if self.epochs else 0


def can_tell_overfitting(run: Run) -> bool:
    """Whether the losses of a run tell if it overfits: enough epochs of supervised training with a validation set.

    Raises
    ------
    NetloomError
        if its log was altered.
    """
    sections: Mapping[str, Any] = run.project.sections
    plan = Plan.parse(sections.get("plan") or {})
    course = Course.of(run.history(points=False))
    return plan.objective in BY_LOSS and len(course.values("validation", "loss")) > SINCE_BEST


def judges_overfitting(run: Path) -> bool:
    """The same of the run in a folder; of one that cannot be read it is not to be told."""
    try:
        return can_tell_overfitting(Run.open(run))
    except NetloomError:
        return False
