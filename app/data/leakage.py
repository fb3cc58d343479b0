"""Data leakage: duplicates across the split, and features that number the samples or hold the target."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Array, Field, Task
from app.data.lazy_array import LazyArray, Values
from app.data.prepare import Prepared
from app.data.readers.likely_roles import is_called_identifier
from app.data.sources.synthetic.synthetic_source import SyntheticSource

COMPARED = 200_000
"""Samples of each set that are compared; more are taken evenly spaced."""
FEATURES = 20_000
"""The same where features are compared with the target."""
TOGETHER = 1 << 18
"""So many cells of samples are compared at a time."""


def leaks(prepared: Prepared) -> tuple[str, ...]:
    """A sentence for every sign of leakage; empty where there is none.

    Samples that are equal in training and in another part, features that only number the samples, and features that
    hold the target itself.
    """
    return duplicates(prepared) + _features(prepared)


def duplicates(prepared: Prepared) -> tuple[str, ...]:
    """Whether validation or test samples are also in the training set, with the same input and the same answer."""
    if prepared.dataset.task is Task.FORECASTING:
        return ()  # windows of a series that repeats itself are equal without harm
    if isinstance(prepared.choice.source, SyntheticSource):
        return ()  # drawn anew each, so a set shows how well new draws are answered, also where some are equal
    wanted = dict.fromkeys((*prepared.dataset.inputs, prepared.dataset.target))
    names = [name for name in wanted if name in prepared.train.arrays]
    known = _hashes([prepared.train.arrays[name] for name in names])
    found = []
    for part, title in (("validation", "validation"), ("test", "test")):
        arrays = prepared.parts[part].arrays
        here = _hashes([arrays[name] for name in names])
        same = int(np.isin(here, known).sum())
        if same:
            count = f"{same} of {len(here)} {title} samples are" if same > 1 else f"1 of {len(here)} {title} samples is"
            found.append(
                f"{count} also in the training set, so the {title} set flatters the network; remove duplicates, or "
                "keep what belongs together in one set."
            )
    return tuple(found)


def _hashes(arrays: list[Values]) -> Array:
    """A number for each sample that is equal for equal samples, int64 (n,)."""
    count = len(arrays[0])
    cut = slice(None, None, max(1, count // COMPARED))
    rng = np.random.default_rng(0)
    total = np.zeros(len(range(count)[cut]), dtype=np.uint64)
    if not count:
        return total  # a set that has no share of the samples
    for values in arrays:
        if isinstance(values, LazyArray):
            total += values.digests()[cut, 0]
            continue
        raw = np.ascontiguousarray(values[cut]).reshape(len(total), -1)
        words = raw.view(np.uint32 if raw.dtype.itemsize % 8 else np.uint64)
        factors = rng.integers(0, 2**63, words.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        # A random odd factor for every place, modulo 2^64: different samples meet with a chance of about 2^-60.
        step = max(1, TOGETHER // len(total))
        for start in range(0, len(factors), step):
            mixed = words[:, start : start + step].astype(np.uint64) * factors[start : start + step]
            total += (mixed ^ (mixed >> np.uint64(29))).sum(axis=1, dtype=np.uint64)
    return total


def _features(prepared: Prepared) -> tuple[str, ...]:
    """Features of vectors that number the samples or hold the answer."""
    found: list[str] = []
    target = prepared.dataset.target_field()
    for name in prepared.dataset.inputs:
        field = prepared.dataset.fields[name]
        if name == prepared.dataset.target or not field.names or field.values.ndim != 2 or not field.measured:
            continue
        cut = slice(None, None, max(1, len(field.values) // FEATURES))
        likely = _may_hold(np.asarray(field.values[cut]), target, cut)
        for place, feature in enumerate(field.names):
            if not likely[place] and not is_called_identifier(feature):
                continue
            column = field.values[cut, place].astype(np.float64)
            if _numbers_rows(feature, column):
                found.append(
                    f"Feature “{feature}” only numbers the samples; leave it out, or the network may learn their order."
                )
            elif _holds(column, target, cut):
                found.append(f"Feature “{feature}” holds the target itself; leave it out, or nothing is learned.")
    return tuple(found)


def _numbers_rows(name: str, column: Array) -> bool:
    if not is_called_identifier(name) or np.isnan(column).any():
        return False
    return len(column) > 2 and bool((column == np.round(column)).all()) and len(np.unique(column)) == len(column)


def _may_hold(values: Array, target: Field, cut: slice) -> Array:
    """Which of the features (n, features) may say the same as the target, bool (features,): those worth a closer look.

    A feature that tells classes apart has as many values as there are; one in proportion to an amount rises with it.
    """
    if target.classes:
        ordered = np.sort(values, axis=0)
        different = 1 + (ordered[1:] != ordered[:-1]).sum(axis=0)
        return np.asarray(different == len(np.unique(target.values[cut])))
    places = np.asarray(target.values[cut], np.float64).reshape(len(values), -1).argsort(axis=0)
    with np.errstate(invalid="ignore"):
        rises = [_is_monotonic(values[order]) for order in places.T]
    return np.asarray(np.any(rises, axis=0))


def _is_monotonic(values: Array) -> Array:
    """Which columns (n, columns) never fall, or never rise, but for what rounding does, bool (columns,)."""
    slack = 1e-3 * (values.max(axis=0) - values.min(axis=0))
    steps = np.diff(values, axis=0)
    return np.asarray((steps >= -slack).all(axis=0) | (steps <= slack).all(axis=0))


def _holds(column: Array, target: Field, cut: slice) -> bool:
    """Whether a feature and the target say the same: each class its own value, or amounts in proportion."""
    if np.isnan(column).any() or np.ptp(column) == 0 or len(column) < 10:
        return False
    if target.classes:
        pairs = len(np.unique(column + 1j * target.values[cut]))  # as complex numbers, which sort fast
        return bool(pairs == len(np.unique(column)) == len(np.unique(target.values[cut])))
    targets = target.values[cut].reshape(len(column), -1).astype(np.float64)
    return any(np.ptp(amounts) > 0 and abs(np.corrcoef(column, amounts)[0, 1]) > 1 - 1e-7 for amounts in targets.T)
