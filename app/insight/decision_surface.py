"""What a network says over its whole input: the decision surface of a classifier with two features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.training.batches import Feed
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.shapes import Kind

RESOLUTION = 128
FINEST = 512


def decision_surface(
    model: Model, bounds: tuple[float, float, float, float] | None = None, resolution: int = RESOLUTION
) -> dict[str, Array]:
    """What the network says at each point of a grid over its two features.

    Parameters
    ----------
    model
        a model whose single input is a vector of two features.
    bounds
        ``(left, right, bottom, top)`` in the data's own units; without them, the data with a margin.
    resolution
        points along each axis.

    Returns
    -------
    dict
        ``x`` and ``y`` float32 (resolution,), in the data's own units; for classes ``class`` int64 (resolution,
        resolution), rows along ``y``, and ``probability`` float32 (resolution, resolution, classes); for a network
        that gives numbers ``values`` float32 (resolution, resolution, numbers); and the samples themselves:
        ``points`` float32 (n, 2) and ``labels`` int64 (n,) where there are classes.

    Raises
    ------
    NetloomError
        if the network does not read two features.
    """
    name, head = model.objective.inputs[0], model.objective.heads[0]
    field = model.prepared.dataset.field_named(name)
    others = [one for one in model.objective.inputs[1:] if one not in model.objective.complete_inputs({})]
    if others or field.shape.kind is not Kind.VECTOR or field.shape.sizes != (2,):
        raise NetloomError("A decision surface needs a network that reads two features and nothing else.")
    resolution = max(2, min(FINEST, resolution))
    points = np.asarray(field.values, np.float32)
    left, right, bottom, top = bounds or around(points)
    x = np.linspace(left, right, resolution, dtype=np.float32)
    y = np.linspace(bottom, top, resolution, dtype=np.float32)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scaler = model.prepared.scalers.get(name)
    given = {name: np.ascontiguousarray(grid if scaler is None else scaler.apply(grid))}
    part = Part(dict(model.objective.complete_inputs(given)), np.arange(len(grid)))
    answers = torch.from_numpy(model.predict(Feed(part, model.objective.inputs, [], model.device))[0])
    square = (resolution, resolution)
    found: dict[str, Array] = {"x": x, "y": y, "points": points}
    if not head.classes:
        return found | {"values": model.prepared.undo(head.field.name, answers.numpy()).reshape(*square, -1)}
    return found | {
        "class": head.predicted_classes(answers).numpy().reshape(square),
        "probability": head.probabilities(answers).numpy().reshape(*square, -1),
        "labels": np.asarray(model.prepared.dataset.field_named(head.field.name).values),
    }


def around(values: Array) -> tuple[float, float, float, float]:
    """Bounds of points (n, 2) with a margin of a tenth on each side."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    margin = np.maximum(0.1 * (high - low), 1e-3)
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


def parse_bounds(fields: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """The ``bounds`` of a request: four numbers with left below right and bottom below top, or nothing.

    Raises
    ------
    NetloomError
        if they are something else.
    """
    bounds = fields.get("bounds")
    if bounds is None:
        return None
    try:
        left, right, bottom, top = (float(value) for value in bounds)
    except (TypeError, ValueError):
        raise NetloomError("The bounds of a decision surface are four numbers: left, right, bottom, top.") from None
    if not (left < right and bottom < top and np.isfinite([left, right, bottom, top]).all()):
        raise NetloomError("The bounds of a decision surface must span an area: left below right, bottom below top.")
    return left, right, bottom, top
