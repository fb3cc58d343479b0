"""What a training was predicted to take and what it took, side by side, from its record. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.system.number_format import duration, scaled
from app.training.epoch_time import epoch_seconds
from app.training.predicted_cost import KEY, PredictedCost
from app.training.runs import RunHistory


@dataclass(frozen=True)
class ToldAndMeasured:
    """The two, each as far as it is known."""

    told: PredictedCost
    measured: PredictedCost

    @property
    def text(self) -> str:
        """``12 s / 11 s per epoch, 310 MB / 298 MB``."""
        seconds, took = self.told.seconds_per_epoch, self.measured.seconds_per_epoch
        memory, held = self.told.memory, self.measured.memory
        pairs = []
        if seconds is not None and took is not None:
            pairs.append(f"{duration(seconds)} / {duration(took)} per epoch")
        if memory is not None and held is not None:
            pairs.append(f"{scaled(memory, 'B')} / {scaled(held, 'B')}")
        return ", ".join(pairs)


def told_and_measured(environment: Mapping[str, Any], history: RunHistory) -> ToldAndMeasured | None:
    """Both of a run, None where there is nothing to hold against each other, as of runs of earlier versions."""
    told = PredictedCost.read(environment.get(KEY))
    memory = (history.finished or {}).get("memory")
    measured = PredictedCost(memory if isinstance(memory, int) else None, epoch_seconds(history.epochs))
    both = ToldAndMeasured(told, measured)
    return both if both.text else None
