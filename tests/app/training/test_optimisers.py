"""Every optimiser against torch's own over many steps; those that torch does not have, against their papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from app.training.optimisers import KINDS, build_optimiser
from app.training.plan import OPTIMISERS, Plan
from app.training.usual_rates import MOST_RATES, USUAL_RANGES, USUAL_RATES
from app.training.weights import Weights

STEPS, RATE = 40, 0.01
Make = Callable[..., torch.optim.Optimizer]


class PaperLion(torch.optim.Optimizer):
    """Algorithm 2 of Chen and others, "Symbolic discovery of optimization algorithms" (2023), weight by weight."""

    def __init__(self, parameters: Any, lr: float, betas: tuple[float, float], weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """One step, after what ``closure`` computes."""
        loss = None if closure is None else closure()
        for group in self.param_groups:
            first, second = group["betas"]
            for weight in group["params"]:
                mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
                sign = torch.sign(first * mean + (1 - first) * weight.grad)
                weight.sub_(group["lr"] * (sign + group["weight_decay"] * weight))
                self.state[weight]["mean"] = second * mean + (1 - second) * weight.grad
        return loss


MEANS: dict[str, Any] = {"betas": (0.85, 0.98)}
THEIRS: dict[str, tuple[Make, dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {"momentum": 0.8, "nesterov": True}),
    "adam": (torch.optim.Adam, MEANS),
    "adamw": (torch.optim.AdamW, MEANS),
    "radam": (torch.optim.RAdam, MEANS),
    "nadam": (torch.optim.NAdam, MEANS),
    "rmsprop": (torch.optim.RMSprop, {"momentum": 0.8, "alpha": 0.95}),
    "adagrad": (torch.optim.Adagrad, {}),
    "lion": (PaperLion, MEANS),
}


def made(name: str, weight_decay: float) -> tuple[Plan, Make, dict[str, Any]]:
    make, settings = THEIRS[name]
    values = {key: value for key, value in settings.items() if key != "betas"}
    if "betas" in settings:
        values |= dict(zip(("beta1", "beta2"), settings["betas"], strict=True))
    return Plan.parse({"optimiser": name, "weight_decay": weight_decay, **values}), make, settings


def networks() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(3)
    own = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    theirs = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    theirs.load_state_dict(own.state_dict())
    return own, theirs


@pytest.mark.parametrize("flat", [True, False], ids=["one vector", "many tensors"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_takes_the_steps_of_torchs(name: str, weight_decay: float, flat: bool) -> None:
    plan, make, settings = made(name, weight_decay)
    own, theirs = networks()
    weights = Weights(own)
    if not flat:
        weights.tensors = [parameter.data for parameter in weights.parameters]
        weights.gradients = [parameter.grad for parameter in weights.parameters if parameter.grad is not None]
    optimiser = build_optimiser(plan, weights)
    reference = make(theirs.parameters(), lr=RATE, weight_decay=weight_decay, **settings)
    for step in range(STEPS):
        rate = RATE / (1 + step)
        for group in reference.param_groups:
            group["lr"] = rate
        x = torch.randn(8, 4)
        weights.clear_gradients()
        for module in (own, theirs):
            if module is theirs:
                reference.zero_grad()
            (module(x) ** 2).mean().backward()
        with torch.no_grad():
            optimiser.step(rate)
        reference.step()
    for one, other in zip(own.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("skip", [0.0, 1.0])
def test_a_step_that_is_skipped_on_the_device_changes_no_weight(name: str, skip: float) -> None:
    own, _ = networks()
    weights = Weights(own)
    optimiser = build_optimiser(made(name, 0.1)[0], weights)
    for gradient in weights.gradients:
        gradient.fill_(float("nan") if skip else 0.5)
    before: list[Tensor] = [tensor.clone() for tensor in weights.tensors]
    with torch.no_grad():
        optimiser.step(RATE, torch.tensor(skip))
    same = all(torch.equal(one, old) for one, old in zip(weights.tensors, before, strict=True))
    assert same is bool(skip)


def test_every_optimiser_has_a_name_and_rates() -> None:
    names = set(get_args(Plan.model_fields["optimiser"].annotation))
    assert names == set(KINDS) == set(OPTIMISERS) == set(MOST_RATES) == set(USUAL_RATES) == set(USUAL_RANGES)
    for name, (low, high) in USUAL_RANGES.items():
        assert low <= USUAL_RATES[name] <= high <= MOST_RATES[name]
