"""Forecasts held against what came: for each step ahead, and along the series."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Array, Task
from app.protocol.evaluation_values import SeriesForecasts
from app.training.trainable import Model
from graph.errors import NetloomError

LONGEST = 5_000
"""Windows that are shown, at most; the last ones."""


def forecasts(model: Model, part: str = "test") -> SeriesForecasts:
    """What a forecaster predicts over a part of its data, in the data's own units.

    Raises
    ------
    NetloomError
        if the network does not forecast, or the part has no samples.
    """
    dataset, held = model.prepared.dataset, model.prepared.parts[part]
    head, source = model.objective.heads[0], model.objective.inputs[0]
    if dataset.task is not Task.FORECASTING or dataset.spans is None or head.field.name != dataset.target:
        raise NetloomError("Forecasts need a network that predicts what comes next in a series.")
    if held.samples == 0:
        raise NetloomError(f"The {part} part of this data has no samples; give it a share when splitting the data.")
    predicted = model.prepared.undo(head.field.name, model.predict(model.feed(held))[0])
    true = model.prepared.undo(head.field.name, np.asarray(held.arrays[head.field.name]))
    seen = model.prepared.undo(source, np.asarray(held.arrays[source]))
    last = _last_seen(model, seen)
    return SeriesForecasts(
        time=(dataset.spans[held.indices, 1] - true.shape[1])[-LONGEST:],
        true=true[-LONGEST:],
        predicted=predicted[-LONGEST:],
        error=_rmse(predicted - true),
        last=_rmse(last[:, None] - true),
    )


def _last_seen(model: Model, seen: Array) -> Array:
    """The last value of the forecast series in each window (n,)."""
    dataset = model.prepared.dataset
    target, names = dataset.target_field(), dataset.input_field().names
    series = target.names[0].rsplit(" +", 1)[0] if target.names else ""
    values: Array = seen[:, -1, names.index(series) if series in names else 0]
    return values


def _rmse(errors: Array) -> Array:
    squares: Array = np.square(errors.astype(np.float64)).mean(0)
    return np.asarray(np.sqrt(squares), np.float32)
