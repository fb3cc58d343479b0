"""Optimisers and learning rates of training scripts, run as they are written and held against those of Netloom."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.exchange.script_data import BATCHES
from app.exchange.script_steps import is_scheduled, optimiser_piece, schedule_settings
from app.training.optimisers import build_optimiser
from app.training.plan import OPTIMISERS, Plan
from app.training.schedules import Schedule
from app.training.weights import Weights

SAMPLES, EPOCHS = 70, 12


def written(plan: Plan, network: nn.Module | None = None, *, frozen: bool = False) -> dict[str, Any]:
    """What the piece of the optimiser defines, run as a script does."""
    names: dict[str, Any] = {"torch": torch, "np": np, "math": math, "network": network or nn.Linear(2, 1)}
    names |= {"rows": {"train": np.arange(SAMPLES)}, "Iterator": object, "annotations": None}
    exec(f"from __future__ import annotations\n{BATCHES}", names)
    settings = [
        ("EPOCHS", plan.epochs, ""),
        ("BATCH_SIZE", plan.batch_size, ""),
        ("LEARNING_RATE", plan.learning_rate, ""),
    ]
    names |= {name: value for name, value, _ in [*settings, *schedule_settings(plan)]}
    exec(optimiser_piece(plan, frozen).code, names)
    return names


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("further", [{}, {"weight_decay": 0.1, "beta1": 0.8, "momentum": 0.7, "alpha": 0.9}])
def test_an_optimiser_of_torch_steps_as_the_runs_does(name: str, further: dict[str, float]) -> None:
    plan = Plan.parse({"optimiser": name, "learning_rate": 0.02, **further})
    torch.manual_seed(1)
    ours = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    theirs, inputs = copy.deepcopy(ours), torch.randn(20, 3)
    weights, optimiser = Weights(ours), written(plan, theirs)["optimiser"]
    own = build_optimiser(plan, weights)
    for _ in range(8):
        weights.clear_gradients()
        ours(inputs).square().mean().backward()
        own.step(plan.learning_rate)
        optimiser.zero_grad()
        theirs(inputs).square().mean().backward()
        optimiser.step()
    for mine, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.data, their.data)


def test_nesterov_is_handed_on() -> None:
    piece = optimiser_piece(Plan.parse({"optimiser": "sgd", "nesterov": True}), frozen=False)
    assert "torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=0.9, nesterov=True)" in piece.code


def test_frozen_weights_are_not_handed_to_the_optimiser() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 1))
    network[0].requires_grad_(False)
    [group] = written(Plan(), network, frozen=True)["optimiser"].param_groups
    assert len(group["params"]) == 2


@pytest.mark.parametrize("plan", [
    {"schedule": "step", "step_epochs": 3}, {"schedule": "cosine", "final_rate": 0.1}, {"schedule": "one_cycle"},
    {"warm_up_epochs": 2.5}, {"schedule": "cosine", "warm_up_epochs": 1.0}, {"schedule": "one_cycle", "warm_up": 0.01},
    {"schedule": "plateau", "plateau_patience": 1, "final_rate": 0.05, "warm_up_epochs": 1.0},
])  # fmt: skip
def test_the_learning_rate_is_that_of_the_run(plan: dict[str, Any]) -> None:
    made = Plan.parse({"epochs": EPOCHS, "batch_size": 23, "learning_rate": 0.3, **plan})
    names, steps = written(made), 3
    assert is_scheduled(made) and names["STEPS_PER_EPOCH"] == steps
    own = Schedule(made, steps, EPOCHS)
    for epoch in range(EPOCHS):
        for step in range(epoch * steps, (epoch + 1) * steps):
            assert names["learning_rate"](step) == pytest.approx(own.lr(step))
        loss = [3.0, 2.0, 2.0, 2.1, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0][epoch]
        own.epoch_done(loss)
        if made.schedule == "plateau":
            names["watch_plateau"](loss)


def test_a_constant_rate_needs_no_function() -> None:
    assert not is_scheduled(Plan()) and "learning_rate" not in written(Plan())
