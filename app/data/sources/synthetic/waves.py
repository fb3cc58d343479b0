"""Synthetic time series: a noisy sine, a sum of seasons and a random walk, in windows to forecast."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo
from app.data.readers.windows import windows, windows_info
from app.data.sources.source import Source
from graph.layers.settings import setting


class _Wave(Source):
    """One value per time step, cut into windows."""

    unit: ClassVar[str] = ""

    steps: int = setting(1000, "Length of the whole series", minimum=20, maximum=1_000_000, unit="steps")
    window: int = setting(50, "How many steps the network sees", minimum=1, maximum=10_000, unit="steps")
    horizon: int = setting(1, "How many steps it forecasts", minimum=1, maximum=1000, unit="steps")
    stride: int = setting(1, "Steps from the start of one window to the next", minimum=1, maximum=10_000, unit="steps")
    noise: float = setting(0.1, "Standard deviation of what cannot be forecast", minimum=0, maximum=100)
    seed: int = setting(0, "Another number gives other noise", minimum=0, maximum=2**31 - 1)

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the windows."""
        named = (self.kind, self.title, self.summary())
        cut = (self.window, self.horizon, self.stride)
        more = self.feature_names()
        units = (self.unit, *(self.unit if " -" in name else "" for name in more)) if self.unit else ()
        return windows_info(named, self.steps, cut, ("value", *more), units, "value")

    def load(self, base: Path | None = None) -> Dataset:
        """The windows and the values after them."""
        rng = np.random.default_rng(self.seed)
        return windows(self.info(), self.with_features(self.series(rng), rng), 0, self.stride)

    def series(self, rng: np.random.Generator) -> Array:
        """The whole series (steps,)."""
        clean = self.wave(np.arange(self.steps, dtype=np.float64))
        return clean + self.noise * rng.normal(0.0, 1.0, self.steps)

    def feature_names(self) -> tuple[str, ...]:
        """What each step has beside the value."""
        return ()

    def with_features(self, series: Array, rng: np.random.Generator) -> Array:
        """The series (steps,) and what stands beside each value, as (steps, features)."""
        return series[:, None]

    def wave(self, step: Array) -> Array:
        """The series without noise, at the time steps ``step``."""
        raise NotImplementedError


class Sine(_Wave):
    """A sine wave with noise: forecast its next value from the last ones."""

    kind: ClassVar[str] = "sine"
    title: ClassVar[str] = "Noisy sine"
    rank: ClassVar[int] = 130

    period: float = setting(25.0, "Length of one wave", minimum=2, maximum=10_000, unit="steps")

    def wave(self, step: Array) -> Array:
        """Height 1, beginning at 0."""
        return np.sin(2 * np.pi * step / self.period)


class Seasons(_Wave):
    """A load measured every hour: a trend, a daily and a weekly season, and noise; forecast the next hour."""

    kind: ClassVar[str] = "seasons"
    title: ClassVar[str] = "Sum of seasons"
    rank: ClassVar[int] = 140
    unit: ClassVar[str] = "MW"

    steps: int = setting(2016, "Length of the whole series", minimum=20, maximum=1_000_000, unit="hours")
    window: int = setting(48, "How many hours the network sees", minimum=1, maximum=10_000, unit="hours")
    horizon: int = setting(1, "How many hours it forecasts", minimum=1, maximum=1000, unit="hours")
    noise: float = setting(0.5, "Standard deviation of what cannot be forecast", minimum=0, maximum=100, unit="MW")
    trend: float = setting(1.0, "Growth over a thousand hours", minimum=-1000, maximum=1000, unit="MW")
    daily: float = setting(5.0, "Height of the daily season", minimum=0, maximum=1000, unit="MW")
    weekly: float = setting(2.0, "Height of the weekly season", minimum=0, maximum=1000, unit="MW")
    calendar: bool = setting(False, "Add the place in the day and in the week, each as sine and cosine")
    lags: tuple[int, ...] = setting(
        (), "Add the load so many hours earlier, such as 24 and 168", minimum=1, maximum=100_000, unit="hours"
    )

    def feature_names(self) -> tuple[str, ...]:
        """Features of the calendar, and the load some hours earlier."""
        places = ("day sine", "day cosine", "week sine", "week cosine") if self.calendar else ()
        return (*places, *(f"value -{lag}" for lag in self.lags))

    def with_features(self, series: Array, rng: np.random.Generator) -> Array:
        """The load, the calendar, and earlier loads; hours before the series are made for them as well."""
        steps, longest = np.arange(self.steps), max(self.lags, default=0)
        columns = [series]
        if self.calendar:
            angles = [2 * np.pi * steps / hours for hours in (24, 168)]
            columns += [turn(angle) for angle in angles for turn in (np.sin, np.cos)]
        before = self.wave(np.arange(-longest, 0, dtype=np.float64))
        known = np.concatenate([before + self.noise * rng.normal(0.0, 1.0, longest), series])
        columns += [known[longest - lag : longest - lag + self.steps] for lag in self.lags]
        return np.stack(columns, axis=1)

    def wave(self, step: Array) -> Array:
        """Around 50 MW; the evening peak makes the day lopsided, as real loads are."""
        day = 2 * np.pi * step / 24
        season = self.daily * (np.sin(day) + 0.4 * np.sin(2 * day + 0.8))
        return 50.0 + self.trend * step / 1000 + season + self.weekly * np.sin(2 * np.pi * step / 168)


class RandomWalk(_Wave):
    """The price of a stock, made: each day it changes by a share that is drawn anew, whatever happened before.

    The expected price of every later day is that of today, so no forecast errs less than the last value.
    """

    kind: ClassVar[str] = "random_walk"
    title: ClassVar[str] = "Random walk"
    rank: ClassVar[int] = 145
    unit: ClassVar[str] = "€"

    steps: int = setting(1000, "Length of the whole series", minimum=20, maximum=1_000_000, unit="days")
    window: int = setting(20, "How many days the network sees", minimum=1, maximum=10_000, unit="days")
    horizon: int = setting(1, "How many days it forecasts", minimum=1, maximum=1000, unit="days")
    noise: float = setting(
        0.01, "Standard deviation of a day's change, as a share of the price", minimum=0, maximum=0.5
    )

    def series(self, rng: np.random.Generator) -> Array:
        """Beginning at 100; changes are as likely to be lost as won on average."""
        changes = self.noise * rng.normal(0.0, 1.0, self.steps - 1) - self.noise**2 / 2
        return np.asarray(100 * np.exp(np.concatenate([[0.0], np.cumsum(changes)])))
