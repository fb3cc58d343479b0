"""Thresholds: the probability from which a label, or the second of two classes, counts as predicted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array
from app.training.heads import Head

if TYPE_CHECKING:
    from app.training.trainable import Model


def has_threshold(head: Head) -> bool:
    """Whether a threshold decides what an output predicts: of labels, and of two classes."""
    return head.labels or (head.classes == 2 and not head.listed and not head.is_ctc and not head.gives_scores)


def chosen_threshold(truth: Array, probabilities: Array, by: str) -> float:
    """The threshold with the best F1 (``f1``), or with the best mean of both recalls (``balanced_accuracy``).

    ``truth`` is 0 or 1, and ``probabilities`` that of 1, of any same shape; where nothing or everything is true, or
    all probabilities are alike, the threshold stays at a half.
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    true, probability = np.asarray(truth).reshape(-1) > 0.5, np.asarray(probabilities, np.float64).reshape(-1)
    if true.all() or not true.any() or np.ptp(probability) == 0:
        return 0.5
    if by == "f1":
        precision, recall, steps = precision_recall_curve(true, probability)
        score = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        best = float(steps[int(np.argmax(score[:-1]))])
    else:
        false_positives, true_positives, steps = roc_curve(true, probability)
        best = float(steps[int(np.argmax(true_positives - false_positives))])
    if not math.isfinite(best):
        return 0.5
    # In the middle between two probabilities, so that rounding changes no prediction.
    below = probability[probability < best]
    return (best + float(below.max())) / 2 if len(below) else best / 2


def tuned_thresholds(model: Model, by: str) -> dict[str, float]:
    """By output layer, the thresholds that are best on the validation set; empty where it has no samples."""
    import torch

    part, heads = model.prepared.validation, model.objective.heads
    if not part.samples or not any(map(has_threshold, heads)):
        return {}
    found = {}
    for head, outputs in zip(heads, model.predict(model.feed(part)), strict=True):
        if has_threshold(head):
            probabilities = head.positive_probabilities(torch.from_numpy(outputs)).numpy()
            truth = np.asarray(part.arrays[head.field.name])
            found[head.output] = chosen_threshold(truth, probabilities, by)
    return found


def saved_thresholds(state: Mapping[str, object]) -> dict[str, float]:
    """The thresholds in what is kept beside a run's weights."""
    kept = state.get("thresholds")
    if not isinstance(kept, Mapping):
        return {}
    return {str(name): float(value) for name, value in kept.items() if isinstance(value, int | float)}
