"""Which values a layer can give, whatever its weights: so that colours go by the layer and not by one sample."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum, auto

Range = tuple[float, float]
"""Least and greatest value, infinite where nothing bounds them."""

ANYTHING: Range = (-math.inf, math.inf)
NO_NEGATIVE: Range = (0.0, math.inf)


class Gives(Enum):
    """What a layer declares of its values."""

    ANYTHING = auto()
    SHARES = auto()
    """From 0 to 1: sigmoid, softmax."""
    WITHIN_ONE = auto()
    """From -1 to 1: tanh."""
    NO_NEGATIVE = auto()
    """0 and more: ReLU."""
    WITHIN_GIVEN = auto()
    """No less than the least and no more than the greatest value that arrives, or 0: pooling, dropout, reshaping."""
    SIGN_OF_GIVEN = auto()
    """Nothing below 0 where nothing below 0 arrives: sums and products."""


_FIXED = {
    Gives.ANYTHING: ANYTHING,
    Gives.SHARES: (0.0, 1.0),
    Gives.WITHIN_ONE: (-1.0, 1.0),
    Gives.NO_NEGATIVE: NO_NEGATIVE,
}


def leaving(gives: Gives, arriving: Iterable[Range]) -> Range:
    """What leaves a layer that ``gives`` this, where values in these ranges arrive."""
    if gives in _FIXED:
        return _FIXED[gives]
    low, high = joined(arriving)
    if gives is Gives.WITHIN_GIVEN:
        return low, high
    return NO_NEGATIVE if low >= 0 else ANYTHING


def joined(ranges: Iterable[Range]) -> Range:
    """The range that holds all of ``ranges``, and 0; anything where there is none."""
    listed = list(ranges)
    if not listed:
        return ANYTHING
    return min(0.0, *(low for low, _ in listed)), max(0.0, *(high for _, high in listed))
