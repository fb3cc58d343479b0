"""The course of a training: its metrics epoch by epoch, as its events or its log tell them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.training.kept_epoch import kept_epoch
from app.training.plan import BY_LOSS, Plan
from app.training.run_data import part_samples, test_samples
from app.training.runs import Run, RunHistory
from graph.errors import NetloomError

SINCE_BEST = 3
"""Epochs since the best one from which on the validation loss can be said to rise."""


@dataclass(frozen=True, eq=False)
class Course:
    """How a training went so far.

    ``epochs`` are the ``epoch`` events as JSON objects, ``planned`` how many there are to be, ``reason`` why it ended
    where that was no normal end, ``confusion`` int64 (classes, classes) of the validation set after the last epoch,
    rows are the truth. ``kept`` are the metrics on the training set of the epoch whose weights are kept, ``test`` those
    on the test set of ``test_samples`` samples, ``judged`` those on the validation set; ``parts`` are the samples of
    each set. All are empty before the test.
    """

    epochs: Sequence[Mapping[str, Any]] = ()
    planned: int = 0
    over: bool = False
    reason: str = ""
    confusion: NDArray[np.int64] | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    test: Mapping[str, Any] = field(default_factory=dict)
    test_samples: int | None = None
    judged: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, history: RunHistory, run: Run | None = None) -> Course:
        """The course that a run's log tells of; what came of its test is known where the ``run`` is given as well."""
        started, finished = history.started or {}, history.finished or {}
        reason = str(finished.get("reason") or "")
        kept = history.confusion
        counts = np.array(kept["counts"], np.int64) if kept is not None else None
        course = cls(history.epochs, int(started.get("epochs", 0)), bool(finished), reason, counts)
        return course.tested(finished, run) if run is not None else course

    def tested(self, finished: Mapping[str, Any], run: Run) -> Course:
        """The same with what the test gave, as the ``finished`` event of the run tells."""
        kept = kept_epoch(self.epochs, finished, run.project.sections.get("plan"))
        test = finished.get("test") or {}
        if kept is None or not test:
            return self
        parts = part_samples(run)
        return replace(
            self, kept=kept.train, test=test, test_samples=test_samples(run), judged=kept.validation, parts=parts
        )

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
