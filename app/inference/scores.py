"""Classification scores: precision, recall, F1, ROC and precision-recall curves, calibration, by scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.data.dataset import Array
from app.protocol.evaluation_values import Calibration, ClassScores, ScoreCurve, Scores, ThresholdScores
from app.training.thresholds import chosen_threshold

CURVES = 20
"""Classes whose curves are drawn, at most: those with the most samples."""
AREAS = 200
"""Areas under curves are measured, and curves drawn, of so many classes at most: each takes some time."""
POINTS = 400
"""Points of a curve that are kept, at most."""
BINS = 10
"""Bins of equal width in which probabilities are compared with what came true."""


def class_scores(
    true: Array,
    predicted: Array,
    probabilities: Array,
    classes: Sequence[str],
    threshold: float | None,
    *,
    by_scores: bool = False,
) -> Scores:
    """The scores of a classifier.

    Parameters
    ----------
    true, predicted
        class numbers, int64 (n,).
    probabilities
        of each class (n, classes); those of a sample add up to 1.
    classes
        names of the classes.
    threshold
        the probability above which the second of two classes was predicted; None where there are more.
    by_scores
        whether the network gives scores of classes, so that ``probabilities`` only rank the samples: then
        there is no calibration, and no threshold of a probability.
    """
    from sklearn.metrics import precision_recall_fscore_support, recall_score

    numbers = np.arange(len(classes))
    averages: dict[str, float | None] = {}
    present = np.unique(true)
    averages["balanced_accuracy"] = float(
        recall_score(true, predicted, labels=present, average="macro", zero_division=0)
    )
    for average in ("macro", "weighted"):
        found = precision_recall_fscore_support(true, predicted, average=average, zero_division=0)
        averages |= _averaged(found, average)
    each = precision_recall_fscore_support(true, predicted, labels=numbers, average=None, zero_division=0)
    truth = true[:, None] == numbers
    two = len(classes) == 2
    if by_scores:
        calibration = None
    elif two:
        calibration = _calibration(truth[:, 1], probabilities[:, 1])
    else:
        calibration = _calibration(true == predicted, probabilities[np.arange(len(true)), predicted])
    right = (predicted[:, None] == numbers) == truth
    return _scores(
        classes,
        (truth, probabilities, right),
        each,
        averages,
        calibration,
        drawn=numbers[1:] if two else numbers,
        threshold=threshold,
        by_threshold=_by_threshold(truth[:, 1], probabilities[:, 1]) if two and not by_scores else None,
    )


def label_scores(true: Array, predicted: Array, probabilities: Array, names: Sequence[str], threshold: float) -> Scores:
    """The scores of a network that gives several labels: 0 or 1 and probabilities of each, all (n, labels)."""
    from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support

    truth, given = true > 0.5, predicted > 0.5
    both = [at for at in range(len(names)) if 0 < truth[:, at].sum() < len(truth)]
    balanced = [float(balanced_accuracy_score(truth[:, at], given[:, at])) for at in both]
    averages: dict[str, float | None] = {"balanced_accuracy": float(np.mean(balanced)) if both else None}
    for average in ("micro", "macro", "weighted"):
        averages |= _averaged(precision_recall_fscore_support(truth, given, average=average, zero_division=0), average)
    each = precision_recall_fscore_support(truth, given, average=None, zero_division=0)
    return _scores(
        names,
        (truth, probabilities, truth == given),
        each,
        averages,
        _calibration(truth.reshape(-1), probabilities.reshape(-1)),
        drawn=np.arange(len(names)),
        threshold=threshold,
        by_threshold=_by_threshold(truth.reshape(-1), probabilities.reshape(-1)),
    )


def _averaged(found: Sequence[float], average: str) -> Iterator[tuple[str, float]]:
    return zip((f"precision_{average}", f"recall_{average}", f"f1_{average}"), map(float, found[:3]), strict=True)


def _scores(
    names: Sequence[str],
    values: tuple[Array, Array, Array],
    each: Sequence[Array],
    averages: Mapping[str, float | None],
    calibration: Calibration | None,
    *,
    drawn: Array,
    threshold: float | None,
    by_threshold: ThresholdScores | None,
) -> Scores:
    """Everything about ``values``: truth, probabilities and what was right, each class against the rest (n, k)."""
    truth, probabilities, right = values
    precision, recall, f1, support = each
    few = len(names) <= AREAS
    areas = [_areas(truth[:, at], probabilities[:, at]) if few else (None, None) for at in range(len(names))]
    classes = tuple(
        ClassScores(
            name=name,
            support=int(support[at]),
            accuracy=float(right[:, at].mean()),
            precision=float(precision[at]),
            recall=float(recall[at]),
            f1=float(f1[at]),
            roc_auc=areas[at][0],
            average_precision=areas[at][1],
        )
        for at, name in enumerate(names)
    )
    means = {
        "roc_auc_macro": _mean([scores.roc_auc for scores in classes]),
        "average_precision_macro": _mean([scores.average_precision for scores in classes]),
        "calibration_error": None if calibration is None else calibration.error,
    }
    known = [int(at) for at in drawn if areas[at][0] is not None]
    shown = sorted(sorted(known, key=lambda at: -classes[at].support)[:CURVES])
    curves = [_curves(names[at], truth[:, at], probabilities[:, at]) for at in shown]
    return Scores(
        classes=classes,
        averages={**averages, **means},
        roc=tuple(roc for roc, _ in curves),
        precision_recall=tuple(recalled for _, recalled in curves),
        calibration=calibration,
        threshold=threshold,
        by_threshold=by_threshold,
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _areas(truth: Array, probability: Array) -> tuple[float | None, float | None]:
    """The areas under the ROC and the precision-recall curve; None where all samples are of the class, or none."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    if truth.all() or not truth.any():
        return None, None
    return float(roc_auc_score(truth, probability)), float(average_precision_score(truth, probability))


