"""Whether chance explains a difference of two scores: intervals for shares, means and RMSE, McNemar's exact test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.05
"""A difference that chance gives less often than this is told from chance."""
Z = 1.959964
"""The normal distribution leaves `LEVEL` outside of plus and minus this."""
FEWEST = 5
"""Pairs from which on the mean of their differences says something."""


@dataclass(frozen=True)
class Interval:
    """Where the true value lies in 95 of 100 such intervals."""

    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether no difference at all is among what it allows."""
        return self.low <= 0 <= self.high


def share(right: int, samples: int) -> Interval:
    """The interval of a share of which ``right`` of ``samples`` were seen, by Wilson's score method (1927)."""
    seen, spread = right / samples, Z * Z / samples
    middle = (seen + spread / 2) / (1 + spread)
    half = Z * math.sqrt(seen * (1 - seen) / samples + spread / (4 * samples)) / (1 + spread)
    return Interval(middle - half, middle + half)


def difference_of_shares(right: int, samples: int, right_before: int, samples_before: int) -> Interval:
    """The interval of the share now less the share before, each on samples of its own.

    It is Newcombe's hybrid of two score intervals (Statistics in Medicine 17, 1998, page 873, method 10), which holds
    for few samples and for shares near 0 and 1 as well.
    """
    now, before = right / samples, right_before / samples_before
    at, at_before = share(right, samples), share(right_before, samples_before)
    below = math.hypot(now - at.low, at_before.high - before)
    above = math.hypot(at.high - now, before - at_before.low)
    return Interval(now - before - below, now - before + above)


def rmse_interval(rmse: float, samples: int) -> Interval:
    """The interval of a root mean squared error that was measured on ``samples`` samples, at least 1.

    The squared errors of a normal distribution with mean 0 add up to a chi-squared value of as many degrees of freedom,
    here by Wilson and Hilferty (PNAS 17, 1931, page 684).
    """
    spread = 2 / (9 * samples)
    low, high = (max(1 - spread + sign * Z * math.sqrt(spread), 1e-3) ** 3 for sign in (1, -1))
    return Interval(rmse / math.sqrt(low), rmse / math.sqrt(high))


def mcnemar(only_now: int, only_before: int) -> float:
    """How probable so lopsided a division of the samples that one of two networks alone has right is by chance.

    McNemar's test (Psychometrika 12, 1947) in its exact form: a fair coin decides for each of them; two-sided.
    """
    samples, fewer = only_now + only_before, min(only_now, only_before)
    logs = [_log_choices(samples, count) - samples * math.log(2) for count in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


def mean_difference(differences: ArrayLike) -> Interval | None:
    """The interval of the mean of ``differences`` (n,) between pairs, by Student's t; None of fewer than `FEWEST`."""
    values = np.asarray(differences, np.float64).ravel()
    if len(values) < FEWEST or not np.isfinite(values).all():
        return None
    half = _student(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Interval(float(values.mean()) - half, float(values.mean()) + half)


def at_most(right: int, samples: int, chance: float) -> float:
    """How probable at most ``right`` of ``samples`` are, each with a ``chance`` between 0 and 1 (binomial)."""
    logs = [
        _log_choices(samples, count) + count * math.log(chance) + (samples - count) * math.log(1 - chance)
        for count in range(right + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, logs)))


def _log_choices(samples: int, count: int) -> float:
    return math.lgamma(samples + 1) - math.lgamma(count + 1) - math.lgamma(samples - count + 1)


def _student(freedom: int) -> float:
    """What `Z` is for a mean whose spread is estimated: Abramowitz and Stegun, 26.7.5."""
    terms: tuple[float, ...] = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
    )
    return Z + math.fsum(term / float(freedom) ** power for power, term in enumerate(terms, 1))
