"""What may be wrong with a layer in training, in words; torch-free, so that the window can read it too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a layer suffers from."""

    DEAD = "dead"
    SATURATED = "saturated"
    VANISHING = "vanishing"
    EXPLODING = "exploding"
    STILL = "still"

    @property
    def of_gradients(self) -> bool:
        """Whether it is seen while training goes on, and not in weights that were saved."""
        return self in (Kind.VANISHING, Kind.EXPLODING, Kind.STILL)


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a layer.

    ``amount`` is the number of dead units of ``of``, the share of saturated values, or a factor between gradients (or
    gradient and weights); ``samples`` is how many samples were looked at.
    """

    kind: Kind
    amount: float = 0.0
    of: int = 0
    samples: int = 0

    @property
    def sentence(self) -> str:
        """What was seen, what it means, and what helps."""
        match self.kind:
            case Kind.DEAD:
                return (
                    f"{self.amount:,.0f} of {self.of:,} units gave 0 for all of {self.samples} samples: they seem dead "
                    "and learn nothing. Lower the learning rate, or use a leaky ReLU."
                )
            case Kind.SATURATED:
                return (
                    f"{100 * self.amount:.0f} % of its values lie at the ends of its range, where it is flat "
                    "and lets hardly any gradient through. Normalise what arrives, or use a ReLU."
                )
            case Kind.VANISHING:
                return (
                    f"The gradient here is {_times(self.amount)} times smaller than where it is largest: these "
                    "weights hardly learn. Use ReLU, batch normalisation or a skip connection."
                )
            case Kind.EXPLODING:
                return (
                    f"The gradient is {_times(self.amount)} times as large as the weights: the next steps may ruin "
                    "them. Lower the learning rate, or clip gradients."
                )
        return "No gradient arrives here: these weights do not learn."


def _times(factor: float) -> str:
    """A factor in two significant figures, which is all that it is worth."""
    return f"{float(f'{factor:.2g}'):,.0f}" if factor >= 1 else f"{factor:.2g}"
