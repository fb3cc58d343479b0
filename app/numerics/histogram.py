"""Histograms of any finite numbers, also of those so alike or so far apart that NumPy has no bins for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def histogram(values: NDArray[Any], bins: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Counts (bins,) and edges (bins + 1,) over all of ``values``, which are finite."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.histogram(values, bins=bins)
    except ValueError:  # their distance is less than so many numbers, or more than a number can be
        halves = values.astype(np.float64) / 2
        low, high = float(halves.min()), float(halves.max())
        least = bins * 4 * float(np.spacing(max(abs(low), abs(high))))
        margin = max(0.0, least - (high - low)) / 2
        counts, edges = np.histogram(halves, bins=bins, range=(low - margin, high + margin))
        return counts, edges * 2
