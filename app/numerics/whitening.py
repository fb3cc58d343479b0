"""What is done to columns before a network reads them: mean removal, scaling, decorrelation, whitening.

Covariances divide by n - 1, as `numpy.cov` and scikit-learn's ``PCA(whiten=True)`` do; deviations of scaling by n, as
standardising does everywhere here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEAST = 1e-12
"""Share of the largest eigenvalue below which a direction has no spread, and is left as it is."""


class Preparation(StrEnum):
    """The four steps, in their order."""

    MEAN = "mean removal"
    SCALE = "scaling"
    DECORRELATE = "decorrelation"
    WHITEN = "whitening"


@dataclass(frozen=True, eq=False)
class Whitening:
    """What is subtracted from d columns, divided by, turned by, and divided by again.

    ``mean`` and ``scale`` are (d,); ``vectors`` (d, d) has the covariance's eigenvectors as columns, ``variances`` (d,)
    their eigenvalues, largest first. ``scale`` is 1 where a column does not change, or where nothing is scaled.
    """

    mean: Numbers
    scale: Numbers
    vectors: Numbers
    variances: Numbers

    @classmethod
    def fit(cls, values: Numbers, *, scaled: bool = True) -> Self:
        """Measure ``values`` (n, d), n at least 2; ``scaled`` divides by deviations before the covariance is taken.

        Raises
        ------
        ValueError
            if there are fewer than two samples.
        """
        if len(values) < 2:
            raise ValueError("a covariance needs two samples")
        mean, spread = values.mean(axis=0), values.std(axis=0)
        changes = spread > 1e-12 * np.maximum(np.abs(mean), 1e-12)
        scale = np.where(changes, spread, 1.0) if scaled else np.ones_like(spread)
        variances, vectors = np.linalg.eigh(covariance((values - mean) / scale))
        order = np.argsort(variances)[::-1]
        vectors = vectors[:, order]
        # An eigenvector may point either way: its largest part is positive, so that the same data look the same.
        largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(mean))]
        return cls(mean, scale, vectors * np.where(largest < 0, -1.0, 1.0), np.maximum(variances[order], 0.0))

    @property
    def deviations(self) -> Numbers:
        """Deviation along each eigenvector (d,); 1 where there is none."""
        least = LEAST * max(float(self.variances[0]), 1e-300)
        return np.sqrt(np.where(self.variances > least, self.variances, 1.0))

    def apply(self, values: Numbers, last: Preparation = Preparation.WHITEN) -> Numbers:
        """``values`` (n, d) after all steps up to ``last``."""
        result = values - self.mean
        if last is Preparation.MEAN:
            return result
        result = result / self.scale
        if last is Preparation.SCALE:
            return result
        result = result @ self.vectors
        return result if last is Preparation.DECORRELATE else result / self.deviations

    def undo(self, values: Numbers) -> Numbers:
        """Whitened ``values`` (n, d) in their own units again."""
        return (values * self.deviations) @ self.vectors.T * self.scale + self.mean


def covariance(values: Numbers) -> Numbers:
    """The covariance matrix (d, d) of ``values`` (n, d), n at least 2."""
    centred = values - values.mean(axis=0)
    products: Numbers = centred.T @ centred
    return products / (len(values) - 1)
