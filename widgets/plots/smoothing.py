"""The debiased exponential average that smooths curves, computed only for what is new.

s_t = a s_(t-1) + (1 - a) x_t, shown as s_t / (1 - a^t), so that the first points are not drawn towards zero.
"""

from __future__ import annotations

import numpy as np

from widgets.plots.pyramid import Floats

_NEGLIGIBLE = 1e-12


class Average:
    """A running average with factor `factor` (0 shows the values themselves; towards 1 it forgets more slowly)."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._state = 0.0
        self._count = 0

    def feed(self, values: Floats) -> Floats:
        """Return the average at each of `values`, shape (N,), which continue what was fed before.

        NaN stays NaN in the result and leaves the average as it was.
        """
        finite = ~np.isnan(values)
        if self.factor <= 0 or not finite.any():
            return values.copy()
        result = np.full(len(values), np.nan)
        result[finite] = self._feed_finite(values[finite])
        return result

    def _feed_finite(self, values: Floats) -> Floats:
        steps = np.arange(1, len(values) + 1, dtype=np.float64)
        sums = _decaying_sums((1.0 - self.factor) * values, self.factor)
        sums += self._state * self.factor**steps
        weights = 1.0 - self.factor ** (self._count + steps)
        self._state = float(sums[-1])
        self._count += len(values)
        averages: Floats = sums / weights
        return averages


def _decaying_sums(values: Floats, factor: float) -> Floats:
    """Return y_t = sum over j of factor^j values_(t-j), by doubling the number of terms in each pass."""
    sums = values.copy()
    shift, weight = 1, factor
    while shift < len(sums) and weight > _NEGLIGIBLE:
        sums[shift:] += weight * sums[:-shift].copy()
        shift, weight = 2 * shift, weight * weight
    return sums
