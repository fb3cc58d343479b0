"""Real samples beside a generator's: some of the data, the nearest to generated ones, and the discriminator's view."""

from __future__ import annotations

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.decision_surface import FINEST, around
from app.protocol.gan_values import DiscriminatorMap
from app.training.gan.sampling import field_of, gan_objective
from app.training.trainable import Model

MOST_SHOWN = 400
"""Real samples that are shown, at most."""
MEASURED = 2**26
"""Values of the training set that are searched for near samples, at most."""


def real_samples(model: Model, count: int) -> Array:
    """Samples (n, *sizes) of the test set, or of training where there is none, in the data's own units.

    Raises
    ------
    NetloomError
        if the network is no GAN.
    """
    name, prepared = gan_objective(model).field, model.prepared
    part = next(part for part in (prepared.test, prepared.validation, prepared.train) if part.samples)
    return prepared.undo(name, _spread(part, name, max(1, min(MOST_SHOWN, count))))


def nearest_real_samples(model: Model, generated: Array) -> Array:
    """For each of the ``generated`` (n, *sizes) the nearest sample of the training set, in the data's own units."""
    name, train = gan_objective(model).field, model.prepared.train
    known = model.prepared.undo(name, _spread(train, name, max(1, MEASURED // max(1, generated[0].size))))
    real, wanted = (
        torch.from_numpy(np.ascontiguousarray(samples)).flatten(1).float() for samples in (known, generated)
    )
    nearest: Array = known[torch.cdist(wanted, real).argmin(1).numpy()]
    return nearest


def discriminator_map(model: Model, resolution: int) -> DiscriminatorMap | None:
    """What the discriminator, as it is now, makes of the plane of the data; None unless samples are points in it."""
    if field_of(model).shape.sizes != (2,):
        return None
    objective, resolution = gan_objective(model), max(2, min(FINEST, resolution))
    values = np.asarray(model.prepared.dataset.field_named(objective.field).values, np.float32)
    left, right, bottom, top = around(values)
    x = np.linspace(left, right, resolution, dtype=np.float32)
    y = np.linspace(bottom, top, resolution, dtype=np.float32)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scaler = model.prepared.scalers.get(objective.field)
    points = torch.from_numpy(np.ascontiguousarray(grid if scaler is None else scaler.apply(grid), np.float32))
    with model.evaluating():
        outputs = objective.gan.discriminator(points.to(model.device)).float().cpu()
    probabilities = objective.heads[0].probabilities(outputs).numpy()
    return DiscriminatorMap(x=x, y=y, probability=probabilities.reshape(resolution, resolution, 2))


def _spread(part: Part, name: str, count: int) -> Array:
    """So many values of a field, evenly spaced over a set."""
    rows = np.linspace(0, part.samples - 1, min(count, part.samples)).astype(np.int64)
    return np.asarray(part.arrays[name][rows], np.float32)
