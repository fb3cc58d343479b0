"""Functions of one number, as activations are: their values, their slopes, and how both are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Scalar = Callable[[float], float]


@dataclass(frozen=True)
class ScalarFunction:
    """A function and its derivative, declared in plain Python with the layer that applies it to each value.

    ``formula`` and ``slope_formula`` say what stands right of f(x) = and of f'(x) =. ``breaks`` are the places where
    the function or its derivative jumps; there ``slope`` is what backpropagation takes.
    """

    value: Scalar
    slope: Scalar
    formula: str
    slope_formula: str
    breaks: tuple[float, ...] = ()

    def extent(self, low: float, high: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Least and greatest value, and least and greatest slope, for x from ``low`` to ``high``."""
        places = [low + (high - low) * step / 200 for step in range(201)]
        places += [place for place in self.breaks if low <= place <= high]
        values, slopes = [self.value(x) for x in places], [self.slope(x) for x in places]
        return (min(values), max(values)), (min(slopes), max(slopes))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1 + grown)


def softmax(scores: Sequence[float]) -> list[float]:
    """Shares that add up to 1: exp(score) over the sum of them all."""
    top = max(scores)
    grown = [math.exp(score - top) for score in scores]
    return [value / sum(grown) for value in grown]


def softmax_slopes(scores: Sequence[float]) -> list[list[float]]:
    """How share i (row) changes with score j (column): share i (1 - share i) on the diagonal, else -share i share j."""
    shares = softmax(scores)
    return [
        [share * ((row == column) - other) for column, other in enumerate(shares)] for row, share in enumerate(shares)
    ]
