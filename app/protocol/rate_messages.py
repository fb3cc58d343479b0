"""Messages about finding a learning rate: a few hundred steps with rates that grow, and the curve of their losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.protocol.messages import Array, FilePath, Json, Reply, Request


@dataclass(frozen=True, eq=False)
class RateCurve:
    """Losses of the training steps of one trial, over learning rates that grew from step to step.

    ``rates`` float64 (n,) ascending, ``losses`` float32 (n,) of single batches, and ``smoothed`` float64 (n,).
    ``suggested`` is the rate at which the smoothed loss falls most steeply per power of ten, None where it does not
    fall by more than batches differ. ``diverges`` is the rate from which on it rises, None where it does not.
    """

    rates: Array
    losses: Array
    smoothed: Array
    suggested: float | None
    diverges: float | None

    @property
    def words(self) -> str:
        """What the curve says, in one or two sentences."""
        if not len(self.rates):
            return "The very first loss is not a number: look at the data and the network."
        low, high = f"{self.rates[0]:.3g}", f"{self.rates[-1]:.3g}"
        if self.suggested is None:
            steps = f"within {len(self.rates):,} steps from {low} to {high}"
            return (
                f"The loss falls at no learning rate {steps}, or by less than batches differ. Train with a usual one, "
                "or try a larger batch size."
            )
        fast = f"The loss falls fastest at a learning rate of {self.suggested:g}"
        return f"{fast}; up to {high} it does not rise." if self.diverges is None else (
            f"{fast}, and rises from {self.diverges:.2g} on."
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The curve as plain JSON values; losses are always finite."""
        return {
            "suggested": self.suggested,
            "diverges": self.diverges,
            "rates": self.rates.tolist(),
            "losses": self.losses.tolist(),
            "smoothed": self.smoothed.tolist(),
            "words": self.words,
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class RateFound(Reply):
    """The curve of a trial."""

    curve: RateCurve


@dataclass(frozen=True, eq=False, kw_only=True)
class FindRate(Request[RateFound]):
    """Try learning rates on a project: its JSON form, and the folder of its file. No run is made."""

    project: Json
    base: FilePath | None = None
