"""Histograms of numbers that NumPy has no bins for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.histogram import histogram

LARGEST = float(np.finfo(np.float64).max) * 0.99


@pytest.mark.parametrize(
    "values",
    [
        np.array([1e6, 1e6], np.float32),
        np.array([-0.1, -0.1000001], np.float32) * 1e6,
        np.array([1e300, np.nextafter(1e300, np.inf)]),
        np.array([-LARGEST, LARGEST]),
        np.zeros(3),
        np.array([]),
    ],
)
def test_every_number_is_counted_once(values: np.ndarray) -> None:
    counts, edges = histogram(values, 64)
    assert counts.sum() == values.size and len(edges) == 65
    assert np.isfinite(edges).all() and (np.diff(edges) > 0).all()


@given(st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=20))
def test_any_numbers_have_a_histogram(values: list[float]) -> None:
    counts, edges = histogram(np.array(values), 64)
    assert counts.sum() == len(values) and np.isfinite(edges).all()
