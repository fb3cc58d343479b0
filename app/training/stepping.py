"""One training step: forward, loss, backward, optimiser step, unless loss or gradients are not finite."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, fx

from app.training.batches import Batch
from app.training.optimisers import Optimiser
from app.training.plan import Plan
from app.training.weights import Weights


class Steppable(Protocol):
    """What a step needs of a model."""

    @property
    def plan(self) -> Plan:
        """The training settings."""

    @property
    def device(self) -> torch.device:
        """Where it runs."""

    def run(self, module: fx.GraphModule, inputs: tuple[Tensor, ...]) -> Any:
        """The outputs of ``module``, the model's own or a part of it, in the plan's precision."""

    def loss(self, batch: Batch) -> tuple[Tensor, Any]:
        """Loss () and outputs for a batch."""


def learn(optimiser: Optimiser, loss: float, lr: float, clip: float) -> bool:
    """Change weights by their gradients, shortened to ``clip`` (0: never), unless these or ``loss`` are not finite.

    Returns whether all were finite. Where the weights are, reading a number must cost nothing.
    """
    weights = optimiser.weights
    square = weights.squared_norm().item()
    if not math.isfinite(loss + square):
        return False
    if clip and square > clip * clip:
        weights.scale_gradients(clip / (math.sqrt(square) + 1e-6))
    optimiser.step(lr)
    return True


def learn_deferred(optimiser: Optimiser, loss: Tensor, lr: float, clip: float, bad: Tensor) -> Tensor:
    """The same without reading a number: nothing changes where ``bad`` () is above 0. Returns what ``bad`` is then."""
    weights = optimiser.weights
    square = weights.squared_norm()
    bad = torch.maximum(bad, (~torch.isfinite(loss + square)).float())
    if clip:
        weights.scale_gradients((clip / (square.sqrt() + 1e-6)).clamp(max=1.0))
    optimiser.step(lr, bad)
    return bad


class Stepper(ABC):
    """Does steps and keeps their losses until they are collected.

    ``diverged`` becomes true when a loss or gradient is not finite. That step and those after it change nothing, so
    the weights stay as the last good step left them.
    """

    def __init__(self, model: Steppable, weights: Weights, optimiser: Optimiser) -> None:
        self.diverged = False
        self._model = model
        self._weights = weights
        self._optimiser = optimiser
        self._clip = model.plan.clip
        self._parts = model.plan.accumulate
        self._buffers = None if weights.buffers is None else weights.buffers.clone()

    @abstractmethod
    def step(self, batch: Batch, lr: float) -> Any:
        """Learn from ``batch`` with learning rate ``lr``; the network's outputs, or None if the loss was not finite."""

    @abstractmethod
    def collect(self) -> list[float]:
        """Losses of the good steps since the last call; afterwards ``diverged`` is up to date."""

    @property
    def other_losses(self) -> Mapping[str, list[float]]:
        """Losses beside those that the last `collect` gave, as many of each; NaN where a step took none."""
        return {}

    def _remember(self) -> None:
        """Keep the buffers, such as running means, for the case that the step goes astray."""
        if self._buffers is not None and self._weights.buffers is not None:
            self._buffers.copy_(self._weights.buffers)

    def _take_back(self, bad: Tensor | None = None) -> None:
        """Put the buffers back as they were; with ``bad`` () only where it is above 0."""
        if self._buffers is None or self._weights.buffers is None:
            return
        if bad is None:
            self._weights.buffers.copy_(self._buffers)
        else:
            torch.where(bad > 0, self._buffers, self._weights.buffers, out=self._weights.buffers)

    def _backward(self, batch: Batch) -> tuple[Tensor, Any]:
        """Gradients of a batch, its loss () and the outputs; in parts, of which each counts as its samples do."""
        self._remember()
        if self._parts == 1:
            loss, outputs = self._model.loss(batch)
            self._weights.clear_gradients()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss.detach(), outputs
        self._weights.clear_gradients()
        losses, found = [], []
        for part in batch.parts(self._parts):
            loss, outputs = self._model.loss(part)
            weighed = loss * (part.size / batch.size)
            weighed.backward()  # type: ignore[no-untyped-call]
            losses.append(weighed.detach())
            found.append(outputs)
        return torch.stack(losses).sum(), _joined(found)


def _joined(found: list[Any]) -> Any:
    """The outputs of the parts of a batch as those of the whole: a tensor, or a tuple of them."""
    if isinstance(found[0], tuple):
        return tuple(torch.cat([output.detach() for output in outputs]) for outputs in zip(*found, strict=True))
    return torch.cat([outputs.detach() for outputs in found])


class DirectStepper(Stepper):
    """For the processor, where reading a number costs nothing: every step is checked before it counts."""

    def __init__(self, model: Steppable, weights: Weights, optimiser: Optimiser) -> None:
        super().__init__(model, weights, optimiser)
        self._losses: list[float] = []

    def step(self, batch: Batch, lr: float) -> Any:
        """Learn from ``batch``."""
        loss, outputs = self._backward(batch)
        value = loss.item()
        if not learn(self._optimiser, value, lr, self._clip):
            self.diverged = True
            self._take_back()
            return None
        self._losses.append(value)
        return outputs

    def collect(self) -> list[float]:
        """Losses since the last call."""
        found, self._losses = self._losses, []
        return found


class DeferredStepper(Stepper):
    """For CUDA, where reading a number would stop the stream: a flag on the device keeps bad steps from counting."""

    def __init__(self, model: Steppable, weights: Weights, optimiser: Optimiser) -> None:
        super().__init__(model, weights, optimiser)
        self._bad = torch.zeros((), device=model.device)
        self._losses: list[Tensor] = []
        self._flags: list[Tensor] = []

    def step(self, batch: Batch, lr: float) -> Any:
        """Learn from ``batch``, or do nothing if a step since the last `collect` was bad."""
        loss, outputs = self._backward(batch)
        self._bad = learn_deferred(self._optimiser, loss, lr, self._clip, self._bad)
        self._take_back(self._bad)
        self._losses.append(loss)
        self._flags.append(self._bad)
        return outputs

    def collect(self) -> list[float]:
        """Losses of the good steps since the last call: one transfer for all of them."""
        if not self._losses:
            return []
        losses, flags = torch.stack([torch.stack(self._losses).float(), torch.stack(self._flags)]).tolist()
        self._losses, self._flags = [], []
        good = [loss for loss, flag in zip(losses, flags, strict=True) if not flag]
        self.diverged = len(good) < len(losses)
        return good
