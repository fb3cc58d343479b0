"""Padding of samples of unequal length: the field of lengths, masking with NaN, and filling up with zeros."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.data.dataset import Array, FieldInfo
from graph.errors import NetloomError
from graph.shapes import vector


def lengths_field(name: str = "length") -> FieldInfo:
    """A field that says how many steps of each sample count, int64 (N, 1)."""
    return FieldInfo(name, vector(1), names=(name,), units=("steps",), fixed=True)


def only_own(values: Array, lengths: Array) -> Array:
    """``values`` float32 (n, T, ...) with NaN behind each sample's own steps; ``lengths`` is (n,) or (n, 1)."""
    behind = np.arange(values.shape[1]) >= np.asarray(lengths).reshape(-1, 1)
    return np.where(behind.reshape(*behind.shape, *(1,) * (values.ndim - 2)), np.float32(np.nan), values)


def own_steps(values: Array, lengths: Array) -> Array:
    """The steps (steps, 1, ...) of ``values`` (n, T, ...) that count; ``lengths`` is (n,) or (n, 1)."""
    counted = np.arange(values.shape[1]) < np.asarray(lengths).reshape(-1, 1)
    return values[counted][:, None]


def blank_padding(values: Array, lengths: Array) -> Array:
    """``values`` (n, T, ...) with 0 behind each sample's own steps, changed where they stand.

    ``lengths`` is (n,) or (n, 1).
    """
    values[np.arange(values.shape[1]) >= np.asarray(lengths).reshape(-1, 1)] = 0
    return values


def even(value: Any) -> Any:
    """Lists of steps made equally long with NaN behind the shorter ones; anything else as it is.

    A list of samples is taken for one where its lists differ in length.
    """
    if not isinstance(value, list) or not all(isinstance(steps, list) and steps for steps in value):
        return value
    longest = max((len(steps) for steps in value), default=0)
    first = value[0][0] if value else None
    width = len(first) if isinstance(first, list) else 0
    blank = [math.nan] * width if width else math.nan
    return [steps + [blank] * (longest - len(steps)) for steps in value]


def padded(values: Array, field: FieldInfo, place: str) -> tuple[Array, Array]:
    """Samples that a network reads as ``field``, filled up with zeros, and how many steps of each count.

    Parameters
    ----------
    values
        one sample (t, ...) or several (n, t, ...), whose padding is NaN, or 0 where they are tokens.
    field
        with the shape in which the network reads it; where its time is known, no more steps than that fit.
    place
        begins the sentence of an error.

    Returns
    -------
    tuple
        the samples (n, T, ...), and int64 (n, 1).

    Raises
    ------
    NetloomError
        if a sample is longer than what the network takes.
    """
    axes = len(field.shape.sizes)
    samples = values[None] if values.ndim == axes else values
    most = field.shape.time
    if samples.ndim != axes + 1 or not samples.size or samples.dtype.kind not in "biuf":
        return values, np.zeros((0, 1), np.int64)  # refused where sizes are checked
    filled: Array = (samples != 0) & ~np.isnan(samples) if field.vocabulary else ~np.isnan(samples)
    own: Array = filled.reshape(*samples.shape[:2], -1).max(axis=2)
    steps = np.maximum(own.shape[1] - np.argmax(own[:, ::-1], axis=1), 1) * own.max(axis=1)
    longest = int(steps.max())
    if most is not None and longest > most:
        raise NetloomError(
            f"{place} has {longest} steps, but this network takes {most} at most: it was made for that many. A "
            "recurrent network whose input leaves the number of steps open takes any number."
        )
    room = np.zeros((len(samples), most or longest or 1, *samples.shape[2:]), dtype=np.float64)
    kept = min(room.shape[1], samples.shape[1])
    room[:, :kept] = np.nan_to_num(samples[:, :kept])
    return room, np.maximum(steps, 1).astype(np.int64).reshape(-1, 1)
