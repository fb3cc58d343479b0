"""Optimisers: torch's own update functions, applied to a network's weights as long vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from app.training.plan import Plan
from app.training.weights import Weights

EPSILON = 1e-8


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
        none: list[Tensor | None] = [None] * len(self.weights.tensors)
        sgd(
            self.weights.tensors,
            self.weights.gradients,
            [*self.state["momentum"]] if self.state else none,
            fused=True,
            found_inf=skip,
            weight_decay=self.plan.weight_decay,
            momentum=self.plan.momentum,
            lr=lr,
            dampening=0.0,
            nesterov=self.plan.nesterov,
            maximize=False,
        )


class Adam(Optimiser):
    """Steps scaled by running means of gradients and of their squares, as ``torch.optim.Adam``."""

    decoupled = False

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        counts = [torch.zeros((), device=tensor.device) for tensor in weights.tensors]
        self.state = {"mean": self._like_weights(), "square": self._like_weights(), "steps": counts}

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Running means, then the step."""
        adam(
            self.weights.tensors,
            self.weights.gradients,
            self.state["mean"],
            self.state["square"],
            [],
            self.state["steps"],
            fused=True,
            found_inf=skip,
            decoupled_weight_decay=self.decoupled,
            amsgrad=False,
            beta1=self.plan.beta1,
            beta2=self.plan.beta2,
            lr=lr,
            weight_decay=self.plan.weight_decay,
            eps=EPSILON,
            maximize=False,
        )


class AdamW(Adam):
    """Adam whose weight decay is not scaled with the gradients, as ``torch.optim.AdamW``."""

    decoupled = True


class RmsProp(Optimiser):
    """Steps scaled by a running mean of squared gradients, as ``torch.optim.RMSprop``."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        super().__init__(plan, weights)
        counts = [torch.zeros((), device=tensor.device) for tensor in weights.tensors]
        self.state = {"square": self._like_weights(), "steps": counts}
        if plan.momentum:
            self.state["momentum"] = self._like_weights()

    def step(self, lr: float, skip: Tensor | None = None) -> None:
        """Running mean, then the step."""
        kept = None if skip is None else [tensor.clone() for tensor in self.weights.tensors]
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
        if kept is not None and skip is not None:
            # torch has no RMSprop that can skip on the device, so the weights are put back there.
            for mine, old in zip(self.weights.tensors, kept, strict=True):
                mine.copy_(torch.where(skip > 0, old, mine))


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


KINDS: dict[str, type[Optimiser]] = {"sgd": Sgd, "adam": Adam, "adamw": AdamW, "rmsprop": RmsProp}


def build_optimiser(plan: Plan, weights: Weights, groups: Sequence[frozenset[str]] = ()) -> Optimiser:
    """The optimiser that ``plan`` names, with nothing remembered yet; with ``groups``, one for each."""
    if groups:
        return GroupedOptimiser(plan, weights, groups)
    return KINDS[plan.optimiser](plan, weights)
