"""Whether the test samples can tell the scores of two runs apart, or chance may explain the difference; in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.numerics.chance import LEVEL, Interval, difference_of_shares, mcnemar, mean_difference
from app.protocol.evaluation_values import Evaluation, Predictions
from app.protocol.messages import Array
from app.system.number_format import format_number
from app.training.generalisation import of_samples
from widgets.training.metric_text import is_better, own_name, signed, with_title
from widgets.training.run_entries import RunEntry

WHOLE = frozenset({"accuracy", "exact_match", "sequence_accuracy"})
"""Shares of samples that are right or wrong as a whole, where they are shares of samples at all."""


@dataclass(frozen=True)
class Verdict:
    """Whether a difference may be ``chance``, on how many samples it was measured, and what that is concluded from."""

    chance: bool
    samples: str
    reason: str

    @property
    def words(self) -> str:
        """``may be chance on 270 samples``."""
        return f"{'may be' if self.chance else 'hardly'} chance on {self.samples} samples"


def by_counts(metric: str, old: RunEntry, new: RunEntry) -> Verdict | None:
    """What can be said from both test scores and the numbers of samples that they were measured on.

    None where one is not known, or the metric is no share of samples.
    """
    before, now = _right(metric, old), _right(metric, new)
    if before is None or now is None or own_name(metric) not in WHOLE:
        return None
    interval = difference_of_shares(*now, *before)
    samples = f"{now[1]:,}" if now[1] == before[1] else f"{before[1]:,} and {now[1]:,}"
    low, high = (signed(f"{abs(100 * value):.1f}", value) for value in _ends(interval))
    reason = f"By {samples} test samples the true difference lies between {low} and {high} points (95 % interval)."
    return Verdict(interval.holds_zero, samples, f"{reason} {_so(interval)}")


def by_samples(metric: str, old: Evaluation, new: Evaluation) -> Verdict | None:
    """What can be said where both runs predicted the same samples, each of which is held against itself.

    None where they did not, not all were listed, or the metric is not one of single samples. Of a loss that is so where
    both were trained with the same one, and it is the mean of the losses of single samples.
    """
    before, now = old.predictions, new.predictions
    if not (np.array_equal(before.index, now.index) and np.array_equal(before.true, now.true)):
        return None
    if metric in WHOLE and old.task == new.task in ("classification", "labels"):
        rights = _rights(before), _rights(now)
        listed = all(
            abs(float(right.mean()) - run.metrics.get(metric, -1)) < 1e-6
            for right, run in zip(rights, (old, new), strict=True)
        )
        return _of_rights(*rights) if listed else None
    if metric == "loss":
        return _of_losses(old, new)
    if metric in ("rmse", "mae") and old.task == new.task == "regression":
        errors = _errors(metric, before), _errors(metric, now)
        listed = all(
            np.isclose(_score(metric, error), run.metrics.get(metric, np.nan), rtol=1e-3)
            for error, run in zip(errors, (old, new), strict=True)
        )
        return _of_pairs("error", *errors) if listed else None
    return None


def _of_losses(old: Evaluation, new: Evaluation) -> Verdict | None:
    """What the losses of single samples say, where they are of one kind and what was measured is their mean."""
    before, now = old.losses, new.losses
    if before is None or now is None or old.loss != new.loss or len(before) != len(now):
        return None
    means = ((before, old), (now, new))
    whole = all(np.isclose(losses.mean(), run.metrics.get("loss", np.nan), rtol=1e-3) for losses, run in means)
    return _of_pairs("loss", before.astype(np.float64), now.astype(np.float64)) if whole else None


def better_run(own: RunEntry, others: Sequence[RunEntry]) -> str:
    """That one of ``others`` has a better test score than ``own``, and whether that may be chance; empty where none."""
    metric = own.metric
    rivals = [entry for entry in others if entry.metric == metric and entry.test is not None and not entry.problem]
    if own_name(metric) == "loss":
        rivals = [entry for entry in rivals if entry.loss == own.loss]
    best = own
    for entry in rivals:
        if best.test is None or (entry.test is not None and is_better(metric, entry.test, best.test)):
            best = entry
    if best is own or own.test is None:
        return ""
    verdict = by_counts(metric, own, best)
    told = f"Run “{' '.join(best.name.split())}” has a better test score, {with_title(metric, best.test, best.unit)}"
    return f"{told}; that {verdict.words}." if verdict is not None else f"{told}."


def how_sure(entry: RunEntry) -> str:
    """What a test score says of samples to come: ``8 of 9 test samples are right. …``; empty where it is not known."""
    score, name = entry.tested.get(entry.metric), own_name(entry.metric)
    if score is None or not entry.test_samples or name not in WHOLE | {"rmse"}:
        return ""
    return of_samples(name, score, entry.test_samples)


def _right(metric: str, entry: RunEntry) -> tuple[int, int] | None:
    """How many test samples a run has right, and how many there are; None where its score is no share of samples."""
    score, samples = entry.tested.get(metric), entry.test_samples
    if score is None or not samples:
        return None
    right = round(score * samples)
    whole = abs(score * samples - right) < 0.01 + 1e-6 * samples  # of pixels or labels it is hardly ever a whole number
    return (right, samples) if whole and 0 <= right <= samples else None


def _rights(predictions: Predictions) -> Array:
    """Which samples are right as a whole, bool (n,)."""
    same: Array = (predictions.predicted == predictions.true).reshape(len(predictions.index), -1).all(1)
    return same


def _of_rights(before: Array, now: Array) -> Verdict:
    only_now, only_before = int((now & ~before).sum()), int((before & ~now).sum())
    probability, samples = mcnemar(only_now, only_before), f"{len(now):,}"
    reason = (
        f"Of the {samples} test samples {only_now:,} are right in the newer run alone, {only_before:,} in the older. "
        f"A coin divides them so unevenly, or more so, {_times(probability)} (McNemar's test)."
    )
    return Verdict(probability >= LEVEL, samples, reason)


def _times(probability: float) -> str:
    return f"in {100 * probability:.0f} of 100 tries" if probability >= 0.01 else "in less than 1 of 100 tries"


def _errors(metric: str, predictions: Predictions) -> Array:
    """The error of each sample, float64 (n,): squared for the RMSE, else absolute."""
    apart = np.asarray(predictions.predicted, np.float64) - predictions.true
    values: Array = (np.square(apart) if metric == "rmse" else np.abs(apart)).reshape(len(apart), -1).mean(1)
    return values


def _score(metric: str, errors: Array) -> float:
    mean = float(errors.mean())
    return float(np.sqrt(mean)) if metric == "rmse" else mean


def _of_pairs(what: str, before: Array, now: Array) -> Verdict | None:
    """What an error or a loss of each sample (n,) says, in both runs."""
    interval, samples = mean_difference(now - before), f"{len(now):,}"
    if interval is None:
        return None
    smaller = int((now < before).sum())
    low, high = (signed(format_number(abs(value)), value) for value in _ends(interval))
    reason = (
        f"The {what} is smaller in the newer run for {smaller:,} of the {samples} test samples. In the mean it differs "
        f"by {low} to {high} (95 % interval). {_so(interval)}"
    )
    return Verdict(interval.holds_zero, samples, reason)


def _ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def _so(interval: Interval) -> str:
    return "0 lies within: it may be chance." if interval.holds_zero else "0 lies outside: it is hardly chance."
