"""How well boxes are found: precision, recall and average precision of each class, and the curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.data.dataset import Array
from app.inference.scores import thinned
from app.numerics.box_grid import THRESHOLD
from app.numerics.detections import MATCHES, SAME, Detections, average_precision, matches, precision_recall
from app.protocol.evaluation_values import BoxScores, DetectionScores, ScoreCurve


def detection_scores(found: Detections, true: Detections, names: Sequence[str]) -> DetectionScores:
    """The scores of boxes that are said, also unsure ones, against the true ones, class by class.

    Precision and recall are those of the boxes that are at least `THRESHOLD` sure.
    """
    right = matches(found, true)
    classes, curves = [], []
    for kind, name in enumerate(names):
        own = found.there & (found.kinds == kind)
        boxes = int((true.there & (true.kinds == kind)).sum())
        scores, hits = found.scores[own], right[own]
        classes.append(_of_class(name, boxes, scores, hits))
        if boxes and len(scores):
            recall, precision = precision_recall(scores, hits, boxes)
            kept = thinned(len(recall))
            curves.append(
                ScoreCurve(name=name, x=recall[kept].astype(np.float32), y=precision[kept].astype(np.float32))
            )
    return DetectionScores(
        classes=tuple(classes),
        precision_recall=tuple(curves),
        iou=MATCHES,
        threshold=THRESHOLD,
        suppression=SAME,
    )


def _of_class(name: str, boxes: int, scores: Array, hits: Array) -> BoxScores:
    sure = scores >= THRESHOLD
    said, found = int(sure.sum()), int(hits[sure].sum())
    return BoxScores(
        name=name,
        boxes=boxes,
        precision=found / said if said else 0.0,
        recall=found / boxes if boxes else 0.0,
        f1=2 * found / (said + boxes) if said + boxes else 0.0,
        average_precision=average_precision(scores, hits, boxes) if boxes else None,
    )


def wrong_boxes(found: Detections, true: Detections) -> Array:
    """How many boxes of each picture are missed or said where none is, int (n,), of those that are sure enough."""
    sure = found.keep(found.scores >= THRESHOLD)
    hits = matches(sure, true).sum(1)
    return np.asarray(sure.there.sum(1) + true.there.sum(1) - 2 * hits)
