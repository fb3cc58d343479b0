"""Standardisation and imputation: transforms that are fitted on the training set alone, and can be undone."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, Values
from graph.shapes import Kind, Shape

T = TypeVar("T")

FEATURE_AXIS: dict[Kind, int] = {Kind.VECTOR: 1, Kind.SEQUENCE: 2, Kind.IMAGE: 1, Kind.VIDEO: 2}
"""Axis of a batch along which each place has its own mean and deviation: features, or channels of pictures."""

FEW = 16
"""Fewer pieces than this are not worth a second thread."""
FINE = 1e-4
"""Rounding to 32 bits may move a number by so many deviations at most, or it is kept in 64."""
CHUNK = 1 << 16
"""Values that are worked on at a time: few enough to stay in a core's cache, in 64 bits too."""


def blurred(largest: Array, deviation: Array) -> Array:
    """Whether rounding to 32 bits moves numbers up to ``largest`` by more than `FINE` of their ``deviation``, bool."""
    return np.asarray(largest * 2.0**-24 > FINE * deviation)


def per_feature(values: Array, shape: Shape) -> Array:
    """View of ``values`` (N, *shape) as (rows, features): one column per feature or channel."""
    moved = np.moveaxis(values, FEATURE_AXIS[shape.kind], -1)
    return moved.reshape(-1, moved.shape[-1])


def medians(values: Array, shape: Shape) -> Array:
    """Median of each feature (features,), missing values left out; 0 for a feature that has no values."""
    columns = per_feature(values, shape)
    kept = [column[~np.isnan(column)] for column in columns.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in kept], dtype=values.dtype)


def filled(values: Array, shape: Shape, fill: Array) -> Array:
    """``values`` with each NaN replaced by the entry of ``fill`` (features,) for its feature."""
    return np.where(np.isnan(values), broadcast(fill, shape), values).astype(values.dtype)


@dataclass(frozen=True, eq=False)
class Standardise:
    """Subtracts a mean and divides by a deviation, per feature of vectors and sequences, per channel of pictures.

    ``mean`` and ``scale`` are float64 (features,). ``scale`` is 1 for a feature that never changes.
    """

    shape: Shape
    mean: Array
    scale: Array

    @classmethod
    def fit(cls, values: Values, shape: Shape) -> Self:
        """Measure mean and deviation of ``values`` (N, *shape), N at least 1, in one pass."""
        if isinstance(values, LazyArray) and values.has_moments:
            return cls._of(shape, *values.moments())
        count, mean, spread = 0, np.zeros(shape.features), np.zeros(shape.features)
        for rows, middle, squares in side_by_side(lambda cut: _moments(values[cut], shape), chunks(values)):
            # Chan's rule joins the moments of two sets without looking at either again.
            shift, total = middle - mean, count + rows
            spread += squares + shift**2 * (count * rows / total)
            mean += shift * (rows / total)
            count = total
        return cls._of(shape, count, mean, spread, values.dtype == np.float64)

    @classmethod
    def _of(cls, shape: Shape, count: int, mean: Array, spread: Array, wide: bool = False) -> Self:
        """By the number of values per feature, their means, and the sums of their squared distances from them."""
        deviation = np.sqrt(spread / count)
        # Rounding leaves a constant feature with a deviation near its last digit, not at zero.
        still = deviation <= (1e-14 if wide else 1e-7) * np.maximum(np.abs(mean), 1e-12)
        return cls(shape, mean, np.where(still, 1.0, deviation))

    def apply(self, values: Array, out: Array | None = None) -> Array:
        """``values`` (N, *shape) with mean 0 and deviation 1 where they were fitted, as float32.

        ``out`` takes the result; it may be ``values`` itself, which then needs no further memory.
        """
        mean, scale = broadcast(self.mean, self.shape), broadcast(self.scale, self.shape)
        return _by_chunks(
            values, lambda chunk, into: np.divide(chunk - mean, scale, out=into, casting="same_kind"), out
        )

    def undo(self, values: Array) -> Array:
        """Standardised ``values`` (N, *shape) in their own units again, as float32; as float64 where that is `wide`."""
        mean, scale = broadcast(self.mean, self.shape), broadcast(self.scale, self.shape)
        out = np.empty(values.shape, np.float64 if self.wide else np.float32)
        return _by_chunks(values, lambda chunk, into: np.add(chunk * scale, mean, out=into, casting="same_kind"), out)

    @property
    def wide(self) -> bool:
        """Whether 32 bits are too few for values in their own units."""
        return bool(blurred(np.abs(self.mean), self.scale).any())

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


