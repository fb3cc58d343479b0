"""Sampling from a generator: from fixed noise, from fresh noise, and by interpolation between two points of noise.

Samples are float32 (n, *sizes), in the data's own units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from app.data.dataset import Array, FieldInfo
from app.training.gan.snapshots import SampleSnapshots, samples_kept, snapshot_interval
from app.training.objectives.adversarial import Adversarial
from app.training.trainable import Model
from app.training.training_session import TrainingSession
from graph.errors import NetloomError

FIXED, FRESH = 1, 2
"""Streams of random numbers beside the run's seed: of the noise that stays, and of noise for new samples."""
AT_ONCE = 256
"""Samples that are generated together."""


def gan_objective(model: Model) -> Adversarial:
    """The model's objective, which knows the generator.

    Raises
    ------
    NetloomError
        if the network has none.
    """
    if not isinstance(model.objective, Adversarial):
        raise NetloomError("Only a GAN makes samples from noise; this run was trained by targets.")
    return model.objective


def field_of(model: Model) -> FieldInfo:
    """The field of the data whose like the generator makes."""
    return model.prepared.dataset.field_named(gan_objective(model).field).info


def fixed_noise(model: Model) -> tuple[Array, ...]:
    """The noise that is drawn again and again while training: float32 (n, *sizes) for each noise layer."""
    return _noise(model, samples_kept(field_of(model).shape.elements or 1), FIXED)


def generate(model: Model, noise: Sequence[Array]) -> Array:
    """The generator's samples for noise (n, *sizes) of each noise layer."""
    objective, pieces = gan_objective(model), []
    with model.evaluating():
        for start in range(0, len(noise[0]), AT_ONCE):
            piece = (np.ascontiguousarray(values[start : start + AT_ONCE]) for values in noise)
            samples = objective.gan.generator(*(torch.from_numpy(values).to(model.device) for values in piece))
            pieces.append(samples.float().cpu().contiguous().numpy())
    in_units: Array = model.prepared.undo(objective.field, np.concatenate(pieces))
    return in_units


def _noise(model: Model, count: int, *stream: int) -> tuple[Array, ...]:
    tensors = gan_objective(model).gan.noise(count, (model.plan.seed, *stream), torch.device("cpu"))
    return tuple(tensor.numpy() for tensor in tensors)


def fresh_samples(model: Model, count: int, seed: int) -> Array:
    """New samples; the same ``seed`` makes the same ones."""
    return generate(model, _noise(model, count, FRESH, seed))


def interpolate(model: Model, first: int, last: int, count: int) -> Array:
    """Samples on the way from one of the fixed points of noise to another, ends included.

    Raises
    ------
    NetloomError
        if there are no such points.
    """
    noise = fixed_noise(model)
    if not 0 <= min(first, last) <= max(first, last) < len(noise[0]):
        raise NetloomError(f"There are points of noise 1 to {len(noise[0])}; choose two of them.")
    layers = gan_objective(model).gan.noise_layers.values()
    ways = [
        between(values[first], values[last], count, round=layer.distribution == "normal")
        for values, layer in zip(noise, layers, strict=True)
    ]
    return generate(model, ways)


def between(first: Array, last: Array, count: int, *, round: bool) -> Array:
    """Points float32 (count, *sizes) from ``first`` to ``last``, evenly spaced.

    Normal noise lies near a sphere, and a straight way would cut through its empty middle, so there the way goes
    ``round``: along an arc, while the length changes evenly.
    """
    shares = np.linspace(0.0, 1.0, count).reshape(count, *(1 for _ in first.shape))
    straight = (1 - shares) * first + shares * last
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    if not round or min(lengths) == 0:
        return straight.astype(np.float32)
    angle = float(np.arccos(np.clip(np.sum(first * last) / (lengths[0] * lengths[1]), -1.0, 1.0)))
    if np.sin(angle) < 1e-4:
        return straight.astype(np.float32)
    unit = np.sin((1 - shares) * angle) * first / lengths[0] + np.sin(shares * angle) * last / lengths[1]
    reach = (1 - shares) * lengths[0] + shares * lengths[1]
    way: Array = unit / np.sin(angle) * reach
    return way.astype(np.float32)


def sample_snapshots(session: TrainingSession) -> SampleSnapshots | None:
    """What keeps samples over time while a GAN trains, from where it stands; None for other objectives."""
    model = session.model
    if not isinstance(model.objective, Adversarial):
        return None
    noise = fixed_noise(model)
    every = snapshot_interval(session.epochs * session.steps_per_epoch)
    return SampleSnapshots(session.run.path, lambda: generate(model, noise), every, session.position.steps)
