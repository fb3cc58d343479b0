"""The epoch whose weights a run keeps, by which it is measured everywhere: the best one, or the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class KeptEpoch:
    """An epoch by its ``number`` (1-based), whether it is the best one rather than the last, and its metrics.

    ``is_chosen`` where it is neither, but the one that was asked for.
    """

    number: int
    is_best: bool
    train: Mapping[str, Any] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)
    is_chosen: bool = False

    @classmethod
    def chosen(cls, line: Mapping[str, Any]) -> Self:
        """The epoch of a line of a run's log, which was asked for."""
        return cls(int(line["epoch"]), False, line["train"], line["validation"], is_chosen=True)

    @property
    def words(self) -> str:
        """``best epoch, 12``, ``last epoch, 20`` or ``epoch 10``."""
        if self.is_chosen:
            return f"epoch {self.number:,}"
        return f"{'best' if self.is_best else 'last'} epoch, {self.number:,}"


def kept_epoch(
    epochs: Sequence[Mapping[str, Any]], finished: Mapping[str, Any] | None, plan: object
) -> KeptEpoch | None:
    """The epoch whose weights are those to use, None where none was done.

    ``epochs`` and ``finished`` are the lines of a run's log, ``plan`` is the section of its project. A GAN has no best
    epoch, since no loss judges it.
    """
    if not epochs:
        return None
    keeps_best = keeps_best_epoch(plan)
    number = (finished or {}).get("best_epoch")
    best = [line for line in epochs if line.get("best") or line["epoch"] == number] if keeps_best else []
    line = best[-1] if best else epochs[-1]
    return KeptEpoch(int(line["epoch"]), bool(best), line["train"], line["validation"])


def keeps_best_epoch(plan: object) -> bool:
    """Whether the section ``plan`` of a project asks for the weights of the best epoch, as it does by default."""
    return not isinstance(plan, Mapping) or plan.get("keep_best", True) is not False


def weights_saved(epochs: Sequence[Mapping[str, Any]], finished: Mapping[str, Any] | None, plan: object) -> str:
    """When a run that has ended had the weights it saved: ``in its best epoch, 12``, ``at step 340, where it ended``.

    Those of the best epoch, where they are kept and there is one; else those of the step at which it ended, also
    within an epoch. Empty where the log does not tell.
    """
    kept = kept_epoch(epochs, finished, plan)
    if kept is not None and kept.is_best:
        return f"in its {kept.words}"
    step = (finished or {}).get("step")
    return f"at step {step:,}, where it ended" if isinstance(step, int) else ""
