"""What a window asks about a generator: real samples to hold beside made ones, and walks from noise to noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.decision_surface import FINEST, around
from app.protocol.loose import Loose as Message
from app.training.gan.sampling import field_of, gan_objective, interpolate
from app.training.trainable import Model
from graph.errors import NetloomError

SHOWN = 400
"""Real samples that are shown, at most."""
STEPS = 9
"""Samples on a walk, its ends included."""
MEASURED = 2**26
"""Values of the training set that are searched for near samples, at most."""


def real_samples(model: Model, message: Message) -> Message:
    """``real`` float32 (n, *sizes): samples of the test set, or of training where there is none, in own units.

    Where a sample is a point in the plane, ``x`` and ``y`` float32 (r,) and ``probability`` float32 (r, r, 2) say how
    likely the discriminator, as it is now, takes each place for made and for real.
    """
    count = max(1, min(SHOWN, int(message.fields.get("count") or 64)))
    name, prepared = gan_objective(model).field, model.prepared
    part = next(one for one in (prepared.test, prepared.validation, prepared.train) if one.samples)
    arrays: dict[str, Array] = {"real": prepared.undo(name, _spread(part, name, count))}
    if field_of(model).shape.sizes == (2,):
        arrays |= _verdicts(model, int(message.fields.get("resolution") or 64))
    return Message("real_samples", {"field": field_of(model).to_json()}, arrays)


def noise_walk(model: Model, message: Message) -> Message:
    """``walk`` float32 (n, *sizes) from one fixed point of noise to another, and ``nearest`` (n, *sizes) beside it.

    The nearest are the samples of the training set that lie nearest to each: what was copied looks alike.

    Raises
    ------
    NetloomError
        if there are no such points.
    """
    first, last = _whole(message.fields, "first"), _whole(message.fields, "last")
    count = max(2, min(200, int(message.fields.get("count") or STEPS)))
    made = interpolate(model, first, last, count)
    return Message("noise_walk", {"first": first, "last": last}, {"walk": made, "nearest": _nearest(model, made)})


def _whole(fields: Any, name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NetloomError(f"The request lacks “{name}”, the number of a point of noise.")
    return value


def _spread(part: Part, name: str, count: int) -> Array:
    places = np.linspace(0, part.samples - 1, min(count, part.samples)).astype(np.int64)
    return np.asarray(part.arrays[name][places], np.float32)


def _nearest(model: Model, made: Array) -> Array:
    """For each of ``made`` the nearest sample of the training set, in own units."""
    name, train = gan_objective(model).field, model.prepared.train
    known = model.prepared.undo(name, _spread(train, name, max(1, MEASURED // max(1, made[0].size))))
    flat, wanted = (torch.from_numpy(np.ascontiguousarray(one)).flatten(1).float() for one in (known, made))
    found: Array = known[torch.cdist(wanted, flat).argmin(1).numpy()]
    return found


def _verdicts(model: Model, resolution: int) -> dict[str, Array]:
    """What the discriminator says over the plane."""
    aim = gan_objective(model)
    resolution = max(2, min(FINEST, resolution))
    left, right, bottom, top = around(np.asarray(model.prepared.dataset.field_named(aim.field).values, np.float32))
    x = np.linspace(left, right, resolution, dtype=np.float32)
    y = np.linspace(bottom, top, resolution, dtype=np.float32)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scaler = model.prepared.scalers.get(aim.field)
    points = torch.from_numpy(np.ascontiguousarray(grid if scaler is None else scaler.apply(grid), np.float32))
    with model.evaluating():
        outputs = aim.gan.discriminator(points.to(model.device)).float().cpu()
    chances = aim.heads[0].probabilities(outputs).numpy()
    return {"x": x, "y": y, "probability": chances.reshape(resolution, resolution, 2)}
