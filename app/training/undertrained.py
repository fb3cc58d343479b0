"""Undertrained networks: whether a validation loss falls at the end of a training as it did all along.

Where it does, more epochs are the first thing to try: what else the settings could do was not seen yet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

FEWEST, LATE, LEAST = 6, 4, 3
"""Epochs that are judged at least; of them the last quarter tells how the loss ends, but no fewer than ``LEAST``."""
STEADY = 0.75
"""Share of the usual fall of an epoch that the late ones must have. A straight line has 1; an exponential fall that has
three quarters of its way behind it has 0.55, and one that has half of it 0.76, so a loss that bends is left alone. Of
the shipped presets, which end where their scores are reached, the steepest has 0.65."""
MUCH = 0.02
"""Share of the loss by which the late epochs must have lowered it: what is less is not worth more epochs."""
NOISE = 4.0
"""Times its usual distance from a straight line that the late loss must have fallen: a loss that wanders about by so
much falls by chance as well."""


@dataclass(frozen=True)
class Falling:
    """How a loss still falls: by how much in so many late ``epochs``, and what it was before them and is now."""

    epochs: int
    before: float
    now: float


def still_falling(losses: Sequence[float]) -> Falling | None:
    """How the validation ``losses`` of all epochs still fall at the end; None where they do not, or too few tell.

    The last one must be the least: a network whose best epoch was an earlier one is not helped by later ones.
    """
    if len(losses) < FEWEST or not all(map(math.isfinite, losses)) or losses[-1] > min(losses):
        return None
    late = max(LEAST, len(losses) // LATE)
    before, now = losses[-1 - late], losses[-1]
    fall, whole = before - now, losses[0] - now
    steady = fall >= STEADY * whole * late / (len(losses) - 1)
    if not steady or fall < MUCH * abs(now) or fall <= NOISE * _scatter(losses[-1 - 2 * late :]):
        return None
    return Falling(late, before, now)


def _scatter(losses: Sequence[float]) -> float:
    """How far losses usually lie from the straight line that fits them best."""
    places = np.arange(len(losses))
    line = np.polynomial.Polynomial.fit(places, losses, 1)(places)
    return float(median(np.abs(np.asarray(losses) - line).tolist()))
