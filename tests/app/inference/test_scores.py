"""Every score of classes and labels, held against scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from app.inference.scores import AREAS, POINTS, class_scores, label_scores

RNG = np.random.default_rng(5)
Numbers = NDArray[Any]


def classified(counts: tuple[int, ...], skill: float = 1.5) -> tuple[Numbers, Numbers]:
    """Class numbers, and probabilities that know a little about them."""
    true = RNG.permutation(np.repeat(np.arange(len(counts)), counts))
    logits = RNG.normal(size=(len(true), len(counts))) + skill * (true[:, None] == np.arange(len(counts)))
    shares = np.exp(logits)
    return true, shares / shares.sum(1, keepdims=True)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("counts", [(95, 5), (990, 10), (60, 30, 10), (20, 0, 30), (5, 5, 5, 5)])
def test_scores_of_classes(counts: tuple[int, ...]) -> None:
    true, probabilities = classified(counts)
    predicted = probabilities.argmax(1)
    names = tuple("abcd"[: len(counts)])
    scores = class_scores(true, predicted, probabilities, names, 0.5 if len(counts) == 2 else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert scores.averages["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(true, predicted))
    for average in ("macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            expected = getattr(metrics, f"{name}_score")(true, predicted, average=average, zero_division=0)
            assert scores.averages[f"{name}_{average}"] == pytest.approx(expected)
    for number, (name, entry) in enumerate(zip(names, scores.classes, strict=True)):
        own, given = true == number, predicted == number
        assert (entry.name, entry.support) == (name, own.sum())
        assert entry.accuracy == pytest.approx(metrics.accuracy_score(own, given))
        assert entry.precision == pytest.approx(metrics.precision_score(own, given, zero_division=0))
        assert entry.recall == pytest.approx(metrics.recall_score(own, given, zero_division=0))
        assert entry.f1 == pytest.approx(metrics.f1_score(own, given, zero_division=0))
        if not own.any():
            assert entry.roc_auc is None and entry.average_precision is None
            continue
        assert entry.roc_auc == pytest.approx(metrics.roc_auc_score(own, probabilities[:, number]))
        assert entry.average_precision == pytest.approx(metrics.average_precision_score(own, probabilities[:, number]))


def test_areas_of_classes_are_averaged() -> None:
    true, probabilities = classified((60, 30, 10))
    scores = class_scores(true, probabilities.argmax(1), probabilities, ("a", "b", "c"), None)
    expected = metrics.roc_auc_score(true, probabilities, multi_class="ovr", average="macro")
    assert scores.averages["roc_auc_macro"] == pytest.approx(expected)
    assert scores.threshold is None and scores.by_threshold is None


def test_curves_of_two_classes_are_those_of_the_second() -> None:
    true, probabilities = classified((400, 60))
    scores = class_scores(true, probabilities.argmax(1), probabilities, ("no", "yes"), 0.5)
    (roc,), (recalled,) = scores.roc, scores.precision_recall
    assert roc.name == recalled.name == "yes"
    false_positives, true_positives, _ = metrics.roc_curve(true, probabilities[:, 1])
    np.testing.assert_allclose((roc.x, roc.y), (false_positives, true_positives), rtol=1e-6)
    assert (np.diff(recalled.x) >= 0).all() and len(recalled.x) <= POINTS
    assert metrics.auc(roc.x, roc.y) == pytest.approx(scores.classes[1].roc_auc, abs=1e-5)


def test_the_best_threshold_is_found_and_shown() -> None:
    true, probabilities = classified((300, 30), skill=2.0)
    scores = class_scores(true, probabilities.argmax(1), probabilities, ("no", "yes"), 0.5)
    found = scores.by_threshold
    assert found is not None and scores.threshold == 0.5
    best = metrics.f1_score(true, probabilities[:, 1] > found.best)
    everywhere = (metrics.f1_score(true, probabilities[:, 1] >= each) for each in probabilities[:, 1])
    assert best == pytest.approx(max(everywhere))
    for threshold, precision, recall in list(zip(found.threshold, found.precision, found.recall, strict=True))[::40]:
        given = probabilities[:, 1] >= threshold - 1e-6
        assert precision == pytest.approx(metrics.precision_score(true, given), abs=0.01)
        assert recall == pytest.approx(metrics.recall_score(true, given), abs=0.01)


def test_reliability_and_its_error_by_hand() -> None:
    probabilities = np.array([0.05, 0.05, 0.35, 0.35, 0.35, 0.35, 0.95, 0.95])
    true = np.array([0, 0, 1, 0, 1, 0, 1, 0])
    both = np.stack([1 - probabilities, probabilities], 1)
    calibration = class_scores(true, (probabilities > 0.5).astype(int), both, ("no", "yes"), 0.5).calibration
    assert calibration is not None
    np.testing.assert_allclose(calibration.predicted, [0.05, 0.35, 0.95], rtol=1e-6)
    np.testing.assert_allclose(calibration.observed, [0.0, 0.5, 0.5])
    assert calibration.counts.tolist() == [2, 4, 2]
    assert calibration.error == pytest.approx((2 * 0.05 + 4 * 0.15 + 2 * 0.45) / 8)


def test_calibration_of_more_classes_is_that_of_the_class_predicted() -> None:
    true, probabilities = classified((60, 30, 10))
    predicted = probabilities.argmax(1)
    calibration = class_scores(true, predicted, probabilities, ("a", "b", "c"), None).calibration
    assert calibration is not None
    assert calibration.counts.sum() == len(true)
    right = (calibration.observed * calibration.counts).sum() / len(true)
    assert right == pytest.approx(metrics.accuracy_score(true, predicted))


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.05), (0.5, 0.0, 1.0)])
def test_scores_of_labels(shares: tuple[float, ...]) -> None:
    true = (RNG.random((200, 3)) < shares).astype(np.float32)
    probabilities = np.clip(0.3 * true + 0.6 * RNG.random((200, 3)), 0, 1)
    predicted = probabilities > 0.45
    scores = label_scores(true, predicted, probabilities, ("a", "b", "c"), 0.45)
    truth = true > 0.5
    for average in ("micro", "macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            expected = getattr(metrics, f"{name}_score")(truth, predicted, average=average, zero_division=0)
            assert scores.averages[f"{name}_{average}"] == pytest.approx(expected)
    for at, entry in enumerate(scores.classes):
        assert entry.accuracy == pytest.approx((truth[:, at] == predicted[:, at]).mean())
        assert entry.f1 == pytest.approx(metrics.f1_score(truth[:, at], predicted[:, at], zero_division=0))
        if truth[:, at].all() or not truth[:, at].any():
            assert entry.roc_auc is None
        else:
            assert entry.roc_auc == pytest.approx(metrics.roc_auc_score(truth[:, at], probabilities[:, at]))
    assert len(scores.roc) == sum(0 < truth[:, at].sum() < 200 for at in range(3))
    assert scores.calibration is not None and scores.calibration.counts.sum() == truth.size
    assert scores.to_json()["threshold"] == 0.45


def test_of_very_many_classes_no_curves_are_measured() -> None:
    true, probabilities = classified((2,) * (AREAS + 1))
    names = tuple(map(str, range(AREAS + 1)))
    scores = class_scores(true, probabilities.argmax(1), probabilities, names, None)
    assert scores.roc == () and scores.averages["roc_auc_macro"] is None
    expected = metrics.f1_score(true, probabilities.argmax(1), average="macro", zero_division=0)
    assert scores.averages["f1_macro"] == pytest.approx(expected)
