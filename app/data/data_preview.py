"""Data preview: samples, statistics, histograms and class balance of prepared data, for the data view."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.data.baselines import baselines
from app.data.correlation import correlations
from app.data.dataset import Array, Dataset, Field
from app.data.leakage import leaks
from app.data.prepare import Prepared
from app.data.preprocessing_steps import stages
from app.data.readers.tokens import text_of
from app.data.split import PARTS
from app.data.transforms import per_feature
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


def preview(prepared: Prepared, limit: int = 200) -> dict[str, Any]:
    """Facts and samples of ``prepared``, small enough to send to a window.

    Returns
    -------
    dict
        plain JSON values, and numpy arrays under these keys:

        ``index`` int64 (n,): positions in the data set of the ``n <= limit`` samples shown, spread evenly;
        ``part`` uint8 (n,): 0 training, 1 validation, 2 test, 255 none;
        ``place`` int64 (n,): positions within the part;
        ``values``: per field an array (n, ...), in the data's own units, with NaN where a value is missing.

        The JSON keys are ``info`` (as ``DatasetInfo.to_json``), ``notes`` (with warnings of
        leakage), ``leaks`` (these warnings alone), ``texts`` (per field of tokens the n samples as people read them),
        ``baselines`` (as ``Baseline.to_json``), ``parts`` (samples per part), ``balance``
        (``classes`` and, per part, the number of samples of each; None without classes), and ``features``: per field
        a list of statistics over all samples with ``name``, ``unit``, ``minimum``, ``maximum``, ``mean``,
        ``deviation``, ``missing``, ``counts`` and ``edges`` of the histogram;
        ``correlations`` (see `app.data.correlation.correlations`); and ``pipeline``, a list of steps (as
        `app.data.preprocessing_steps.PreprocessingStep.to_json`).
    """
    dataset = prepared.dataset
    limit = min(limit, dataset.samples, max(FEWEST, SHOWN // sum(map(_size, dataset.fields.values()))))
    index = np.unique(np.linspace(0, dataset.samples - 1, limit).astype(np.int64))
    found = leaks(prepared)
    features = {name: statistics(field) for name, field in dataset.fields.items()}
    missing = sum(feature["missing"] for feature in features[dataset.inputs[0]])
    return {
        "info": dataset.info.to_json(),
        "notes": [*dataset.notes, *given_note(dataset), *found],
        "leaks": list(found),
        "baselines": [baseline.to_json() for baseline in baselines(prepared)],
        "parts": {name: part.samples for name, part in prepared.parts.items()},
        "balance": balance(prepared),
        "features": features,
        "correlations": correlations(dataset),
        "pipeline": [step.to_json() for step in stages(prepared, missing)],
        "index": index,
        "part": part_of(prepared)[index],
        "place": place_of(prepared)[index],
        "values": {name: np.ascontiguousarray(field.values[index]) for name, field in dataset.fields.items()},
        "texts": {name: _texts(field, index) for name, field in dataset.fields.items() if field.listed},
    }


def _texts(field: Field, index: Array) -> list[str]:
    """The samples at ``index`` as text, shortened where they are long."""
    texts = (text_of(row, field.vocabulary) for row in np.asarray(field.values[index]).tolist())
    return [text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for text in texts]


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


def balance(prepared: Prepared) -> dict[str, list[Any]] | None:
    """The classes of the target and how often each occurs in each part; None where the target has no classes."""
    target = prepared.dataset.target_field()
    if not target.classes:
        return None
    counts = {
        name: np.bincount(part.arrays[target.name], minlength=len(target.classes)).tolist()
        for name, part in prepared.parts.items()
    }
    return {"classes": list(target.classes), **counts}


def statistics(field: Field) -> list[dict[str, Any]]:
    """Range, mean, deviation and histogram of each feature or channel of ``field``, in its own units."""
    if field.classes or field.values.dtype.kind != "f":
        return []
    step = max(1, field.values.size // VALUES)
    columns = per_feature(field.values[::step], field.shape)[:, :FEATURES]
    names = field.names or tuple(f"{_noun(field)} {number + 1}" for number in range(columns.shape[1]))
    units = field.units or ("",) * len(names)
    return [
        {"name": name, "unit": unit, **_measures(column)}
        for name, unit, column in zip(names, units, columns.T, strict=False)
    ]


def _noun(field: Field) -> str:
    return "channel" if field.shape.kind in (Kind.IMAGE, Kind.VIDEO) else "feature"


def _measures(column: Array) -> dict[str, Any]:
    known = column[~np.isnan(column)].astype(np.float64)
    if not len(known):
        nothing = dict.fromkeys(("minimum", "maximum", "mean", "deviation"))
        return {**nothing, "missing": len(column), "counts": [], "edges": []}
    counts, edges = np.histogram(known, bins=BINS)
    return {
        "minimum": float(known.min()),
        "maximum": float(known.max()),
        "mean": float(known.mean()),
        "deviation": float(known.std()),
        "missing": int(len(column) - len(known)),
        "counts": counts.tolist(),
        "edges": edges.tolist(),
    }
