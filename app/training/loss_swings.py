"""Oscillating losses: whether a learning curve settles, judged by medians so that single spikes do not count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from app.system.number_format import format_number

RECENT, FIRST = 6, 2
"""Epochs that are judged, the last half where that is more, and first ones that never are: a loss may jump at first."""
JUMP = 0.3
"""Share of the median loss by which it usually changes from one epoch to the next where it swings."""
UPWARDS = (0.2, 0.8)
"""Shares of those changes that lead up, where a loss neither falls nor rises."""
TREND = 0.65
"""Rank correlation of loss and epoch from which on a loss falls or rises, however much it swings meanwhile."""
SMALL = 0.2
"""Share of its first value, or of that of a guess, up to which a loss may swing: nearly everything is learned."""
LATELY = 10
"""The last tenth of the epochs says how a loss ends."""


def late_epochs(epochs: int, least: int, most: int) -> int:
    """How many epochs say how a loss ends: the last tenth of all, between ``least`` and ``most``."""
    return max(least, min(epochs // LATELY, most))


def recent_losses(losses: Sequence[float]) -> Sequence[float]:
    """The losses of the last half of the epochs; empty where they are too few to judge."""
    return losses[-max(RECENT, len(losses) // 2) :] if len(losses) >= FIRST + RECENT else ()


def swings(losses: Sequence[float], guess: float = math.nan) -> bool:
    """Whether a loss goes up as often as down, in large jumps, and neither falls nor rises meanwhile.

    Parameters
    ----------
    losses
        of each epoch.
    guess
        the loss of a network that guesses, NaN where that is not known.
    """
    recent = recent_losses(losses)
    if not recent or not all(map(math.isfinite, losses)):
        return False
    level, changes = median(recent), _changes(recent)
    if level <= max(0.0, SMALL * min(losses[0], guess if math.isfinite(guess) else math.inf)):
        return False
    if median(map(abs, changes)) <= JUMP * level:
        return False
    upwards = sum(change > 0 for change in changes) / len(changes)
    trend = np.corrcoef(np.argsort(np.argsort(recent)), np.arange(len(recent)))[0, 1]
    return UPWARDS[0] <= upwards <= UPWARDS[1] and abs(trend) <= TREND


def swing_text(losses: Sequence[float]) -> tuple[str, str]:
    """Between which values losses swing, and by how much they usually change, as two parts of sentences."""
    least, most, change = min(losses), max(losses), median(map(abs, _changes(losses)))
    between = f"between {format_number(least, 2)} and {format_number(most, 2)}"
    return between, f"In the last {len(losses):,} epochs it usually changes by {format_number(change, 2)} at a time."


def _changes(losses: Sequence[float]) -> list[float]:
    return [now - before for before, now in pairwise(losses)]
