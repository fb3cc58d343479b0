"""The decision surface of a network that reads two features: what it predicts at every point of their plane."""

from __future__ import annotations

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.protocol.evaluation_values import DecisionSurface
from app.training.batches import Feed
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.shapes import Kind

Bounds = tuple[float, float, float, float]
"""Left, right, bottom and top."""

RESOLUTION = 128
FINEST = 512


def decision_surface(model: Model, bounds: Bounds | None = None, resolution: int = RESOLUTION) -> DecisionSurface:
    """What the network predicts at each point of a grid over its two features.

    Parameters
    ----------
    model
        a model whose single input is a vector of two features.
    bounds
        of the grid, in the data's own units; without them, the data with a margin.
    resolution
        points along each axis.

    Raises
    ------
    NetloomError
        if the network does not read two features, or the bounds span no area.
    """
    name, head = model.objective.inputs[0], model.objective.heads[0]
    field = model.prepared.dataset.field_named(name)
    others = [other for other in model.objective.inputs[1:] if other not in model.objective.complete_inputs({})]
    if others or field.shape.kind is not Kind.VECTOR or field.shape.sizes != (2,):
        raise NetloomError("A decision surface needs a network that reads two features and nothing else.")
    resolution = max(2, min(FINEST, resolution))
    points = np.asarray(field.values, np.float32)
    left, right, bottom, top = checked(bounds) if bounds is not None else around(points)
    x = np.linspace(left, right, resolution, dtype=np.float32)
    y = np.linspace(bottom, top, resolution, dtype=np.float32)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scaler = model.prepared.scalers.get(name)
    inputs = {name: np.ascontiguousarray(grid if scaler is None else scaler.apply(grid))}
    part = Part(dict(model.objective.complete_inputs(inputs)), np.arange(len(grid)))
    outputs = torch.from_numpy(model.predict(Feed(part, model.objective.inputs, [], model.device))[0])
    square = (resolution, resolution)
    if not head.classes:
        values = model.prepared.undo(head.field.name, head.values(outputs).numpy()).reshape(*square, -1)
        return DecisionSurface(x=x, y=y, points=points, values=values)
    return DecisionSurface(
        x=x,
        y=y,
        points=points,
        labels=np.asarray(model.prepared.dataset.field_named(head.field.name).values),
        predicted=head.predicted_classes(outputs).numpy().reshape(square),
        probabilities=head.probabilities(outputs).numpy().reshape(*square, -1),
    )


def around(values: Array) -> Bounds:
    """Bounds of points (n, 2) with a margin of a tenth on each side."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    margin = np.maximum(0.1 * (high - low), 1e-3)
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


def checked(bounds: Bounds) -> Bounds:
    """The bounds themselves: left below right and bottom below top.

    Raises
    ------
    NetloomError
        if they are something else.
    """
    left, right, bottom, top = bounds
    if not (left < right and bottom < top and np.isfinite(bounds).all()):
        raise NetloomError("The bounds of a decision surface must span an area: left below right, bottom below top.")
    return bounds
