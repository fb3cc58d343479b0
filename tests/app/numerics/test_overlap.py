"""Intersection over union of classes."""

from __future__ import annotations

import numpy as np

from app.numerics.overlap import class_iou


def test_what_is_right_over_what_is_or_was_said() -> None:
    """4 pixels of the first class, 3 of which were found; 2 of the second, both found, and one too many."""
    found = class_iou(np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]]))
    np.testing.assert_allclose(found[:2], [3 / 4, 2 / 3])
    assert np.isnan(found[2])
