"""Gradients by nudging each weight (central finite differences), held against those of backpropagation.

Each weight is moved by ε up and down while all others stay: (E(w + ε) − E(w − ε)) / 2ε is the slope of the loss E along
that weight, but for an error of about ε². In float64 that leaves ten digits, where float32 would leave three.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

import numpy as np
import torch
from torch import Tensor, nn

from app.data.dataset import Array
from app.insight.backprop_step import BackpropSession, BackpropStep, copy_of, seeded
from app.protocol.backprop_values import NudgedWeights
from app.system.cancellation import cancellation_point
from app.training.batches import Batch
from app.training.trainable import Model
from graph.errors import NetloomError

EPSILON = 1e-5
"""How far a weight is nudged."""

MOST_NUDGED = 64
"""Weights of a parameter that are nudged, at most."""

MOST_WORK = 4e9
"""Floating-point operations of all passes, at most."""


def nudge(session: BackpropSession, number: int, parameter: str) -> NudgedWeights:
    """Both gradients of the first weights of ``parameter`` at step ``number``, from the weights before it.

    Raises
    ------
    NetloomError
        if the network has no such parameter, or does not calculate in float64.
    """
    step = session.step(number)
    if parameter not in step.weights:
        raise NetloomError(f"The network has no weights called {parameter}; choose others.")
    with _doubles():
        model = _in_doubles(session.model, step)
        batch = _widened(step.batch)
        weights = dict(model.module.named_parameters())[parameter]
        rate = _Rater(model, batch, model.plan.seed + number)
        try:
            slopes = rate.gradient(weights)
        except RuntimeError as error:
            raise NetloomError(
                f"A layer of this network does not calculate in 64 bits, which nudging needs ({error!s:.120})."
            ) from error
        count = min(weights.numel(), _affordable(session))
        above, below = rate.nudged(weights, count)
    return NudgedWeights(
        number=number,
        parameter=parameter,
        sizes=tuple(weights.shape),
        epsilon=EPSILON,
        values=_numpy(step.weights[parameter].before)[:count],
        above=above,
        below=below,
        by_backprop=slopes[:count],
        trainable=session.weights.count,
    )


class _Rater:
    """The loss of one batch, with the same random numbers each time."""

    def __init__(self, model: Model, batch: Batch, seed: int) -> None:
        self._model, self._batch, self._seed = model, batch, seed

    def loss(self) -> Tensor:
        """The loss () with the weights as they are."""
        with seeded(self._seed):
            return self._model.loss(self._batch)[0]

    def gradient(self, weights: nn.Parameter) -> Array:
        """By backpropagation, float64 (all weights,)."""
        [slopes] = torch.autograd.grad(self.loss(), [weights], allow_unused=True, materialize_grads=True)
        return _numpy(slopes)

    def nudged(self, weights: nn.Parameter, count: int) -> tuple[Array, Array]:
        """The loss with each of the first ``count`` weights larger and smaller by `EPSILON`: float64 (count,) each."""
        flat = weights.data.view(-1)
        losses = np.zeros((2, count))
        with torch.no_grad():
            for at in range(count):
                cancellation_point()
                before = float(flat[at])
                for way, sign in enumerate((1.0, -1.0)):
                    flat[at] = before + sign * EPSILON
                    losses[way, at] = float(self.loss())
                flat[at] = before
        return losses[0], losses[1]


def _affordable(session: BackpropSession) -> int:
    """How many weights can be nudged within `MOST_WORK`: at least one."""
    one = 2 * session.size * sum(facts.flops for facts in session.model.compiled.layer_info.values())
    return max(1, min(MOST_NUDGED, int(MOST_WORK / max(one, 1))))


def _in_doubles(model: Model, step: BackpropStep) -> Model:
    """A copy of the model in float64, training, with the weights that it had before the step."""
    copied = copy_of(model)
    module = copied.module.double().train()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name in step.weights:
                parameter.copy_(step.weights[name].before)
    plain = Model(**{field.name: getattr(copied, field.name) for field in fields(Model)})
    return replace(plain, plan=plain.plan.model_copy(update={"precision": "float32"}))


def _widened(batch: Batch) -> Batch:
    """The batch with all numbers but tokens and classes in float64."""

    def wide(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors)

    return Batch(wide(batch.inputs), wide(batch.targets), wide(batch.mixup_targets), batch.mixup_lambda)


@contextmanager
def _doubles() -> Iterator[None]:
    """New tensors are float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _numpy(values: Tensor) -> Array:
    return np.ascontiguousarray(values.detach().double().reshape(-1).numpy())
