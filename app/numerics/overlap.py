"""Intersection over union of classes, from how often each was taken for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def class_iou(confusion: Array) -> Array:
    """Intersection over union of each class, float64 (classes,), of a confusion whose rows are the truth.

    The pixels that are of a class and were said to be, over those that are or were. NaN for a class without any.
    """
    right = np.diagonal(confusion).astype(np.float64)
    either = confusion.sum(0) + confusion.sum(1) - right
    found: Array = np.divide(right, either, out=np.full(len(right), np.nan), where=either > 0)
    return found
