"""What a training was predicted to take and what it took, side by side, from its record. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.system.number_format import duration, scaled
from app.training.epoch_time import epoch_seconds
from app.training.predicted_cost import KEY, PredictedCost
from app.training.runs import RunHistory

UNKNOWN = "–"


@dataclass(frozen=True)
class ToldAndMeasured:
    """The two, each as far as it is known."""

    told: PredictedCost
    measured: PredictedCost

    @property
    def text(self) -> str:
        """``12 s / 11 s per epoch, 310 MB / 298 MB``."""
        told, measured = self.told, self.measured
        pairs = []
        if None not in (told.seconds_per_epoch, measured.seconds_per_epoch):
            times = (_seconds(told.seconds_per_epoch), _seconds(measured.seconds_per_epoch))
            pairs.append(f"{' / '.join(times)} per epoch")
        if None not in (told.memory, measured.memory):
            pairs.append(f"{_bytes(told.memory)} / {_bytes(measured.memory)}")
        return ", ".join(pairs)


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else duration(value)


def _bytes(value: int | None) -> str:
    return UNKNOWN if value is None else scaled(value, "B")


def told_and_measured(environment: Mapping[str, Any], history: RunHistory) -> ToldAndMeasured | None:
    """Both of a run, None where there is nothing to hold against each other, as of runs of earlier versions."""
    told = PredictedCost.read(environment.get(KEY))
    memory = (history.finished or {}).get("memory")
    measured = PredictedCost(memory if isinstance(memory, int) else None, epoch_seconds(history.epochs))
    both = ToldAndMeasured(told, measured)
    return both if both.text else None
