"""A growing series of values with the least and the greatest of every 4, 16, 64 ... of them kept at hand.

Whatever part of the series is in view, and however long it is, what a plot needs to paint it is a few values per
pixel column. Appending touches only the last bucket of each level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BRANCH = 4
"""How many buckets of one level make a bucket of the next."""


class GrowingArray:
    """A float64 array that grows at its end in amortised constant time."""

    def __init__(self) -> None:
        self._store: Floats = np.empty(256)
        self.size = 0

    @property
    def view(self) -> Floats:
        """The values so far, shape (size,). Valid until the next change."""
        return self._store[: self.size]

    def put(self, start: int, values: Floats) -> None:
        """Replace everything from `start` on by `values`."""
        size = start + len(values)
        if size > len(self._store):
            grown = np.empty(max(size, 2 * len(self._store)))
            grown[:start] = self._store[:start]
            self._store = grown
        self._store[start:size] = values
        self.size = size


class _Level:
    def __init__(self) -> None:
        self.low = GrowingArray()
        self.high = GrowingArray()


class Pyramid:
    """A series with a min-max pyramid above it. NaN stands for a gap; a bucket is NaN only if all its values are."""

    def __init__(self) -> None:
        self._values = GrowingArray()
        self._levels: list[_Level] = []

    def __len__(self) -> int:
        return self._values.size

    @property
    def values(self) -> Floats:
        """The series itself, shape (N,)."""
        return self._values.view

    def append(self, values: Floats) -> None:
        """Add values at the end."""
        self.replace_from(len(self), values)

    def replace_from(self, start: int, values: Floats) -> None:
        """Cut the series at `start` and continue it with `values`."""
        self._values.put(start, values)
        below_low, below_high = self._values, self._values
        depth = 0
        while below_low.size > BRANCH:
            if depth == len(self._levels):
                self._levels.append(_Level())
                start = 0
            level = self._levels[depth]
            start //= BRANCH
            level.low.put(start, _reduce(np.fmin, below_low.view[start * BRANCH :]))
            level.high.put(start, _reduce(np.fmax, below_high.view[start * BRANCH :]))
            below_low, below_high = level.low, level.high
            depth += 1
        del self._levels[depth:]

    def buckets(self, start: int, stop: int, wanted: int) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Return what to paint of `[start, stop)`: first index, least and greatest value of each bucket.

        There are at least `wanted` buckets where the series has so many values, and at most about 4 x `wanted`.
        """
        depth, width = 0, 1
        while depth < len(self._levels) and (stop - start) // (width * BRANCH) >= wanted:
            depth, width = depth + 1, width * BRANCH
        first, last = start // width, -(-stop // width)
        indices = np.arange(first, last) * width
        if depth == 0:
            return indices, self.values[first:last], self.values[first:last]
        level = self._levels[depth - 1]
        return indices, level.low.view[first:last], level.high.view[first:last]

    def extent(self, start: int, stop: int) -> tuple[float, float] | None:
        """Return least and greatest finite value of `[start, stop)` to the nearest bucket, or None if all is gap."""
        _, low, high = self.buckets(start, stop, 256)
        if not len(low) or np.isnan(low).all():
            return None
        return float(np.nanmin(low)), float(np.nanmax(high))


def _reduce(rule: np.ufunc, values: Floats) -> Floats:
    """Return `rule` over each run of `BRANCH` values; the last run may be short."""
    result: Floats = rule.reduceat(values, np.arange(0, len(values), BRANCH))
    return result
