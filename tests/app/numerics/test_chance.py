"""Intervals and tests of differences, held against numbers worked out by hand or printed in the papers."""

from __future__ import annotations

import math

import pytest

from app.numerics.chance import Interval, at_most, difference_of_shares, mcnemar, mean_difference, rmse_interval, share


def test_the_interval_of_a_share_is_that_of_newcombes_paper() -> None:
    found = share(81, 263)
    assert (found.low, found.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert share(0, 20).low == pytest.approx(0) and share(0, 20).high == pytest.approx(0.1611, abs=5e-5)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_the_interval_of_a_difference_is_that_of_newcombes_paper(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of_shares(*now, *before)
    assert found.low == pytest.approx(low, abs=5e-5) and found.high == pytest.approx(high, abs=5e-5)
    mirrored = difference_of_shares(*before, *now)
    assert (mirrored.low, mirrored.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_seven_tenths_of_a_point_on_few_samples_may_be_chance() -> None:
    # 270 samples of 96.7 and 97.4 %: two samples; on a hundred times as many it is none.
    assert difference_of_shares(263, 270, 261, 270).holds_zero
    assert not difference_of_shares(26_300, 27_000, 26_100, 27_000).holds_zero


@pytest.mark.parametrize(
    ("now", "before", "probability"),
    [
        (9, 6, 2 * (1 + 15 + 105 + 455 + 1365 + 3003 + 5005) / 2**15),
        (1, 9, 2 * (1 + 10) / 2**10),
        (5, 0, 2 / 2**5),
        (4, 4, 1.0),
        (0, 0, 1.0),
    ],
)
def test_a_division_of_samples_is_as_probable_as_a_coin_makes_it(now: int, before: int, probability: float) -> None:
    assert mcnemar(now, before) == pytest.approx(probability, rel=1e-9)
    assert mcnemar(before, now) == pytest.approx(probability, rel=1e-9)


def test_many_samples_take_no_time_and_no_overflow() -> None:
    assert 0 <= mcnemar(6_000, 4_000) < 1e-60
    assert mcnemar(5_001, 4_999) == pytest.approx(1.0, abs=0.02)


def test_the_mean_of_differences_has_students_interval() -> None:
    found = mean_difference([1, 2, 3, 4, 5, 6])  # mean 3.5, standard deviation sqrt(3.5), t of 5 degrees 2.5706
    half = 2.5706 * math.sqrt(3.5 / 6)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(3.5 - half, abs=3e-3), pytest.approx(3.5 + half, abs=3e-3))
    wide = mean_difference([-1.0, 1.0] * 50)
    assert wide is not None and wide.holds_zero and wide.high == pytest.approx(0.1994, abs=1e-4)
    assert mean_difference([1.0, 2.0, 3.0, 4.0]) is None and mean_difference([math.nan] * 9) is None
    assert mean_difference([0.5] * 9) == Interval(0.5, 0.5)


@pytest.mark.parametrize(
    ("samples", "low", "high"),
    # Chi-squared of 9 and 30 degrees of freedom: 2.700 to 19.023, 16.791 to 46.979.
    [(9, (9 / 19.023) ** 0.5, (9 / 2.700) ** 0.5), (30, (30 / 46.979) ** 0.5, (30 / 16.791) ** 0.5)],
)
def test_an_rmse_on_few_samples_is_known_roughly(samples: int, low: float, high: float) -> None:
    interval = rmse_interval(2.0, samples)
    assert interval.low == pytest.approx(2 * low, rel=0.01) and interval.high == pytest.approx(2 * high, rel=0.01)


def test_at_most_so_many_are_right_as_often_as_the_binomial_says() -> None:
    assert at_most(8, 9, 0.99) == pytest.approx(1 - 0.99**9)
    assert at_most(1, 3, 0.5) == pytest.approx(0.5) and at_most(3, 3, 0.9) == pytest.approx(1)
