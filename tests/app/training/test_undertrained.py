"""A loss that still falls as it did all along is told; one that bends, wanders or turned is left alone."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from app.training.undertrained import still_falling


def curve(of: Callable[[float], float], epochs: int = 20) -> list[float]:
    """A loss over a training, by the share of it that is done."""
    return [of(epoch / (epochs - 1)) for epoch in range(epochs)]


def test_a_straight_fall_is_told_with_what_it_fell_by() -> None:
    found = still_falling(curve(lambda done: 1 - 0.38 * done))
    assert found is not None and found.epochs == 5
    assert (found.before, found.now) == pytest.approx((0.72, 0.62))


@pytest.mark.parametrize(
    "of", [lambda done: 2 - done**2, lambda done: math.exp(-0.6 * done)], ids=["ever faster", "half"]
)
def test_a_fall_that_has_most_of_its_way_before_it_is_told(of: Callable[[float], float]) -> None:
    assert still_falling(curve(of)) is not None and still_falling(curve(of, 200)) is not None


@pytest.mark.parametrize(
    ("losses", "why"),
    [
        (curve(lambda done: math.exp(-1.4 * done)), "it bends: three quarters of the way are done"),
        (curve(lambda done: math.exp(-5 * done)), "it has settled"),
        (curve(lambda done: 1 / (1 + 10 * done)), "it has settled, slowly"),
        (curve(lambda done: 1 - 0.01 * done), "it hardly falls"),
        (curve(lambda done: 0.5), "it does not fall"),
        (curve(lambda done: 1 - done, 5), "too few epochs tell"),
        ([*curve(lambda done: 1 - 0.5 * done), 0.51], "the last epoch is not the best"),
        ([*curve(lambda done: 1 - 0.5 * done), math.nan], "the last loss is no number"),
        ([], "nothing was trained"),
    ],
)
def test_other_losses_are_left_alone(losses: list[float], why: str) -> None:
    assert still_falling(losses) is None, why


def test_noise_that_ends_low_by_chance_is_left_alone_and_a_steep_fall_in_little_noise_told() -> None:
    flat, steep = 0, 0
    for seed in range(300):
        noise = np.random.default_rng(seed).normal(0, 0.02, 24)
        flat += still_falling((0.7 + noise).tolist()) is not None
        fallen = np.linspace(1, 0.4, 24) + noise / 4
        steep += still_falling(fallen.tolist()) is not None
    assert flat <= 3  # one in a hundred
    assert steep >= 150  # where the last epoch is the best
