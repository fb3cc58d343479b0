"""Ticks stand on round values; numbers are written for people."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.plots.end_labels import spread
from widgets.plots.ticks import linear_ticks, log_ticks, number, padded


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6), wanted=st.integers(2, 12))
def test_linear_ticks_lie_within_and_are_about_as_many_as_wanted(low: float, span: float, wanted: int) -> None:
    ticks = linear_ticks(low, low + span, wanted)
    assert 1 <= len(ticks) <= wanted + 1 or wanted <= 3
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)


def test_log_ticks_stand_on_one_two_and_five() -> None:
    assert [round(10**tick, 6) for tick in log_ticks(-1.0, 1.0, 5)] == [0.1, 0.2, 0.5, 1, 2, 5, 10]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234.0, "1234"),
        (1960.0, "1960"),
        (12345.0, "12,345"),
        (0.25, "0.25"),
        (-3.5, "−3.5"),
        (1e-6, "1e−6"),
        (float("nan"), "not a number"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_a_single_value_gets_room() -> None:
    assert padded(2.0, 2.0) == (0.0, 4.0) and padded(-2.0, -2.0) == (-4.0, 0.0)
    low, high = padded(0.0, 0.0)
    assert low <= 0.0 < high


def test_labels_are_moved_apart_within_bounds() -> None:
    rows = spread([50.0, 51.0, 52.0, 99.0], [12.0] * 4, 0.0, 100.0)
    assert all(later - earlier >= 12.0 for earlier, later in itertools.pairwise(rows))
    assert rows[-1] <= 100.0


def test_labels_of_several_lines_keep_clear_of_each_other_and_of_the_ends() -> None:
    heights = [36.0, 12.0, 24.0, 36.0]
    rows = spread([0.0, 3.0, 60.0, 100.0], heights, 0.0, 110.0)
    spans = [(row - height / 2, row + height / 2) for row, height in zip(rows, heights, strict=True)]
    assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(spans))
    assert spans[0][0] >= -6.0 and spans[-1][1] <= 116.0, "half a line of the outermost may reach beyond"
