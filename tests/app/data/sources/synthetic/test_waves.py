"""The sum of seasons with calendar and lag features beside the load."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.sources.synthetic.waves import RandomWalk, Seasons


def test_features_leave_the_load_and_the_windows_as_they_are() -> None:
    plain = Seasons(steps=400, window=12).load()
    rich = Seasons(steps=400, window=12, calendar=True, lags=(24, 168)).load()
    load, seen = plain.input_field().values, rich.input_field().values
    assert rich.input_field().names == (
        "value", "day sine", "day cosine", "week sine", "week cosine", "value -24", "value -168",
    )  # fmt: skip
    assert rich.input_field().units == ("MW", "", "", "", "", "MW", "MW")
    assert seen.shape == (len(load), 12, 7)
    np.testing.assert_array_equal(seen[..., 0], load[..., 0])
    np.testing.assert_array_equal(rich.target_field().values, plain.target_field().values)


def test_the_calendar_turns_once_a_day_and_once_a_week() -> None:
    seen = np.asarray(Seasons(steps=400, window=12, calendar=True).load().input_field().values)
    hours = np.arange(len(seen))[:, None] + np.arange(12)
    for place, length in ((1, 24), (3, 168)):
        np.testing.assert_allclose(seen[..., place], np.sin(2 * np.pi * hours / length), atol=1e-5)
        np.testing.assert_allclose(seen[..., place + 1], np.cos(2 * np.pi * hours / length), atol=1e-5)


def test_lags_are_the_load_so_many_hours_earlier_from_the_first_hour_on() -> None:
    seen = np.asarray(Seasons(steps=400, window=12, lags=(24, 168)).load().input_field().values)
    for place, lag in ((1, 24), (2, 168)):
        np.testing.assert_array_equal(seen[lag:, :, place], seen[:-lag, :, 0])
    # The hours before the series lie on the same seasons: a week earlier all but the noise is the same.
    assert np.abs(seen[:24, :, 2] - seen[168:192, :, 2]).max() < 6 * 0.5


def test_a_random_walk_changes_by_shares_that_are_drawn_anew() -> None:
    source = RandomWalk(steps=20_000, noise=0.02)
    price = source.series(np.random.default_rng(source.seed))
    assert price[0] == 100 and price.min() > 0
    changes = np.diff(np.log(price))
    assert changes.std() == pytest.approx(0.02, rel=0.02)
    assert abs(np.corrcoef(changes[1:], changes[:-1])[0, 1]) < 0.03
    assert np.exp(changes).mean() == pytest.approx(1, abs=5e-4)  # tomorrow's price is expected to be today's
    loaded = source.load()
    np.testing.assert_allclose(loaded.target_field().values[:, 0], price[20:], rtol=1e-6)
    assert loaded.input_field().units == ("€",)
