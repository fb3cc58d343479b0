"""Turns of a discriminator and a generator: a batch teaches the first, then the second answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from app.training.batches import Batch
from app.training.gan.gan_objective import Adversarial
from app.training.optimisers import Apart, Optimiser
from app.training.stepping import Stepper, learn, learn_deferred
from app.training.trainable import Model
from app.training.weights import Weights

if TYPE_CHECKING:
    from app.training.gan.snapshots import SampleSnapshots
    from app.training.training_session import TrainingSession


class RivalStepper(Stepper):
    """A step teaches the discriminator with a batch of real samples and as many made ones.

    After every ``discriminator_steps`` steps the generator is taught as well: the verdicts that count are those of the
    discriminator as it is by then. On the processor each loss is looked at before it counts; on CUDA a flag on the
    device keeps a bad step, and all after it, from counting. ``steps`` were done before, so that a resumed run keeps
    its turns.
    """

    def __init__(self, model: Model, weights: Weights, optimiser: Apart, steps: int) -> None:
        super().__init__(model, weights, optimiser)
        self._frames: SampleSnapshots | None = None
        assert isinstance(model.objective, Adversarial)
        self._aim = aim = model.objective
        self._made, self._judged = aim.parts
        self._generator, self._discriminator = optimiser.each
        self._steps = steps
        self._direct = model.device.type == "cpu"
        self._place = aim.inputs.index(aim.field)
        plan = model.plan
        self._every = plan.discriminator_steps
        self._ratio = plan.discriminator_rate / plan.learning_rate if plan.discriminator_rate else 1.0
        self._bad = torch.zeros((), device=model.device)
        self._flags: list[Tensor] = []
        self._losses: list[list[Tensor]] = [[], []]
        self._others: list[float] = []

    @property
    def others(self) -> Mapping[str, list[float]]:
        """The generator's losses."""
        return {"generator_loss": self._others}

    def begin(self, session: TrainingSession) -> None:
        """Keep samples over time in the run's folder."""
        from app.training.gan.sampling import keep_frames

        self._frames = keep_frames(session)

    def end(self, session: TrainingSession) -> None:
        """Keep the last samples as well."""
        if self._frames is not None:
            self._frames.keep(session.position.steps)

    def step(self, batch: Batch, rate: float) -> Any:
        """Learn from ``batch``; the verdicts as they were before, or None if a loss went astray."""
        self._remember()
        turn = (self._steps + 1) % self._every == 0
        real = batch.inputs[self._place]
        run = self._model.run
        noise = self._aim.fresh_noise(len(real), self._model.device)
        with torch.set_grad_enabled(turn):
            made = run(self._made, noise)
        verdicts = run(self._judged, (real,)), run(self._judged, (made.detach(),))
        loss = self._aim.discriminator_loss(*verdicts, self._model.plan.label_smoothing)
        good = self._learn(self._discriminator, loss, rate * self._ratio)
        answer = torch.full_like(loss, math.nan)
        if turn and good:
            answer = self._aim.generator_loss(run(self._judged, (made,)))
            good = self._learn(self._generator, answer, rate)
        if not self._kept(good):
            return None
        self._losses[0].append(loss.detach())
        self._losses[1].append(answer.detach())
        self._flags.append(self._bad)
        self._steps += 1
        if self._frames is not None:
            self._frames.after(self._steps)
        return self._in_order(verdicts)

    def collect(self) -> list[float]:
        """The discriminator's losses in the good steps since the last call; `others` holds the generator's."""
        self._others = []
        if not self._flags:
            return []
        columns = torch.stack([torch.stack(one) for one in (*self._losses, self._flags)]).tolist()
        self._losses, self._flags = [[], []], []
        good = [(loss, answer) for loss, answer, flag in zip(*columns, strict=True) if not flag]
        self.diverged = self.diverged or len(good) < len(columns[0])
        self._others = [answer for _, answer in good]
        return [loss for loss, _ in good]

    def _learn(self, learner: Optimiser, loss: Tensor, rate: float) -> bool:
        """Change the weights of one of the two; whether the loss was a number, as far as that is known."""
        weights = learner.weights
        weights.clear_gradients()
        loss.backward(inputs=weights.parameters)  # type: ignore[no-untyped-call]
        if self._direct:
            return learn(learner, loss.item(), rate, self._clip)
        self._bad = learn_deferred(learner, loss.detach(), rate, self._clip, self._bad)
        return True

    def _kept(self, good: bool) -> bool:
        """Take the buffers back where a step was bad."""
        self.diverged = self.diverged or not good
        if not self._direct:
            self._take_back(self._bad)
        elif not good:
            self._take_back()
        return good

    def _in_order(self, verdicts: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        """Verdicts in the order of the network's outputs."""
        real, made = (one.detach() for one in verdicts)
        outputs = self._model.compiled.outputs
        return tuple(real if id_ == self._aim.roles.real else made for id_ in outputs)
