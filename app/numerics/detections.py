"""Boxes of many pictures as arrays: intersection over union, non-maximum suppression, average precision.

As in PASCAL VOC: a box is right whose class is that of a true box, whose intersection over union with it is at least
0.5, and which is the surest that says so; average precision is the area under the precision-recall curve at all its
points (Everingham and others, 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SAME = 0.5
"""Of two boxes of one class whose intersection over union is more than this, the surer stays."""
MATCHES = 0.5
"""A box finds a true one from this intersection over union on."""


class Detections(NamedTuple):
    """Boxes in n pictures, at most k in each.

    ``corners`` float (n, k, 4): left, top, right and bottom in shares of the picture; ``kinds`` int (n, k) are their
    classes, ``scores`` float (n, k) say how sure they are, 0 where there is no box.
    """

    corners: Array
    kinds: Array
    scores: Array

    @property
    def there(self) -> Array:
        """Which are boxes, bool (n, k)."""
        return np.asarray(self.scores > 0)

    def keep(self, which: Array) -> Detections:
        """The same without the boxes that ``which`` bool (n, k) does not name."""
        return self._replace(scores=np.where(which, self.scores, 0.0))


def box_iou(first: Array, other: Array) -> Array:
    """Intersection over union of boxes (..., k, 4) with others (..., m, 4), given by corners: (..., k, m), 0 to 1."""
    one, two = first[..., :, None, :], other[..., None, :, :]
    sides = np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2])
    shared = np.maximum(sides, 0.0).prod(-1)
    whole = _area(one) + _area(two) - shared
    found: Array = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return found


def _area(corners: Array) -> Array:
    return np.asarray((corners[..., 2:] - corners[..., :2]).prod(-1))


def suppress(found: Detections, same: float = SAME) -> Detections:
    """Non-maximum suppression: of boxes of one class that overlap by more than ``same`` only the surest.

    The boxes of each picture come back with the surest first.
    """
    order = np.argsort(-found.scores, axis=1, kind="stable")
    most = max(1, int(found.there.sum(1).max(initial=0)))
    ordered = _taken(found, order[:, :most])
    repeats = box_iou(ordered.corners, ordered.corners) > same
    repeats &= ordered.kinds[:, :, None] == ordered.kinds[:, None, :]
    kept = ordered.there
    for place in range(kept.shape[1] - 1):
        kept[:, place + 1 :] &= ~(repeats[:, place, place + 1 :] & kept[:, place, None])
    return ordered.keep(kept)


def _taken(found: Detections, order: Array) -> Detections:
    corners = np.take_along_axis(found.corners, order[..., None], axis=1)
    return Detections(corners, *(np.take_along_axis(each, order, axis=1) for each in found[1:]))


def matches(found: Detections, true: Detections, least: float = MATCHES) -> Array:
    """Which boxes find a true one, bool (n, k): each true box is found once, by the surest that overlaps it most."""
    iou = box_iou(found.corners, true.corners)
    iou *= (found.kinds[:, :, None] == true.kinds[:, None, :]) & true.there[:, None, :]
    right = np.zeros(found.scores.shape, bool)
    if not iou.shape[2]:
        return right
    best, taken = iou.argmax(2), np.zeros(true.scores.shape, bool)
    pictures = np.arange(len(iou))
    for place in np.argsort(-found.scores, axis=1, kind="stable").T:
        aim = best[pictures, place]
        hit = found.there[pictures, place] & (iou[pictures, place, aim] >= least) & ~taken[pictures, aim]
        right[pictures, place] = hit
        taken[pictures, aim] |= hit
    return right


def precision_recall(scores: Array, right: Array, boxes: int) -> tuple[Array, Array]:
    """Recall and precision float64 (k,) as boxes are taken in, the surest first.

    Parameters
    ----------
    scores
        how sure each said box of a class is, float (k,).
    right
        whether it finds a true one, bool (k,).
    boxes
        how many true ones there are, at least 1.
    """
    found = np.cumsum(right[np.argsort(-scores, kind="stable")], dtype=np.float64)
    return found / boxes, found / np.arange(1, len(found) + 1)


def average_precision(scores: Array, right: Array, boxes: int) -> float:
    """The area under the precision-recall curve, at all points: precision is the best at this recall or a greater.

    Parameters are those of `precision_recall`; NaN where ``boxes`` is 0.
    """
    if boxes == 0:
        return float("nan")
    recall, precision = precision_recall(scores, right, boxes)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0.0) * best).sum())


def class_precisions(found: Detections, true: Detections, classes: int) -> list[float]:
    """The average precision of each class, NaN for one without true boxes."""
    right = matches(found, true)
    return [
        average_precision(found.scores[own], right[own], int((true.there & (true.kinds == kind)).sum()))
        for kind in range(classes)
        for own in [found.there & (found.kinds == kind)]
    ]


def mean_of_known(each: Sequence[float]) -> float:
    """The mean average precision (mAP): of the classes that have true boxes, NaN where none has."""
    known = [value for value in each if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
