"""How long an epoch takes, by one definition everywhere: training on all batches and measuring the validation set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

MEANING = "Training on every batch once, and measuring the validation set: the median of the epochs"
"""What the time of an epoch counts."""


def epoch_seconds(epochs: Sequence[Mapping[str, Any]]) -> float | None:
    """The seconds of a usual epoch, by the ``epoch`` lines of a run's log; None where they tell no time."""
    return usual([line["seconds"] for line in epochs if isinstance(line.get("seconds"), int | float)])


def usual(times: Sequence[float]) -> float | None:
    """The same of the seconds of single epochs; fast where they are in order."""
    return float(median(times)) if times else None
