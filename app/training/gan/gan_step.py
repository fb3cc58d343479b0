"""One step of GAN training: the discriminator learns from a batch, then in its turn the generator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from app.training.batches import Batch
from app.training.gan.gan_networks import GanNetworks
from app.training.optimisers import GroupedOptimiser, Optimiser
from app.training.stepping import Steppable, Stepper, learn, learn_deferred
from app.training.weights import Weights


class GanStepper(Stepper):
    """A step trains the discriminator on a batch of real samples and as many generated ones.

    After every ``discriminator_steps`` steps the generator is trained as well, by the outputs of the discriminator as
    it is by then. On the processor each loss is looked at before it counts; on CUDA a flag on the device keeps a bad
    step, and all after it, from counting. ``data_input`` is the position of the real samples among a batch's inputs.
    ``steps`` were done before, so that in a resumed run the generator's turn comes when it would have come.
    """

    def __init__(
        self,
        model: Steppable,
        gan: GanNetworks,
        data_input: int,
        weights: Weights,
        optimiser: GroupedOptimiser,
        steps: int,
    ) -> None:
        super().__init__(model, weights, optimiser)
        self._gan = gan
        self._generator_optimiser, self._discriminator_optimiser = optimiser.optimisers
        self._steps = steps
        self._direct = model.device.type == "cpu"
        self._data_input = data_input
        plan = model.plan
        self._every = plan.discriminator_steps
        self._lr_ratio = plan.discriminator_rate / plan.learning_rate if plan.discriminator_rate else 1.0
        self._bad = torch.zeros((), device=model.device)
        self._flags: list[Tensor] = []
        self._losses: list[list[Tensor]] = [[], []]
        self._generator_losses: list[float] = []

    @property
    def other_losses(self) -> Mapping[str, list[float]]:
        """The generator's losses."""
        return {"generator_loss": self._generator_losses}

    def step(self, batch: Batch, lr: float) -> Any:
        """Learn from ``batch``; the discriminator's outputs as they were before, or None if a loss was not finite."""
        self._remember()
        generator_turn = (self._steps + 1) % self._every == 0
        real = batch.inputs[self._data_input]
        run, gan = self._model.run, self._gan
        noise = gan.batch_noise(len(real), self._model.device)
        with torch.set_grad_enabled(generator_turn):
            generated = run(gan.generator, noise)
        outputs = run(gan.discriminator, (real,)), run(gan.discriminator, (generated.detach(),))
        loss = gan.discriminator_loss(*outputs, self._model.plan.label_smoothing)
        good = self._learn(self._discriminator_optimiser, loss, lr * self._lr_ratio)
        generator_loss = torch.full_like(loss, math.nan)
        if generator_turn and good:
            generator_loss = gan.generator_loss(run(gan.discriminator, (generated,)))
            good = self._learn(self._generator_optimiser, generator_loss, lr)
        if not self._kept(good):
            return None
        self._losses[0].append(loss.detach())
        self._losses[1].append(generator_loss.detach())
        self._flags.append(self._bad)
        self._steps += 1
        return self._in_order(*outputs)

    def collect(self) -> list[float]:
        """The discriminator's losses in the good steps since the last call; `other_losses` has the generator's."""
        self._generator_losses = []
        if not self._flags:
            return []
        columns = torch.stack([torch.stack(column) for column in (*self._losses, self._flags)]).tolist()
        self._losses, self._flags = [[], []], []
        good = [losses for *losses, flag in zip(*columns, strict=True) if not flag]
        self.diverged = self.diverged or len(good) < len(columns[0])
        self._generator_losses = [generator_loss for _, generator_loss in good]
        return [loss for loss, _ in good]

    def _learn(self, optimiser: Optimiser, loss: Tensor, lr: float) -> bool:
        """Change the weights of one of the two; whether the loss was finite, as far as that is known."""
        weights = optimiser.weights
        weights.clear_gradients()
        loss.backward(inputs=weights.parameters)  # type: ignore[no-untyped-call]
        if self._direct:
            return learn(optimiser, loss.item(), lr, self._clip)
        self._bad = learn_deferred(optimiser, loss.detach(), lr, self._clip, self._bad)
        return True

    def _kept(self, good: bool) -> bool:
        """Take the buffers back where a step was bad."""
        self.diverged = self.diverged or not good
        if not self._direct:
            self._take_back(self._bad)
        elif not good:
            self._take_back()
        return good

    def _in_order(self, real: Tensor, generated: Tensor) -> tuple[Tensor, ...]:
        """The discriminator's outputs in the order of the network's outputs."""
        outputs = (real.detach(), generated.detach())
        return outputs if self._gan.real_output < self._gan.generated_output else outputs[::-1]
