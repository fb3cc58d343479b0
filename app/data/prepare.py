"""Data preparation: load, split, fill missing values and standardise, to arrays that can be trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.data_choice import DataChoice
from app.data.dataset import Array, Dataset, Field
from app.data.folds import folded
from app.data.lazy_array import LazyArray, Values
from app.data.padding import blank_padding, own_steps
from app.data.readers.tokens import UNKNOWN
from app.data.split import Indices, split
from app.data.transforms import Standardise, all_finite, filled, has_gaps, medians, taken
from graph.errors import NetloomError
from graph.shapes import Shape

MEASURED = 20_000_000
"""Medians of samples that are not in memory are those of so many values, evenly spaced."""


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the samples.

    ``arrays`` holds every field of the data set, contiguous and in the order of ``indices``: float32
    ``(n, *shape)``, standardised where the choice says so; int64 ``(n,)`` class numbers; int64 ``(n, T)`` tokens; int64
    ``(n, 1)`` lengths. What the data set holds `LazyArray` is so here as well.
    ``indices`` are int64 ``(n,)`` positions in the data set.
    """

    arrays: Mapping[str, Values]
    indices: Array

    @property
    def samples(self) -> int:
        """Number of samples in this part."""
        return len(self.indices)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data that is ready to be trained on, with what is needed to undo the transforms.

    ``scalers`` has an entry for every field that was standardised, the target of a regression included.
    """

    choice: DataChoice
    dataset: Dataset
    train: Part
    validation: Part
    test: Part
    scalers: dict[str, Standardise]

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shape of each field, by name."""
        return {name: field.shape for name, field in self.dataset.fields.items()}

    @property
    def parts(self) -> dict[str, Part]:
        """The parts by name: ``train``, ``validation``, ``test``."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def undo(self, field: str, values: Array) -> Array:
        """``values`` (n, *shape) of a field, or predictions of it, in the data's own units."""
        scaler = self.scalers.get(field)
        return values if scaler is None else scaler.undo(values)

    def own_values(self, field: str, indices: Array) -> Array:
        """The samples at ``indices`` (n, *shape) as the data has them, with NaN where a value is missing."""
        return np.asarray(self.dataset.field_named(field).values[indices])

    def fill(self, field: str, values: Array) -> Array:
        """``values`` (n, *shape) of a field as training would have had them, before they are standardised.

        NaN is replaced by the training set's medians, and what the training set does not hold counts as unknown.
        """
        source_field = self.dataset.field_named(field)
        if source_field.categories or UNKNOWN in source_field.vocabulary:
            trained = np.asarray(source_field.values)[self.train.indices]
            values = with_unknown(source_field, values, trained)
        if not source_field.measured or not np.isnan(values).any():
            return values
        known = source_field.values.take(self.train.indices, axis=0)
        if source_field.lengths:
            counts = self.dataset.fields[source_field.lengths].values
            known = own_steps(np.asarray(known), np.asarray(counts)[self.train.indices])
        if isinstance(known, LazyArray):
            known = known[:: max(1, known.size // MEASURED)]
        return filled(values, source_field.shape, medians(known, source_field.shape))

    def trained_tokens(self, field: str) -> frozenset[str]:
        """The tokens of a field that the training set holds; others count as unknown where the vocabulary has that."""
        source_field = self.dataset.field_named(field)
        numbers = np.unique(np.asarray(source_field.values)[self.train.indices])
        return frozenset(source_field.vocabulary[number] for number in numbers.tolist())

    def fingerprint(self) -> str:
        """SHA-256 over all samples and their division: equal exactly where training would see the same data."""
        digest = hashlib.sha256()
        for name, part in self.parts.items():
            for field, values in sorted(part.arrays.items()):
                digest.update(f"{name}.{field}:{values.dtype.str}{values.shape};".encode())
                if isinstance(values, LazyArray):
                    digest.update(values.fingerprint())
                else:
                    digest.update(np.ascontiguousarray(values).data if values.size else b"")
        return digest.hexdigest()


def prepare(choice: DataChoice, base: Path | None = None) -> Prepared:
    """Load, divide, fill and standardise; all that is measured is measured on the training set alone.

    ``base`` is the folder of the project, where relative paths start. The same choice gives the same arrays.

    Raises
    ------
    NetloomError
        if the data cannot be read, or is too little to be divided.
    """
    dataset = choice.source.load(base)
    target = dataset.target_field()
    labels = np.asarray(target.values) if target.classes else None
    indices = split(choice.split, dataset.samples, labels, dataset.spans, dataset.groups, dataset.given)
    if choice.fold is not None:
        indices = folded(indices, choice.fold, choice.split, labels, dataset.spans, dataset.groups)
    arrays: dict[str, dict[str, Values]] = {name: {} for name, _ in indices.parts()}
    scalers = {}
    for field in dataset.fields.values():
        lengths = dataset.fields[field.lengths].values if field.lengths else None
        scaler = _prepare_field(field, indices, arrays, choice.standardise, lengths)
        if scaler is not None:
            scalers[field.name] = scaler
    parts = {name: Part(arrays[name], part) for name, part in indices.parts()}
    return Prepared(choice, dataset, parts["train"], parts["validation"], parts["test"], scalers)


def _prepare_field(
    field: Field,
    indices: Indices,
    arrays: dict[str, dict[str, Values]],
    standardise: bool,
    lengths: Values | None = None,
) -> Standardise | None:
    """Fill in ``arrays`` for one field; returns the scaler if it was standardised.

    ``lengths`` (N, 1) are the steps of each sample that count; what lies behind is not measured, and stays 0.
    """
    if isinstance(field.values, LazyArray):
        return _prepare_stored(field, field.values, indices, arrays, standardise)
    cut = {name: taken(field.values, part) for name, part in indices.parts()}
    if UNKNOWN in field.vocabulary or field.categories:
        known = cut["train"]
        cut |= {name: with_unknown(field, cut[name], known) for name in ("validation", "test")}
    scaler = None
    if field.measured:
        own = {} if lengths is None else {name: np.asarray(lengths)[part] for name, part in indices.parts()}
        if has_gaps(field.values):
            fill = medians(_counted(cut["train"], own), field.shape)
            cut = {name: filled(values, field.shape, fill) for name, values in cut.items()}
        if standardise:
            scaler = Standardise.fit(_counted(cut["train"], own), field.shape)
            # The parts are copies of their own, so they can be changed where they stand.
            cut = {name: scaler.apply(values, out=values) for name, values in cut.items()}
        cut = {name: values.astype(np.float32, copy=False) for name, values in cut.items()}
        cut |= {name: blank_padding(cut[name], steps) for name, steps in own.items()}
        _check_finite(field.name, cut)
    for name, values in cut.items():
        arrays[name][field.name] = values
    return scaler


def _counted(values: Array, own: Mapping[str, Array]) -> Array:
    """Of the training set's ``values`` what is measured: its ``own`` steps, where samples are of unequal length."""
    return own_steps(values, own["train"]) if own else values


def _prepare_stored(
    field: Field, values: LazyArray, indices: Indices, arrays: dict[str, dict[str, Values]], standardise: bool
) -> Standardise | None:
    """The same for samples that are read when they are asked for; they hold no gaps, and are never copied."""
    cut = {name: values.take(part) for name, part in indices.parts()}
    scaler = (
        Standardise.fit(cut["train"], field.shape) if standardise and field.measured and len(cut["train"]) else None
    )
    for name, part in cut.items():
        arrays[name][field.name] = part if scaler is None else part.scaled(scaler.mean, scaler.scale)
    return scaler


def with_unknown(field: Field, values: Array, known: Array) -> Array:
    """``values`` (n, *shape) of a field with categories and words that the training set does not hold as unknown.

    ``known`` are the values of the training set.
    """
    if UNKNOWN in field.vocabulary:
        seen = np.bincount(known.ravel(), minlength=len(field.vocabulary)) > 0
        return np.where(seen, np.arange(len(seen)), field.vocabulary.index(UNKNOWN))[values]
    values = values.copy() if field.categories else values
    for first, end in field.categories:
        unseen = first + np.flatnonzero(~known[:, first:end].any(axis=0))
        odd = values[:, unseen].any(axis=1)
        values[:, unseen] = 0.0
        values[odd, end - 1] = 1.0
    return values


def _check_finite(name: str, cut: dict[str, Array]) -> None:
    if not all(all_finite(values) for values in cut.values()):
        raise NetloomError(
            f"Field “{name}” holds values too large to train on (beyond what 32-bit numbers hold); "
            "divide them by a constant first."
        )