def broadcast(per_feature_values: Array, shape: Shape) -> Array:
    """(features,) reshaped to meet a batch (N, *shape)."""
    axes = [1] * (len(shape.sizes) + 1)
    axes[FEATURE_AXIS[shape.kind]] = len(per_feature_values)
    return per_feature_values.reshape(axes)


def chunks(values: Values) -> Iterator[slice]:
    """Samples in pieces of about `CHUNK` values: sums need 64 bits, but not a whole data set in 64 bits."""
    step = max(1, CHUNK // max(1, math.prod(values.shape[1:])))
    return (slice(start, start + step) for start in range(0, len(values), step))


def side_by_side(work: Callable[[slice], T], cuts: Iterable[slice]) -> Iterator[T]:
    """What ``work`` gives for each of ``cuts``, in their order; many are worked on by several threads."""
    listed = list(cuts)
    threads = min(4, os.cpu_count() or 1, len(listed) // FEW)
    if threads < 2:
        yield from map(work, listed)
        return
    # Handing over takes as long as a piece, so several are handed over at once; a few times as many as there are
    # threads, that all end at about the same time.
    length = -(-len(listed) // (4 * threads))
    groups = [listed[start : start + length] for start in range(0, len(listed), length)]
    with ThreadPoolExecutor(threads) as pool:
        for found in pool.map(lambda group: [work(cut) for cut in group], groups):
            yield from found


def extent(values: Values) -> tuple[float, float]:
    """The smallest and the largest of ``values`` (N, ...), of which there are some."""
    ends = [(values[cut].min(), values[cut].max()) for cut in chunks(values)]
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))


def all_finite(values: Array) -> bool:
    """Whether no value is NaN or infinite."""
    return all(side_by_side(lambda cut: bool(np.isfinite(values[cut]).all()), chunks(values)))


def has_gaps(values: Array) -> bool:
    """Whether a value is NaN."""
    return any(side_by_side(lambda cut: bool(np.isnan(values[cut]).any()), chunks(values)))


def _moments(values: Array, shape: Shape) -> tuple[int, Array, Array]:
    """Number of values per feature, their means, and the sums of their squared distances from them."""
    columns = per_feature(values, shape).astype(np.float64)
    ones = np.ones(len(columns))
    mean = ones @ columns / len(columns)
    columns -= mean
    return len(columns), mean, ones @ (columns * columns)


def taken(values: Array, indices: Array) -> Array:
    """The samples of ``values`` (N, ...) at ``indices`` (n,), contiguous, a copy."""
    result = np.empty((len(indices), *values.shape[1:]), values.dtype)

    def fill(cut: slice) -> None:
        np.take(values, indices[cut], axis=0, out=result[cut], mode="clip")  # any other mode copies twice

    for _ in side_by_side(fill, chunks(result)):
        pass
    return result


def _by_chunks(values: Array, transform: Callable[[Array, Array], object], out: Array | None = None) -> Array:
    """What ``transform`` makes of each piece, written into the array (N, *shape) of float32 that it is given."""
    result = np.empty(values.shape, dtype=np.float32) if out is None else out

    def fill(cut: slice) -> None:
        transform(values[cut], result[cut])

    for _ in side_by_side(fill, chunks(values)):
        pass
    return result
