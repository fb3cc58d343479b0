"""Moving averages and ARIMA, as they answer from what a network's windows hold."""

from __future__ import annotations

import numpy as np
import pytest

from app.data import classical_forecasts
from app.data.baselines import baselines
from app.data.classical_forecasts import (
    SEEN,
    arima,
    averaged,
    best_average,
    equal_weights,
    rising_weights,
    series_of,
    unbroken,
)
from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.prepare import prepare
from app.system.cancellation import CancelledError, cancelled_where


def walk(steps: int = 300, seed: int = 1) -> Array:
    return np.asarray(np.random.default_rng(seed).normal(size=steps).cumsum())


def waves(steps: int = 300, seed: int = 0) -> Array:
    """An autoregression of second order around 20, which comes back to its mean."""
    noise, series = np.random.default_rng(seed).normal(size=steps), np.zeros(steps)
    for step in range(2, steps):
        series[step] = 1.2 * series[step - 1] - 0.6 * series[step - 2] + noise[step]
    return series + 20


def test_weights_sum_to_one_and_the_latest_is_the_largest() -> None:
    np.testing.assert_allclose(equal_weights(4), [0.25] * 4)
    np.testing.assert_allclose(rising_weights(4), [0.1, 0.2, 0.3, 0.4])


def test_an_average_is_that_of_the_last_values_for_every_step_ahead() -> None:
    past = np.array([[1.0, 2.0, 3.0, 6.0], [0.0, 0.0, 4.0, 8.0]])
    np.testing.assert_allclose(averaged(past, equal_weights(2), 3), [[4.5] * 3, [6.0] * 3])
    np.testing.assert_allclose(averaged(past, rising_weights(3), 1), [[(2 + 6 + 18) / 6], [(0 + 8 + 24) / 6]])


def test_the_length_of_an_average_is_found_on_the_training_set() -> None:
    rng = np.random.default_rng(0)
    windows = np.lib.stride_tricks.sliding_window_view(rng.normal(size=2000), 31)
    assert len(best_average(windows[:, :30], windows[:, 30:], equal_weights)) > 20  # of noise, the mean of many
    windows = np.lib.stride_tricks.sliding_window_view(walk(2000), 31)
    assert len(best_average(windows[:, :30], windows[:, 30:], equal_weights)) == 2  # of a walk, of few


def test_the_series_is_put_together_from_its_windows() -> None:
    series = np.arange(40.0)
    starts = np.arange(0, 30, 3)
    windows = np.lib.stride_tricks.sliding_window_view(series, 10)[starts]
    np.testing.assert_array_equal(series_of(windows, starts), series[:37])


@pytest.mark.parametrize(
    ("starts", "places"),
    [([0, 1, 2, 3], [0, 1, 2, 3]), ([0, 1, 20, 21, 22], [2, 3, 4]), ([0, 1, 2, 0, 1], [0, 1, 2]), ([5], [0])],
)
def test_the_longest_piece_without_a_gap_is_fitted(starts: list[int], places: list[int]) -> None:
    spans = np.stack([starts, np.array(starts) + 11], axis=1)
    assert unbroken(spans, 10).tolist() == places


@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize(("series", "differences"), [(waves(), 0), (walk() + 50, 1)])
def test_arima_answers_from_a_window_as_statsmodels_does(series: Array, differences: int, steps: int) -> None:
    from statsmodels.tsa.arima.model import ARIMA

    model = arima(series, 20, steps)
    assert model is not None and model.order[1] == differences
    fitted = ARIMA(series, order=model.order).fit(method_kwargs={"maxiter": 50})
    windows = np.stack([series[place : place + 20] for place in (0, 100, 250)])
    expected = [np.asarray(fitted.apply(window).forecast(steps)) for window in windows]
    np.testing.assert_allclose(model.forecast(windows), expected, atol=0.05)


def test_arima_of_a_random_walk_is_the_last_value() -> None:
    prepared = prepare(DataChoice.of("random_walk"))
    found = {one.name: one for one in baselines(prepared)}
    assert list(found) == [
        "last value",
        "moving average (2 values)",
        "weighted moving average (2 values)",
        "linear autoregression",
        "ARIMA(0, 1, 0)",
    ]
    last, other = found["last value"], found["ARIMA(0, 1, 0)"]
    np.testing.assert_allclose(other.predictions, last.predictions, rtol=1e-4)
    assert all(one.rmse >= 0.9999 * last.rmse for one in found.values() if one.rmse and last.rmse)


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("seed", range(5))
def test_nothing_beats_the_last_value_of_a_random_walk_by_more_than_chance(seed: int, horizon: int) -> None:
    prepared = prepare(DataChoice.of("random_walk", seed=seed, horizon=horizon))
    errors = [one.rmse for one in baselines(prepared) if one.rmse is not None]
    assert min(errors) > 0.97 * errors[0]


@pytest.mark.parametrize("series", [walk(20), np.ones(100)], ids=["short", "constant"])
def test_what_is_short_or_constant_has_no_arima(series: Array) -> None:
    assert arima(series, 10, 1) is None


@pytest.mark.parametrize("series", [np.arange(200.0), np.sin(np.arange(200.0)), np.arange(200.0) ** 2], ids=str)
def test_what_has_no_noise_is_forecast_or_left_out(series: Array) -> None:
    model = arima(series, 20, 1)
    assert model is None or np.isfinite(model.forecast(series[None, :20])).all()


def test_long_windows_and_series_cost_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical_forecasts, "ORDERS", ((1, 0),))
    model = arima(walk(50_000), 4_000, 2)
    assert model is not None and model.weights.shape == (SEEN, 2)
    assert model.forecast(np.ones((3, 4_000))).shape == (3, 2)


def test_a_fit_that_nobody_wants_any_more_ends() -> None:
    with cancelled_where(lambda: True), pytest.raises(CancelledError):
        arima(walk(seed=7), 20, 1)


def test_without_statsmodels_there_is_no_arima(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical_forecasts, "find_spec", lambda name: None)
    assert arima(walk(), 20, 1) is None
