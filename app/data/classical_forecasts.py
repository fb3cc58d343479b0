"""Classical forecasters, fitted to the training part of a series: moving averages, and ARIMA by statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array
from app.system.cancellation import cancellation_point

if TYPE_CHECKING:
    from statsmodels.tsa.arima.model import ARIMAResults

AVERAGED = 400
"""Most values of which an average is taken."""
LATEST = 500
"""Most values of a series that ARIMA is fitted to: the last ones."""
LEAST = 30
"""Values under which ARIMA is not fitted."""
SEEN = 64
"""Most values of a window that ARIMA looks at: the last ones."""
ORDERS = tuple((p, q) for p in range(3) for q in range(3))
"""Numbers of autoregressive and of moving-average terms that are compared by Akaike's criterion."""
STEADY = 0.05
"""A series whose unit root is less likely than this (augmented Dickey-Fuller test) is not differenced."""
ITERATIONS = 50
"""Steps of the search for the likeliest parameters, at most."""

Weigh = Callable[[int], Array]


def equal_weights(length: int) -> Array:
    """The weights of a moving average of ``length`` values, the oldest first; their sum is 1."""
    return np.full(length, 1 / length)


def rising_weights(length: int) -> Array:
    """The weights of a weighted moving average: 1, 2, ... ``length`` as shares of their sum, the latest the largest."""
    return np.arange(1, length + 1) / (length * (length + 1) / 2)


def averaged(past: Array, weights: Array, steps: int) -> Array:
    """The weighted average of the last values of windows (n, T), for each of ``steps`` (n, steps)."""
    means = past[:, -len(weights) :] @ weights
    return np.repeat(means[:, None], steps, axis=1)


def best_average(past: Array, ahead: Array, weigh: Weigh) -> Array:
    """The weights, of two values or more, with the least squared error on windows (n, T) and what follows (n, h)."""
    best, least = weigh(min(2, past.shape[1])), np.inf
    for length in range(2, min(past.shape[1], AVERAGED) + 1):
        cancellation_point()
        weights = weigh(length)
        error = float(np.square(averaged(past, weights, ahead.shape[1]) - ahead).mean())
        if error < least:
            best, least = weights, error
    return best


def unbroken(spans: Array, window: int) -> Array:
    """Places of the windows of the longest series without a gap, among ``spans`` (n, 2) in the order of the data.

    A window goes on with the series of the one before where it begins within it.
    """
    steps = np.diff(spans[:, 0])
    ends = [0, *(np.flatnonzero((steps < 1) | (steps > window)) + 1), len(spans)]
    longest = int(np.argmax(np.diff(ends)))
    return np.arange(ends[longest], ends[longest + 1])


def series_of(past: Array, starts: Array) -> Array:
    """The series (steps,) that windows (n, T) were cut from, which begin at ``starts`` (n,) and leave nothing out."""
    new = np.diff(starts)
    return np.concatenate([past[0], *(window[-count:] for window, count in zip(past[1:], new, strict=True))])


@dataclass(frozen=True, eq=False)
class Arima:
    """An autoregressive integrated moving average, as what it says of a window.

    With fixed parameters a forecast is linear in the values seen: ``constant`` (h,) and ``weights`` (T, h), the oldest
    value first. ``order`` is p, d and q.
    """

    order: tuple[int, int, int]
    constant: Array
    weights: Array

    @property
    def name(self) -> str:
        """As it is usually written: ``ARIMA(2, 1, 1)``."""
        return f"ARIMA({', '.join(map(str, self.order))})"

    def forecast(self, past: Array) -> Array:
        """What follows windows (n, T or more), as (n, h)."""
        return past[:, -len(self.weights) :] @ self.weights + self.constant


def arima(series: Array, seen: int, steps: int) -> Arima | None:
    """ARIMA for ``series`` (steps,), to forecast ``steps`` values from windows of ``seen``.

    It is differenced once where a unit root cannot be ruled out; p and q, 2 at most, are those of the least AIC. None
    where the series is short or constant, or statsmodels is not installed.
    """
    last = np.ascontiguousarray(series[-LATEST:], dtype=np.float64)
    if len(last) < LEAST or np.ptp(last) == 0 or find_spec("statsmodels") is None:
        return None
    return _fitted(last.tobytes(), min(seen, SEEN), steps)


@lru_cache(maxsize=8)
def _fitted(raw: bytes, seen: int, steps: int) -> Arima | None:
    """Kept for the next time: a view that is opened again asks again."""
    series = np.frombuffer(raw, np.float64)
    middle, size = float(series.mean()), float(series.std())
    import statsmodels.tsa.arima.model  # noqa: F401 - it sets filters of its own

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of a search that ends early, the best so far is taken
        best = _best((series - middle) / size)
        if best is None:
            return None
        answers = [_ahead(best, window, steps) for window in (np.zeros(seen), *np.eye(seen))]
    constant = answers[0]
    weights = np.stack(answers[1:]) - constant
    # In the series' own units: what was standardised is m + s z.
    return Arima(best.model.order, middle + size * constant - middle * weights.sum(axis=0), weights)


def _best(series: Array) -> ARIMAResults | None:
    from statsmodels.tsa.arima.model import ARIMA
    from statsmodels.tsa.stattools import adfuller

    differences = 0 if adfuller(series, result_object=True).pvalue < STEADY else 1
    fits = []
    for p, q in ORDERS:
        cancellation_point()
        try:
            model = ARIMA(series, order=(p, differences, q))
            fits.append(model.fit(method_kwargs={"maxiter": ITERATIONS}))
        except (ValueError, np.linalg.LinAlgError):  # no such parameters can be found
            continue
    known = [fit for fit in fits if np.isfinite(fit.aic)]
    return min(known, key=lambda fit: fit.aic) if known else None


def _ahead(fit: ARIMAResults, window: Array, steps: int) -> Array:
    """What a fitted model forecasts from ``window`` alone, as (steps,)."""
    cancellation_point()
    return np.asarray(fit.apply(window).forecast(steps), dtype=np.float64)
