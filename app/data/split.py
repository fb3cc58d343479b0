"""Train, validation and test split: shuffled, stratified, by groups, by time, or as the data is divided already."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Self

import numpy as np
from pydantic import ConfigDict, model_validator

from app.data.dataset import Array, DatasetInfo
from app.system.number_format import format_percent
from graph.errors import NetloomError
from graph.layers.declared import Declared
from graph.layers.settings import setting

PARTS = ("train", "validation", "test")
"""Names of the sets of a split, in their order."""
NAMES = {"train": "training", "validation": "validation", "test": "test"}
"""What the sets are called in sentences."""
MOST_TRIED = 1_000
"""Numbers of samples up to which the least that is enough is sought."""


class Split(Declared):
    """How samples are divided. Windows of a series are divided by time whatever ``stratified`` says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    train: float = setting(0.7, "Share of the samples that the network learns from", minimum=0.01, maximum=1)
    validation: float = setting(0.15, "Share that shows during training how well it does", minimum=0, maximum=0.98)
    test: float = setting(0.15, "Share that is kept for the end", minimum=0, maximum=0.98)
    seed: int = setting(0, "Another number divides the samples otherwise", minimum=0, maximum=2**31 - 1)
    stratified: bool = setting(True, "Give every set the same mixture of classes")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.validation + self.test
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the shares of training, validation and test must add up to 1, not {total:g}")
        return self

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of the parts, in their order."""
        return self.train, self.validation, self.test


class EmptyPartError(NetloomError):
    """A set that has a share of the samples would hold none of them."""


@dataclass(frozen=True, eq=False)
class Indices:
    """Which samples are in which part: int64 arrays, ascending, without overlap."""

    train: Array
    validation: Array
    test: Array

    def parts(self) -> tuple[tuple[str, Array], ...]:
        """Name and indices of each part."""
        return tuple(zip(PARTS, (self.train, self.validation, self.test), strict=True))


def split(
    choice: Split,
    samples: int,
    labels: Array | None = None,
    spans: Array | None = None,
    groups: Array | None = None,
    given: Array | None = None,
) -> Indices:
    """Divide ``samples`` samples into parts.

    Parameters
    ----------
    choice
        the shares and the seed.
    samples
        number of samples.
    labels
        class numbers (N,); with ``choice.stratified``, each part holds each class in its share to within one sample.
    spans
        time steps (N, 2) that each sample uses, first and one after the last. Then the parts follow each other in
        time, no sample uses steps of two parts, and samples that straddle a boundary are left out.
    groups
        number of the group (N,) of each sample. Then whole groups go to a part, whatever the time.
    given
        part (N,) that each sample is in already. Then only parts that it leaves empty are taken out of the training
        part, by their shares.

    Raises
    ------
    NetloomError
        if a part with a share above zero would have no sample.
    """
    if given is not None:
        indices = _as_given(choice, labels, spans, groups, given)
    elif groups is not None:
        indices = _by_groups(choice, groups)
    elif spans is not None and len(spans):
        indices = _by_time(choice, spans)
    elif labels is not None and choice.stratified:
        indices = _stratified(choice, labels)
    else:
        indices = _shuffled(choice, samples)
    _check_filled(choice, indices, samples, spans, groups)
    return indices


def part_sizes(choice: Split, samples: int, counts: tuple[int, ...] = ()) -> tuple[int, int, int]:
    """Samples of each part of ``samples`` that are divided by the shares alone.

    ``counts`` are the samples of each class, which are mixed alike in all parts where the choice says so.
    """
    sizes, owed = np.zeros(3, np.int64), np.zeros(3)
    for count in counts if choice.stratified and counts else (samples,):
        part = _share_out(count, choice.shares, owed)
        owed = owed + np.array(choice.shares) * count - part
        sizes += part
    train, validation, test = sizes.tolist()
    return train, validation, test


def known_counts(choice: Split, info: DatasetInfo) -> tuple[int, ...] | None:
    """The counts by which `part_sizes` divides the samples of ``info``; None where they have to be read to know."""
    if not info.freely_split or (info.classes and choice.stratified and not info.counts):
        return None
    return info.counts if info.classes else ()


def empty_part(choice: Split, samples: int, counts: tuple[int, ...] = ()) -> str:
    """The first part that has a share and would be empty as `part_sizes` divides them; empty where none is."""
    parts = zip(PARTS, choice.shares, part_sizes(choice, samples, counts), strict=True)
    return next((name for name, share, size in parts if share > 0 and not size), "")


def _as_given(choice: Split, labels: Array | None, spans: Array | None, groups: Array | None, given: Array) -> Indices:
    parts = [np.flatnonzero(given == number).astype(np.int64) for number in range(len(PARTS))]
    missing = [share if not len(part) else 0.0 for part, share in zip(parts[1:], choice.shares[1:], strict=True)]
    if not any(missing):
        return Indices(*parts)
    whole = choice.train + sum(missing)
    validation, test = (share / whole for share in missing)
    rest = choice.model_copy(update={"train": 1 - validation - test, "validation": validation, "test": test})
    seen = parts[0]
    inner = split(rest, len(seen), *(None if array is None else array[seen] for array in (labels, spans, groups)))
    carved = [seen[part] for _, part in inner.parts()]
    return Indices(carved[0], *(own if len(own) else taken for own, taken in zip(parts[1:], carved[1:], strict=True)))


def _by_groups(choice: Split, groups: Array) -> Indices:
    """Group by group in a random order, each to the part that lags most behind its share."""
    numbers, place = np.unique(groups, return_inverse=True)
    sizes = np.bincount(place)
    owed = np.array(choice.shares) * len(groups)
    # Parts that get anything get a group first: with few groups of unequal size one might go empty-handed.
    waiting = [part for part in np.argsort(owed, kind="stable") if choice.shares[part] > 0]
    part_of = np.zeros(len(numbers), dtype=np.int64)
    for number in np.random.default_rng(choice.seed).permutation(len(numbers)):
        part = waiting.pop() if waiting else int(np.argmax(owed))
        part_of[number] = part
        owed[part] -= sizes[number]
    return Indices(*(np.flatnonzero(part_of[place] == part).astype(np.int64) for part in range(len(PARTS))))


def _shuffled(choice: Split, samples: int) -> Indices:
    order = np.random.default_rng(choice.seed).permutation(samples)
    counts = _share_out(samples, choice.shares, np.zeros(3))
    return _cut(order, [counts])


def _stratified(choice: Split, labels: Array) -> Indices:
    """Class by class; what does not divide evenly goes to the part that lags most behind its share so far."""
    rng = np.random.default_rng(choice.seed)
    owed = np.zeros(3)
    orders, counts = [], []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        count = _share_out(len(members), choice.shares, owed)
        owed = owed + np.array(choice.shares) * len(members) - count
        orders.append(members)
        counts.append(count)
    return _cut(np.concatenate(orders) if orders else np.empty(0, np.int64), counts)


def _share_out(samples: int, shares: tuple[float, float, float], owed: Array) -> Array:
    """Whole numbers that add up to ``samples``, each less than one away from its share."""
    quotas = np.array(shares) * samples
    # A hair is added so that 0.15 * 20 counts as 3 although it is 2.9999999999999996.
    counts: Array = np.floor(quotas + 1e-9).astype(np.int64)
    left = samples - int(counts.sum())
    need = np.where(quotas - counts > 1e-9, quotas - counts + owed, -np.inf)
    counts[np.argsort(-need, kind="stable")[:left]] += 1
    return counts


def _cut(order: Array, counts: list[Array]) -> Indices:
    # Marked rather than sorted, which takes a tenth of the time.
    part_of = np.full(len(order), len(PARTS), dtype=np.uint8)
    names = np.tile(np.arange(len(PARTS), dtype=np.uint8), len(counts))
    part_of[order] = np.repeat(names, np.concatenate([np.empty(0, np.int64), *counts]))
    return Indices(*(np.flatnonzero(part_of == part).astype(np.int64, copy=False) for part in range(len(PARTS))))


def _by_time(choice: Split, spans: Array) -> Indices:
    """Cut the time itself by the shares; a window belongs to a part only if it lies wholly inside."""
    first, end = int(spans[:, 0].min()), int(spans[:, 1].max())
    length = end - first
    seen = first + round(choice.train * length)
    edges = [first, seen, first + round((choice.train + choice.validation) * length), end]
    parts = (
        np.flatnonzero((spans[:, 0] >= low) & (spans[:, 1] <= high)).astype(np.int64)
        for low, high in itertools.pairwise(edges)
    )
    return Indices(*parts)


def _check_filled(
    choice: Split, indices: Indices, samples: int, spans: Array | None, groups: Array | None = None
) -> None:
    for (name, part), share in zip(indices.parts(), choice.shares, strict=True):
        if share > 0 and len(part) == 0:
            raise EmptyPartError(why_empty(choice, name, samples, spans, groups))


def fewest_samples(choice: Split) -> int:
    """The least number of samples of which every set that has a share gets one; at most so many as `MOST_TRIED`."""
    return next((number for number in range(1, MOST_TRIED) if not empty_part(choice, number)), MOST_TRIED)


def why_empty(choice: Split, name: str, samples: int, spans: Array | None = None, groups: Array | None = None) -> str:
    """A sentence that the part ``name`` would be empty, and what helps."""
    share: float = getattr(choice, name)
    if groups is not None:
        count = len(np.unique(groups))
        return (
            f"The {NAMES[name]} set would be empty: there are only {count} groups, which are never parted; "
            "add groups, or change the shares of the split."
        )
    unit = "sample" if spans is None else "window"
    fewest = fewest_samples(choice)
    more = f"add samples until there are at least {fewest}" if samples < fewest < MOST_TRIED else "add samples"
    remedy = more if spans is None else "use a shorter window or a longer series"
    return (
        f"The {NAMES[name]} set would be empty: {format_percent(share, 0)} of {samples} {unit}s is not one whole "
        f"{unit}; {remedy}, or change the shares of the split."
    )
