"""Every schedule against torch's own scheduler, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as torchs

from app.training.plan import Plan
from app.training.schedules import Schedule

STEPS, EPOCHS, RATE = 7, 23, 0.3
LOSSES = [1.0, 0.8, 0.79999, 0.81, 0.7, 0.72, 0.75, 0.71, 0.9, 0.7, 0.70001, 0.6] + [0.65] * 11

By = Callable[[torch.optim.Optimizer], Any]


def plan(schedule: str, **settings: Any) -> Plan:
    return Plan.parse({"schedule": schedule, "learning_rate": RATE, "epochs": EPOCHS, **settings})


def rates(plan: Plan) -> list[float]:
    schedule, found = Schedule(plan, STEPS, EPOCHS), []
    for epoch in range(EPOCHS):
        found += [schedule.lr(epoch * STEPS + step) for step in range(STEPS)]
        schedule.epoch_done(LOSSES[epoch])
    return found


def expected(make: By, per_step: bool, watched: bool) -> list[float]:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler, found = make(optimiser), []
    for epoch in range(EPOCHS):
        for step in range(STEPS):
            found.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            if per_step and epoch * STEPS + step < EPOCHS * STEPS - 1:
                scheduler.step()
        if not per_step:
            scheduler.step(*([LOSSES[epoch]] if watched else []))
    return found


CASES: list[tuple[Plan, By, bool, bool]] = [
    (plan("constant"), lambda o: torchs.ConstantLR(o, factor=1.0), False, False),
    (plan("step", step_epochs=4, factor=0.5), lambda o: torchs.StepLR(o, 4, 0.5), False, False),
    (plan("cosine"), lambda o: torchs.CosineAnnealingLR(o, EPOCHS), False, False),
    (plan("cosine", final_rate=0.1), lambda o: torchs.CosineAnnealingLR(o, EPOCHS, RATE * 0.1), False, False),
    (plan("one_cycle"), lambda o: torchs.OneCycleLR(o, RATE, EPOCHS * STEPS), True, False),
    (plan("one_cycle", warm_up=0.1), lambda o: torchs.OneCycleLR(o, RATE, EPOCHS * STEPS, pct_start=0.1), True, False),
    (plan("plateau"), lambda o: torchs.ReduceLROnPlateau(o, patience=3), False, True),
    (
        plan("plateau", plateau_patience=0, factor=0.5, final_rate=0.05),
        lambda o: torchs.ReduceLROnPlateau(o, patience=0, factor=0.5, min_lr=RATE * 0.05),
        False,
        True,
    ),
]


@pytest.mark.parametrize(("plan", "make", "per_step", "watched"), CASES)
def test_a_schedule_is_torchs(plan: Plan, make: By, per_step: bool, watched: bool) -> None:
    assert rates(plan) == pytest.approx(expected(make, per_step, watched), rel=1e-6)


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "plateau"])
def test_a_warm_up_is_torchs_linear_one_before_any_schedule(schedule: str) -> None:
    epochs = 2
    steps = epochs * STEPS
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    rising = torchs.LinearLR(optimiser, start_factor=1 / steps, total_iters=steps - 1)
    shares = []
    for _ in range(EPOCHS * STEPS):
        shares.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        rising.step()
    plain, warmed = rates(plan(schedule)), rates(plan(schedule, warm_up_epochs=epochs))
    assert warmed == pytest.approx([rate * share for rate, share in zip(plain, shares, strict=True)], rel=1e-6)
    assert warmed[0] < 0.1 * plain[0] and warmed[steps:] == plain[steps:]


def test_one_cycle_has_a_warm_up_of_its_own() -> None:
    assert rates(plan("one_cycle", warm_up_epochs=5.0)) == rates(plan("one_cycle"))
