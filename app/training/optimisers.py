"""Optimisers: torch's own update functions, applied to a network's weights as long vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.nadam import nadam
from torch.optim.radam import radam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from app.training.plan import Plan
from app.training.weights import Weights

EPSILON = 1e-8
ADAGRAD_EPSILON = 1e-10
MOMENTUM_DECAY = 0.004
"""How fast Nesterov's share of NAdam grows: torch's own value, after Dozat (2016)."""


class Optimiser(ABC):
    """Changes weights by their gradients. `state` holds all that it remembers, and may be read and written to."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        self.plan = plan
        self.weights = weights
        self.state: dict[str, list[Tensor]] = {}

    def parts(self) -> Mapping[str, Optimiser]:
        """The optimisers that remember something, by the prefix of what they remember in checkpoints."""
        return {"": self}

    @abstractmethod
    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Change the weights once, with learning rate ``lr``; where ``skip`` () is 1, leave all as it is."""

    def _like_weights(self) -> list[Tensor]:
        return [torch.zeros_like(tensor) for tensor in self.weights.tensors]


class Sgd(Optimiser):
    """Gradient descent with momentum, as ``torch.optim.SGD``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        # A buffer of zeros gives the same first step as torch's missing one: both then hold the gradient.
        self.state = {"momentum": self._like_weights()} if plan.momentum else {}

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Momentum, then the step."""
        tensors, gradients, plan = self.weights.tensors, self.weights.gradients, self.plan
        settings: dict[str, Any] = {
            "weight_decay": plan.weight_decay,
            "momentum": plan.momentum,
            "lr": lr,
            "dampening": 0.0,
            "nesterov": plan.nesterov,
            "maximize": False,
        }
        if (
            skip is None
        ):  # tensors need not be sorted by device and type, which takes longer than a small network's step
            torch._fused_sgd_(tensors, gradients, self.state.get("momentum", []), is_first_step=False, **settings)
            return
        buffers: list[Tensor | None] = [*self.state["momentum"]] if self.state else [None] * len(tensors)
        sgd(tensors, gradients, buffers, fused=True, found_inf=skip, **settings)


class Adam(Optimiser):
    """Steps scaled by running means of gradients and of their squares, as ``torch.optim.Adam``."""

    decoupled = False

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        counts = [torch.zeros((), device=tensor.device) for tensor in weights.tensors]
        self.state = {"mean": self._like_weights(), "square": self._like_weights(), "steps": counts}

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Running means, then the step."""
        state, counts = self.state, self.state["steps"]
        none: list[Tensor] = []
        tensors = self.weights.tensors, self.weights.gradients, state["mean"], state["square"], none, counts
        settings: dict[str, Any] = {
            "amsgrad": False,
            "beta1": self.plan.beta1,
            "beta2": self.plan.beta2,
            "lr": lr,
            "weight_decay": self.plan.weight_decay,
            "eps": EPSILON,
            "maximize": False,
        }
        if skip is None:  # as in `Sgd`
            torch._foreach_add_(counts, 1)
            update: Any = torch._fused_adamw_ if self.decoupled else torch._fused_adam_
            update(*tensors, **settings)
            return
        adam(*tensors, fused=True, found_inf=skip, decoupled_weight_decay=self.decoupled, **settings)


class AdamW(Adam):
    """Adam whose weight decay is not scaled with the gradients, as ``torch.optim.AdamW``."""

    decoupled = True


class UnguardedOptimiser(Optimiser):
    """One that cannot skip a step on the device, so that the weights are put back there."""

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Change the weights, and take it back where ``skip`` is 1."""
        kept = None if skip is None else [tensor.clone() for tensor in self.weights.tensors]
        self._change(lr)
        if kept is not None and skip is not None:
            for mine, old in zip(self.weights.tensors, kept, strict=True):
                mine.copy_(torch.where(skip > 0, old, mine))

    @abstractmethod
    def _change(self, lr: float) -> None:
        """Change the weights once."""

    def _counts(self, value: float = 0.0) -> list[Tensor]:
        """One number for each tensor, where that tensor is, since reading it elsewhere would stop the device."""
        return [torch.full((), value, device=tensor.device) for tensor in self.weights.tensors]

    def _by_means(self, lr: float) -> dict[str, Any]:
        """What torch's relatives of Adam are told of a step with learning rate ``lr``."""
        return {
            "foreach": len(self.weights.tensors) > 1,
            "capturable": any(tensor.is_cuda for tensor in self.weights.tensors),
            "beta1": self.plan.beta1,
            "beta2": self.plan.beta2,
            "lr": lr,
            "weight_decay": self.plan.weight_decay,
            "eps": EPSILON,
        }


