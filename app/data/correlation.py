"""Correlation matrix of the features and the target."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Array, Dataset, Field, Task
from app.protocol.data_values import Correlations
from graph.shapes import Kind

SAMPLES = 20_000
"""Evenly spaced samples that are looked at, at most."""
FEATURES = 40
"""Features that are compared, at most."""


def correlations(dataset: Dataset) -> Correlations | None:
    """Pearson's correlation between the features of the data set's own input, and between them and its target.

    Windows of a series count by their last step. A target of two classes counts as 0 and 1; one of more classes has no
    order and is left out, and so are features that never change. Samples with a missing value are left out pair by
    pair. None where there are fewer than two columns to compare, and for pictures, videos, tokens, and sequences of
    which not just the next step matters.
    """
    if dataset.fields[dataset.inputs[0]].shape.kind is Kind.SEQUENCE and dataset.info.task is not Task.FORECASTING:
        return None
    every = slice(None, None, max(1, -(-dataset.samples // SAMPLES)))
    columns = [*_inputs(dataset.fields[dataset.inputs[0]], every), *_target(dataset, every)]
    kept = {name: values.astype(np.float64) for name, values in columns}
    changing = {name: values for name, values in kept.items() if np.nanstd(values) > 0 and np.isfinite(values).any()}
    if len(changing) < 2:
        return None
    return Correlations(tuple(changing), pearson(np.stack(list(changing.values()))))


def pearson(rows: Array) -> Array:
    """Correlation (n, n) of ``rows`` (n, samples), NaN standing for what is missing; 0 where nothing is in common."""
    import pandas as pd

    pairwise = pd.DataFrame(np.where(np.isfinite(rows), rows, np.nan).T).corr(min_periods=2)
    values = np.clip(pairwise.fillna(0.0).to_numpy(), -1, 1)
    return np.where(np.eye(len(rows), dtype=bool), 1.0, values)


def _inputs(field: Field, every: slice) -> list[tuple[str, Array]]:
    if field.shape.kind not in (Kind.VECTOR, Kind.SEQUENCE) or field.values.dtype.kind != "f" or field.classes:
        return []
    samples = field.values[every]
    values = samples if field.shape.kind is Kind.VECTOR else samples[:, -1]
    names = field.names or tuple(f"feature {number + 1}" for number in range(values.shape[1]))
    return list(zip(names[:FEATURES], values.T[:FEATURES], strict=True))


def _target(dataset: Dataset, every: slice) -> list[tuple[str, Array]]:
    target = dataset.target_field()
    if target.name in dataset.inputs:
        return []
    if target.classes:
        name = f"{target.name} = {target.classes[-1]}"
        return [(name, target.values[every])] if len(target.classes) == 2 else []
    if target.values.dtype.kind != "f":
        return []
    samples = target.values[every]
    flat = samples.reshape(len(samples), -1)
    names = target.names or (target.name,)
    shown = names if len(names) == flat.shape[1] else (f"{target.name}, next",)
    return list(zip(shown[:4], flat.T[:4], strict=False))
