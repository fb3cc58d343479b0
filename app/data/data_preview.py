"""Data preview: samples, statistics, histograms and class balance of prepared data, for the data view."""

from __future__ import annotations

import math

import numpy as np

from app.data.correlation import correlations
from app.data.dataset import Array, Dataset, Field
from app.data.leakage import leaks
from app.data.lopsided import lopsided_note
from app.data.padding import own_steps
from app.data.prepare import Prepared
from app.data.preprocessing_steps import stages
from app.data.readers.tokens import text_of
from app.data.split import PARTS
from app.data.transforms import per_feature
from app.numerics.histogram import histogram
from app.protocol.data_values import ClassBalance, DataPreview, FeatureStatistics
from graph.shapes import Kind

BINS = 24
"""Bars of a histogram."""
FEATURES = 200
"""Statistics are given for this many features at most."""
VALUES = 20_000_000
"""Statistics of a field with more values than this are taken from evenly spaced samples."""
LONGEST = 300
"""Characters of a text that are shown."""
SHOWN, FEWEST = 2**24, 12
"""Samples that are shown hold so many values together at most, unless they would be fewer than `FEWEST`."""
LEFT_OUT = 255
"""Part number of a sample that is in no part: a window that straddles a boundary in time."""


def preview(prepared: Prepared, limit: int = 200) -> DataPreview:
    """Facts and at most ``limit`` samples of ``prepared``, small enough to send to a window."""
    dataset = prepared.dataset
    limit = min(limit, dataset.samples, max(FEWEST, SHOWN // sum(map(_size, dataset.fields.values()))))
    index = np.unique(np.linspace(0, dataset.samples - 1, limit).astype(np.int64))
    warnings = leaks(prepared)
    features = {name: statistics(field, _lengths(dataset, field)) for name, field in dataset.fields.items()}
    missing = sum(feature.missing for feature in features[dataset.inputs[0]])
    return DataPreview(
        info=dataset.info.facts,
        notes=(*dataset.notes, *given_note(dataset), *warnings),
        questions=dataset.questions,
        lopsided=lopsided_note(dataset.info),
        leaks=warnings,
        parts={name: part.samples for name, part in prepared.parts.items()},
        balance=balance(prepared),
        features=features,
        correlations=correlations(dataset),
        pipeline=tuple(stages(prepared, missing)),
        index=index,
        part=part_of(prepared)[index],
        place=place_of(prepared)[index],
        values={name: np.ascontiguousarray(field.values[index]) for name, field in dataset.fields.items()},
        texts={name: _texts(field, index) for name, field in dataset.fields.items() if field.listed},
        boxes=tuple(dataset.boxes[row] for row in index) if dataset.boxes else (),
    )


def _texts(field: Field, index: Array) -> tuple[str, ...]:
    """The samples at ``index`` as text, shortened where they are long."""
    texts = (text_of(row, field.vocabulary) for row in np.asarray(field.values[index]).tolist())
    return tuple(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for text in texts)


def given_note(dataset: Dataset) -> tuple[str, ...]:
    """A sentence where the data has a division of its own, so that nobody wonders what became of the shares."""
    if dataset.given is None:
        return ()
    parts = [("training", "validation", "test")[number] for number in np.unique(dataset.given)]
    named = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    rest = " The others are taken from the training set, by their shares." if len(parts) < len(PARTS) else ""
    return (f"The data itself says what is for {named}.{rest}",)


def _size(field: Field) -> int:
    """Values in one sample."""
    return max(1, math.prod(field.values.shape[1:]))


def part_of(prepared: Prepared) -> Array:
    """Part number of every sample, uint8 (N,): 0 training, 1 validation, 2 test, 255 none."""
    numbers = np.full(prepared.dataset.samples, LEFT_OUT, dtype=np.uint8)
    for number, name in enumerate(PARTS):
        numbers[prepared.parts[name].indices] = number
    return numbers


def place_of(prepared: Prepared) -> Array:
    """Position of every sample within its part, int64 (N,); 0 for samples that are in none."""
    places = np.zeros(prepared.dataset.samples, dtype=np.int64)
    for part in prepared.parts.values():
        places[part.indices] = np.arange(part.samples)
    return places


def balance(prepared: Prepared) -> ClassBalance | None:
    """The classes of the target and how often each occurs in each part, the same of labels; else None."""
    target = prepared.dataset.target_field()
    if target.labels:
        return ClassBalance(
            target.names,
            {
                name: tuple(np.asarray(part.arrays[target.name]).sum(0).astype(np.int64).tolist())
                for name, part in prepared.parts.items()
            },
        )
    if not target.classes:
        return None
    counts = {
        name: tuple(np.bincount(part.arrays[target.name], minlength=len(target.classes)).tolist())
        for name, part in prepared.parts.items()
    }
    return ClassBalance(target.classes, counts)


def _lengths(dataset: Dataset, field: Field) -> Array | None:
    return np.asarray(dataset.fields[field.lengths].values) if field.lengths else None


def statistics(field: Field, lengths: Array | None = None) -> tuple[FeatureStatistics, ...]:
    """Range, mean, deviation and histogram of each feature or channel of ``field``, in its own units.

    The place that is kept for categories which no sample has tells nothing, and is left out.

    ``lengths`` (N, 1) says how many steps of each sample count; what lies behind is padding.
    """
    if field.classes or field.values.dtype.kind != "f":
        return ()
    step = max(1, field.values.size // VALUES)
    values = np.asarray(field.values[::step])
    counted = values if lengths is None else own_steps(values, lengths[::step])
    columns = per_feature(counted, field.shape)[:, :FEATURES]
    names = field.names or tuple(f"{_noun(field)} {number + 1}" for number in range(columns.shape[1]))
    units = field.units or ("",) * len(names)
    unseen = {end - 1 for _, end in field.categories}
    features = enumerate(zip(names, units, columns.T, strict=False))
    return tuple(_statistics_of(*each) for place, each in features if place not in unseen or each[2].any())


def _noun(field: Field) -> str:
    return "channel" if field.shape.kind in (Kind.IMAGE, Kind.VIDEO) else "feature"


def _statistics_of(name: str, unit: str, column: Array) -> FeatureStatistics:
    known = column[~np.isnan(column)].astype(np.float64)
    missing = len(column) - len(known)
    if not len(known):
        return FeatureStatistics(name, unit, missing)
    counts, edges = histogram(known, BINS)
    return FeatureStatistics(
        name,
        unit,
        missing,
        minimum=float(known.min()),
        maximum=float(known.max()),
        mean=float(known.mean()),
        deviation=float(known.std()),
        counts=tuple(counts.tolist()),
        edges=tuple(edges.tolist()),
    )
