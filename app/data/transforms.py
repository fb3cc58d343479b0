"""Transforms that are fitted on the training part alone, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from app.data.dataset import Array
from graph.shapes import Kind, Shape

FEATURE_AXIS: dict[Kind, int] = {Kind.VECTOR: 1, Kind.SEQUENCE: 2, Kind.IMAGE: 1, Kind.VIDEO: 2}
"""Axis of a batch along which each place has its own mean and deviation: features, or channels of pictures."""

CHUNK = 1_000_000
"""Values that are worked on at a time."""


def per_feature(values: Array, shape: Shape) -> Array:
    """View of ``values`` (N, *shape) as (rows, features): one column per feature or channel."""
    moved = np.moveaxis(values, FEATURE_AXIS[shape.kind], -1)
    return moved.reshape(-1, moved.shape[-1])


def medians(values: Array, shape: Shape) -> Array:
    """Median of each feature (features,), missing values left out; 0 for a feature that has no values."""
    columns = per_feature(values, shape)
    kept = [column[~np.isnan(column)] for column in columns.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in kept], dtype=np.float32)


def filled(values: Array, shape: Shape, fill: Array) -> Array:
    """``values`` with each NaN replaced by the entry of ``fill`` (features,) for its feature."""
    return np.where(np.isnan(values), _broadcast(fill, shape), values).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Standardise:
    """Subtracts a mean and divides by a deviation, per feature of vectors and sequences, per channel of pictures.

    ``mean`` and ``scale`` are float64 (features,). ``scale`` is 1 for a feature that never changes.
    """

    shape: Shape
    mean: Array
    scale: Array

    @classmethod
    def fit(cls, values: Array, shape: Shape) -> Self:
        """Measure mean and deviation of ``values`` (N, *shape), N at least 1."""
        count = values.size // shape.features
        mean = sum(per_feature(values[cut], shape).sum(axis=0, dtype=np.float64) for cut in _chunks(values)) / count
        squares = ((per_feature(values[cut], shape) - mean) ** 2 for cut in _chunks(values))
        deviation = np.sqrt(sum(square.sum(axis=0) for square in squares) / count)
        # Rounding leaves a constant feature with a deviation near its last digit, not at zero.
        still = deviation <= 1e-7 * np.maximum(np.abs(mean), 1e-12)
        return cls(shape, mean, np.where(still, 1.0, deviation))

    def apply(self, values: Array) -> Array:
        """``values`` (N, *shape) with mean 0 and deviation 1 where they were fitted, as float32."""
        mean, scale = _broadcast(self.mean, self.shape), _broadcast(self.scale, self.shape)
        return _by_chunks(values, lambda chunk: (chunk - mean) / scale)

    def undo(self, values: Array) -> Array:
        """Standardised ``values`` (N, *shape) in their own units again, as float32."""
        mean, scale = _broadcast(self.mean, self.shape), _broadcast(self.scale, self.shape)
        return _by_chunks(values, lambda chunk: chunk * scale + mean)

    def to_json(self) -> dict[str, Any]:
        """Mean and scale as plain JSON values, exact."""
        return {
            "kind": str(self.shape.kind),
            "shape": list(self.shape.sizes),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` gave, read again."""
        shape = Shape(Kind(values["kind"]), tuple(values["shape"]))
        return cls(shape, np.array(values["mean"], np.float64), np.array(values["scale"], np.float64))


def _broadcast(per_feature_values: Array, shape: Shape) -> Array:
    """(features,) reshaped to meet a batch (N, *shape)."""
    axes = [1] * (len(shape.sizes) + 1)
    axes[FEATURE_AXIS[shape.kind]] = len(per_feature_values)
    return per_feature_values.reshape(axes)


def _chunks(values: Array) -> Iterator[slice]:
    """Samples in pieces of about a million values: sums need 64 bits, but not a whole data set in 64 bits."""
    step = max(1, CHUNK // max(1, values[:1].size))
    return (slice(start, start + step) for start in range(0, len(values), step))


def _by_chunks(values: Array, transform: Callable[[Array], Array]) -> Array:
    result = np.empty(values.shape, dtype=np.float32)
    for cut in _chunks(values):
        result[cut] = transform(values[cut])
    return result