def _curves(name: str, truth: Array, probability: Array) -> tuple[ScoreCurve, ScoreCurve]:
    from sklearn.metrics import precision_recall_curve, roc_curve

    false_positives, true_positives, _ = roc_curve(truth, probability)
    precision, recall, _ = precision_recall_curve(truth, probability)
    return _curve(name, false_positives, true_positives), _curve(name, recall[::-1], precision[::-1])


def _curve(name: str, x: Array, y: Array) -> ScoreCurve:
    kept = thinned(len(x))
    return ScoreCurve(name=name, x=x[kept].astype(np.float32), y=y[kept].astype(np.float32))


def thinned(count: int) -> Array:
    """Which points of a curve of so many are kept, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, POINTS)).astype(np.int64))


def _calibration(came_true: Array, probability: Array) -> Calibration:
    """Probabilities in bins, beside the share of each that came true."""
    from sklearn.calibration import calibration_curve

    probability = np.clip(probability.astype(np.float64), 0.0, 1.0)
    observed, predicted = calibration_curve(came_true, probability, pos_label=True, n_bins=BINS)
    edges = np.linspace(0.0, 1.0, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], probability), minlength=BINS)
    counts = counts[counts > 0]
    error = float((np.abs(observed - predicted) * counts).sum() / counts.sum())
    return Calibration(
        predicted=predicted.astype(np.float32),
        observed=observed.astype(np.float32),
        counts=counts.astype(np.int64),
        error=error,
    )


def _by_threshold(truth: Array, probability: Array) -> ThresholdScores | None:
    """Precision, recall and F1 at each threshold, and the one with the best F1."""
    from sklearn.metrics import precision_recall_curve

    if truth.all() or not truth.any():
        return None
    precision, recall, threshold = precision_recall_curve(truth, probability)
    kept = thinned(len(threshold))
    precision, recall = precision[:-1][kept], recall[:-1][kept]
    return ThresholdScores(
        threshold=threshold[kept].astype(np.float32),
        precision=precision.astype(np.float32),
        recall=recall.astype(np.float32),
        f1=(2 * precision * recall / np.maximum(precision + recall, 1e-12)).astype(np.float32),
        best=chosen_threshold(truth, probability, "f1"),
    )
