"""Generalisation gap: how much worse a network does on its test set than on its training set, and how sure a score on
few test samples is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.numerics.chance import LEVEL, at_most, difference_of_shares, rmse_interval, share
from app.system.number_format import counted, format_number, format_percent, format_short

FEW = 30
"""Test samples below which their number is said beside every score."""
GROWN, FALLEN = 1.3, 0.1
"""Times by which the RMSE is larger, and share by which the accuracy is lower, on the test set where that is a gap."""


def gap(train: Mapping[str, Any], test: Mapping[str, Any], samples: int | None) -> str:
    """The evidence that a network does much worse on its test set than on its training set; empty where there is none.

    ``train`` and ``test`` are metrics; the gap has to be large, and larger than ``samples`` test samples that are
    independent, with errors of a normal distribution, give by chance in 95 of 100 cases.
    """
    for metric in test:
        scores, name = (train.get(metric), test[metric]), metric.rpartition(".")[2]
        if not samples or not all(isinstance(score, int | float) for score in scores):
            continue
        learned, tested = (float(score) for score in scores if score is not None)
        if name == "rmse" and _grown(learned, tested, samples):
            return (
                f"The RMSE is {format_short(tested)} on {_tested(samples)}, {tested / learned:.2f} times the "
                f"{format_short(learned)} on the training set."
            )
        if name == "accuracy" and _fallen(learned, tested, samples):
            return (
                f"The accuracy is {format_percent(tested)} on {_tested(samples)}, and {format_percent(learned)} on the "
                f"training set."
            )
    return ""


def chance_beside(
    validation: Mapping[str, Any], train: Mapping[str, Any], test: Mapping[str, Any], validated: int, tested: int
) -> str:
    """That a test score is low by chance, for the validation set is not told apart from either; empty where it is not.

    Scores are accuracies, of ``validated`` and ``tested`` samples.
    """
    for metric in test:
        scores = [part.get(metric) for part in (validation, train, test)]
        known = [float(score) for score in scores if isinstance(score, int | float)]
        if metric.rpartition(".")[2] != "accuracy" or len(known) < len(scores) or not validated or not tested:
            continue
        judged, learned, score = known
        apart = difference_of_shares(round(score * tested), tested, round(judged * validated), validated)
        if judged > score and apart.holds_zero and not _fallen(learned, judged, validated):
            return (
                f"The accuracy is {format_percent(score)} on {_tested(tested)}, but {format_percent(judged)} on "
                f"{counted(validated, 'validation sample')} and {format_percent(learned)} on the training set: on so "
                f"few samples, that may be chance."
            )
    return ""


def _grown(learned: float, tested: float, samples: int) -> bool:
    return learned > 0 and tested > GROWN * learned and rmse_interval(tested, samples).low > learned


def _fallen(learned: float, tested: float, samples: int) -> bool:
    if not learned - tested > FALLEN or not 0 <= tested < learned <= 1:
        return False
    chance = min(learned, 1 - 1 / (2 * samples))  # that all were right so far does not make errors impossible
    return at_most(round(tested * samples), samples, chance) < LEVEL / 2


def _tested(samples: int) -> str:
    return counted(samples, "test sample")


def caution(test: Mapping[str, Any], samples: int | None) -> str:
    """What a score on few test samples says of samples to come; empty where ``samples`` are not few."""
    if not samples or samples >= FEW:
        return ""
    for metric, score in test.items():
        name = metric.rpartition(".")[2]
        if name in ("rmse", "accuracy") and isinstance(score, int | float):
            return of_samples(name, float(score), samples) or f"There are only {_tested(samples)}."
    return f"There are only {_tested(samples)}." if test else ""


def of_samples(metric: str, score: float, samples: int) -> str:
    """Between what the score of all such samples lies, by so many; empty where that cannot be said.

    Of an accuracy that is so where samples are right or wrong as a whole, as not those of pixels are.
    """
    if metric == "rmse":
        interval = rmse_interval(score, samples)
        low, high = format_number(interval.low, 3), format_number(interval.high, 3)
        return f"By {_tested(samples)}, the RMSE on all such samples lies between {low} and {high} (95 % interval)."
    right = round(score * samples)
    if abs(score * samples - right) >= 0.01 + 1e-6 * samples or not 0 <= right <= samples:
        return ""
    low, high = (format_percent(value, 0) for value in (share(right, samples).low, share(right, samples).high))
    return (
        f"{right:,} of {samples:,} test samples are right. By so many, the share of all such samples lies between "
        f"{low} and {high} (95 % interval)."
    )