class RmsProp(UnguardedOptimiser):
    """Steps scaled by a running mean of squared gradients, as ``torch.optim.RMSprop``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        self.state = {"square": self._like_weights(), "steps": self._counts()}
        if plan.momentum:
            self.state["momentum"] = self._like_weights()

    def _change(self, lr: float) -> None:
        rmsprop(
            self.weights.tensors,
            self.weights.gradients,
            self.state["square"],
            [],
            self.state.get("momentum", []),
            self.state["steps"],
            foreach=len(self.weights.tensors) > 1,
            lr=lr,
            alpha=self.plan.alpha,
            eps=EPSILON,
            weight_decay=self.plan.weight_decay,
            momentum=self.plan.momentum,
            centered=False,
        )


class RAdam(UnguardedOptimiser):
    """Adam that steps plainly until its running mean of squares can be trusted, as ``torch.optim.RAdam``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        self.state = {"mean": self._like_weights(), "square": self._like_weights(), "steps": self._counts()}

    def _change(self, lr: float) -> None:
        radam(
            self.weights.tensors,
            self.weights.gradients,
            self.state["mean"],
            self.state["square"],
            self.state["steps"],
            **self._by_means(lr),
        )


class NAdam(UnguardedOptimiser):
    """Adam that looks ahead along its mean, as Nesterov's momentum does, as ``torch.optim.NAdam``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        self.state = {
            "mean": self._like_weights(),
            "square": self._like_weights(),
            "products": self._counts(1.0),
            "steps": self._counts(),
        }

    def _change(self, lr: float) -> None:
        nadam(
            self.weights.tensors,
            self.weights.gradients,
            self.state["mean"],
            self.state["square"],
            self.state["products"],
            self.state["steps"],
            momentum_decay=MOMENTUM_DECAY,
            **self._by_means(lr),
        )


class Adagrad(UnguardedOptimiser):
    """Steps scaled by the sum of all squared gradients so far, as ``torch.optim.Adagrad``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        self.state = {"square": self._like_weights()}

    def _change(self, lr: float) -> None:
        # Written out: torch's own reads a count of steps, which nothing needs here and which would stop the device.
        for weight, gradient, square in zip(
            self.weights.tensors, self.weights.gradients, self.state["square"], strict=True
        ):
            slope = gradient.add(weight, alpha=self.plan.weight_decay) if self.plan.weight_decay else gradient
            square.addcmul_(slope, slope)
            weight.addcdiv_(slope, square.sqrt().add_(ADAGRAD_EPSILON), value=-lr)


class Lion(UnguardedOptimiser):
    """Steps of one length, of which a running mean of gradients says the sign (Chen and others, 2023)."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        self.state = {"mean": self._like_weights()}

    def _change(self, lr: float) -> None:
        beta1, beta2 = self.plan.beta1, self.plan.beta2
        for weight, gradient, mean in zip(
            self.weights.tensors, self.weights.gradients, self.state["mean"], strict=True
        ):
            if self.plan.weight_decay:
                weight.mul_(1 - lr * self.plan.weight_decay)
            weight.add_(torch.lerp(gradient, mean, beta1).sign_(), alpha=-lr)
            mean.lerp_(gradient, 1 - beta2)


class GroupedOptimiser(Optimiser):
    """An optimiser for each of several groups of weights, which are changed in steps of their own."""

    def __init__(self, plan: Plan, weights: Weights, groups: Sequence[frozenset[str]]) -> None:
        super().__init__(plan, weights)
        self.optimisers = [KINDS[plan.optimiser](plan, weights.stretch(names)) for names in groups]

    def parts(self) -> Mapping[str, Optimiser]:
        """One for each group."""
        return {f"{number}/": one for number, one in enumerate(self.optimisers)}

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Change all groups at once."""
        for optimiser in self.optimisers:
            optimiser.step(lr, skip)


KINDS: dict[str, type[Optimiser]] = {
    "sgd": Sgd,
    "adam": Adam,
    "adamw": AdamW,
    "radam": RAdam,
    "nadam": NAdam,
    "rmsprop": RmsProp,
    "adagrad": Adagrad,
    "lion": Lion,
}


def build_optimiser(plan: Plan, weights: Weights, groups: Sequence[frozenset[str]] = ()) -> Optimiser:
    """The optimiser that ``plan`` names, with nothing remembered yet; with ``groups``, one for each."""
    if groups:
        return GroupedOptimiser(plan, weights, groups)
    return KINDS[plan.optimiser](plan, weights)
