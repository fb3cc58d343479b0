"""One curve: its points, their average, and what of them a plot of a given width has to paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from widgets.plots.axes import AxisRange
from widgets.plots.pyramid import Floats, GrowingArray, Pyramid
from widgets.plots.smoothing import Average

Part = Literal["train", "validation"]
Scale = Callable[[Floats], Floats]
"""From steps to their places on the x axis, such as epochs or seconds; it never falls."""


class Curve:
    """Points of growing step. A batch that begins at or before the last step replaces what lay there (a resumed run).

    Only training curves are averaged: a validation point already is the mean over the whole part.
    """

    def __init__(self, label: str, run: int, part: Part, smoothing: float) -> None:
        self.label = label
        self.full_name = ""
        self.run = run
        self.part = part
        self.shade = 0
        self._steps = GrowingArray()
        self._places = self._steps
        self._scale: Scale | None = None
        self._raw = Pyramid()
        self._smooth = Pyramid()
        self._average = Average(smoothing if part == "train" else 0.0)

    def __len__(self) -> int:
        return len(self._raw)

    @property
    def name(self) -> str:
        """What readouts and tables call the curve: its full name where it has one, else its label."""
        return self.full_name or self.label

    @property
    def scaled(self) -> bool:
        """Whether the points stand elsewhere than at their steps."""
        return self._scale is not None

    @property
    def steps(self) -> Floats:
        """The steps, shape (N,)."""
        return self._steps.view

    @property
    def places(self) -> Floats:
        """Where the points stand on the x axis, shape (N,): the steps themselves unless there is a scale."""
        return self._places.view

    def place(self, scale: Scale | None) -> None:
        """Put the points where ``scale`` says, and those to come; None puts them at their steps."""
        self._scale = scale
        self._places = self._steps if scale is None else GrowingArray()
        if scale is not None and len(self):
            self._places.put(0, scale(self.steps))

    @property
    def values(self) -> Floats:
        """The values as they came, shape (N,); what was not finite is NaN."""
        return self._raw.values

    def count_not_positive(self) -> int:
        """Return how many values are 0 or below: those that a logarithmic axis cannot show."""
        _, lows, _ = self._raw.buckets(0, len(self), 1)
        # The buckets say at once that there is none, which is so of most losses.
        return int(np.count_nonzero(self.values <= 0)) if (lows <= 0).any() else 0

    def shown(self, smooth: bool) -> Pyramid:
        """Return the averaged series, or the one that came."""
        return self._smooth if smooth and self._average.factor > 0 else self._raw

    def append(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Add N points. Values that are not finite leave a gap. Raises `ValueError` if the lengths differ."""
        new_steps = np.atleast_1d(np.asarray(steps, dtype=np.float64))
        new_values = np.atleast_1d(np.asarray(values, dtype=np.float64))
        if new_steps.shape != new_values.shape or new_steps.ndim != 1:
            raise ValueError(f"{new_steps.shape} steps and {new_values.shape} values do not make points")
        if not len(new_steps):
            return
        if (new_steps[1:] < new_steps[:-1]).any():
            order = np.argsort(new_steps, kind="stable")
            new_steps, new_values = new_steps[order], new_values[order]
        new_values = np.where(np.isfinite(new_values), new_values, np.nan)
        start = int(np.searchsorted(self.steps, new_steps[0])) if self._overlaps(new_steps[0]) else len(self)
        self._put(start, new_steps, new_values)

    def smooth(self, factor: float) -> None:
        """Average anew with another factor."""
        self._average = Average(factor if self.part == "train" else 0.0)
        if self._average.factor > 0:
            self._smooth.replace_from(0, self._average.feed(self.values))

    def _overlaps(self, step: float) -> bool:
        return len(self) > 0 and step <= self.steps[-1]

    def _put(self, start: int, steps: Floats, values: Floats) -> None:
        continued = start == len(self)
        self._steps.put(start, steps)
        if self._scale is not None:
            self._places.put(start, self._scale(steps))
        self._raw.replace_from(start, values)
        if self._average.factor <= 0:
            return
        if continued:
            self._smooth.append(self._average.feed(values))
        else:
            self.smooth(self._average.factor)

    def window(self, x: AxisRange) -> tuple[int, int]:
        """Return the indices of the points in view, with one more on each side so that lines reach the edges."""
        first, last = self.places.searchsorted((x.low, x.high))
        return max(int(first) - 1, 0), min(int(last) + 1, len(self))

    def columns(self, x: AxisRange, pixels: int, *, smooth: bool) -> tuple[Floats, Floats]:
        """Return the points to paint for `x` across `pixels` columns, at most about two per column.

        Where points are sparse they are the points themselves; where dense, least and greatest of each column.
        """
        start, stop = self.window(x)
        indices, low, high = self.shown(smooth).buckets(start, stop, pixels)
        places = self.places[indices]
        if len(indices) <= pixels:
            return places, low
        return _per_column(places, low, high, x, pixels)

    def value_at(self, place: float, *, smooth: bool) -> tuple[float, float] | None:
        """Return place and value of the point nearest to a place on the x axis, or None while there is none."""
        if not len(self):
            return None
        right = int(np.searchsorted(self.places, place))
        near = [index for index in (right - 1, right) if 0 <= index < len(self)]
        index = min(near, key=lambda i: abs(self.places[i] - place))
        return float(self.places[index]), float(self.shown(smooth).values[index])

    def point_at_step(self, step: float) -> tuple[float, float] | None:
        """Return place and value of the point of a step; None where there is none."""
        index = int(np.searchsorted(self.steps, step))
        if index >= len(self) or self.steps[index] != step:
            return None
        return float(self.places[index]), float(self._raw.values[index])


def _per_column(places: Floats, low: Floats, high: Floats, x: AxisRange, pixels: int) -> tuple[Floats, Floats]:
    column = np.floor((places - x.low) * (pixels / x.span)).astype(np.int64)
    begins = np.empty(len(column), dtype=bool)
    begins[0] = True
    np.not_equal(column[1:], column[:-1], out=begins[1:])
    starts = np.flatnonzero(begins)
    least = np.fmin.reduceat(low, starts)
    greatest = np.fmax.reduceat(high, starts)
    falling = np.empty(len(starts), dtype=bool)
    falling[0] = False
    np.less(least[1:] + greatest[1:], least[:-1] + greatest[:-1], out=falling[1:])
    values = np.empty(2 * len(starts))
    values[0::2] = np.where(falling, greatest, least)
    values[1::2] = np.where(falling, least, greatest)
    return np.repeat(places[starts], 2), values
