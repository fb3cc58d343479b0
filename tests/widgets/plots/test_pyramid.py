"""The pyramid and the average, held against the plain computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.axes import AxisRange
from widgets.plots.curve import Curve
from widgets.plots.pyramid import Pyramid
from widgets.plots.smoothing import Average

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=200)


@given(batches=st.lists(VALUES, max_size=5), wanted=st.integers(1, 40), cut=st.integers(0, 400))
def test_buckets_hold_least_and_greatest_of_what_they_cover(batches: list[list[float]], wanted: int, cut: int) -> None:
    pyramid = Pyramid()
    for batch in batches:
        pyramid.append(np.array(batch, dtype=np.float64))
    cut = min(cut, len(pyramid))
    pyramid.replace_from(cut, np.array([1.0, 2.0]))
    values = pyramid.values
    starts, low, high = pyramid.buckets(0, len(values), wanted)
    assert len(low) >= min(wanted, len(values)) or len(low) * 4 > wanted
    for start, stop, least, greatest in zip(starts, [*starts[1:], len(values)], low, high, strict=True):
        part = values[start:stop]
        part = part[~np.isnan(part)]
        assert np.isnan(least) if not len(part) else (least == part.min() and greatest == part.max())


@given(batches=st.lists(VALUES, max_size=5), factor=st.floats(0.01, 0.99))
def test_the_average_fed_in_batches_equals_the_recurrence(batches: list[list[float]], factor: float) -> None:
    average = Average(factor)
    ours = np.concatenate([average.feed(np.array(batch, dtype=np.float64)) for batch in batches] or [np.empty(0)])
    state, weight, theirs = 0.0, 0.0, []
    for value in (value for batch in batches for value in batch):
        if np.isnan(value):
            theirs.append(np.nan)
            continue
        state, weight = factor * state + (1 - factor) * value, factor * weight + (1 - factor)
        theirs.append(state / weight)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-4)


def test_a_constant_stays_itself_from_the_first_point() -> None:
    np.testing.assert_allclose(Average(0.99).feed(np.full(5, 3.0)), 3.0)


def test_a_resumed_run_replaces_what_it_repeats() -> None:
    curve = Curve("train", 0, "train", 0.5)
    curve.append(range(100), np.ones(100))
    curve.append([50, 51], [5.0, 6.0])
    assert len(curve) == 52
    assert curve.values[-2:].tolist() == [5.0, 6.0]
    fresh = Curve("train", 0, "train", 0.5)
    fresh.append(range(52), curve.values)
    np.testing.assert_allclose(curve.shown(True).values, fresh.shown(True).values)


def test_dense_columns_keep_every_spike() -> None:
    values = np.zeros(100_000)
    values[54_321], values[7] = 9.0, -4.0
    curve = Curve("train", 0, "train", 0.0)
    curve.append(np.arange(100_000), values)
    places, columns = curve.columns(AxisRange(0, 99_999), 500, smooth=False)
    assert len(places) <= 2 * 501
    assert (columns.max(), columns.min()) == (9.0, -4.0)


def test_only_training_curves_are_averaged() -> None:
    curve = Curve("validation", 0, "validation", 0.9)
    curve.append([0, 1], [1.0, 3.0])
    assert curve.shown(True).values.tolist() == [1.0, 3.0]


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="do not make points"):
        Curve("train", 0, "train", 0.0).append([1, 2], [1.0])
