"""Arrays of new samples in the shapes that a network reads: an axis of samples in front, and numbers of float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.data.dataset import Array
from graph.checking.data_fit import sizes_fit
from graph.errors import NetloomError
from graph.shapes import Kind, Shape, format_sizes

LARGEST_NUMBER = float(np.finfo(np.float32).max)
"""The largest number in which a network can calculate."""


def shaped(values: Array, shape: Shape, place: str, gaps: bool = False) -> Array:
    """``values`` as samples (n, *shape); with ``gaps``, NaN stands for what is missing and is filled later."""
    if values.dtype.kind not in "biuf":
        raise NetloomError(f"{place} holds {values.dtype} values; numbers are needed.")
    arranged = _arranged(values, shape)
    if arranged is None or not len(arranged):
        sizes = format_sizes(values.shape) or "a single number"
        raise NetloomError(f"{place} holds {sizes} numbers, but the network reads {shape.described()}.")
    if (np.abs(arranged) > LARGEST_NUMBER).any():
        raise too_large(place)
    if not (np.isfinite(arranged) | (gaps & np.isnan(arranged))).all():
        raise NetloomError(f"{place} has missing or infinite numbers; the network needs every one.")
    kind: Any = np.int64 if shape.kind is Kind.TOKENS else np.float64 if values.dtype == np.float64 else np.float32
    return np.ascontiguousarray(arranged, dtype=kind)


def _arranged(values: Array, shape: Shape) -> Array | None:
    """``values`` with an axis of samples in front, or None where the sizes cannot be made to agree."""
    sizes = shape.sizes
    if sizes_fit(values.shape, sizes):
        return values[None]
    if sizes_fit(values.shape[1:], sizes):
        return values
    if shape.kind is Kind.IMAGE and sizes_fit(values.shape[-3:], (*sizes[1:], sizes[0])):
        return _arranged(np.moveaxis(values, -1, -3), shape)  # channels stand last, as in most files of pictures
    if shape.kind is Kind.SEQUENCE and shape.time and values.ndim <= 2 and values.size % shape.features == 0:
        steps = values.reshape(-1, shape.features) if values.ndim < 2 else values
        if steps.shape[1] == shape.features and len(steps) > shape.time:
            return steps[None, -shape.time :]  # of a longer series the latest steps are read
    count = shape.elements
    if count is None:
        return values.reshape(1, -1, shape.features) if values.ndim == 1 and values.size else None
    rows = values.ndim == 2 and values.shape[1] == count
    grey = shape.kind is Kind.IMAGE and values.shape[-2:] == sizes[1:] and shape.features == 1 and values.ndim == 3
    if rows or grey or values.size == count:
        return values.reshape(-1, *(size or 1 for size in sizes))
    return None


def too_large(place: str) -> NetloomError:
    """The error for a number that float32, in which networks calculate, cannot hold."""
    return NetloomError(
        f"{place} has a number beyond 3.4 × 10³⁸, which is larger than float32 can hold; correct it or take it out."
    )
