"""Hopfield's memory: Hebb's weights, energy that never rises, recall below capacity and its failure above."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.numerics import associative_memory
from app.numerics.associative_memory import (
    CAPACITY,
    capacity_curve,
    disturbed,
    hebbian,
    overlaps,
    recalled_share,
    states_of,
    update_order,
    walk,
)
from graph.layers.hopfield import Hopfield
from graph.layers.stored_pictures import LETTERS
from graph.shapes import image
from graph.steps import finished
from tests.graph.layers.build import build

FIVE = states_of(LETTERS[:5])


def test_weights_are_the_sum_of_outer_products_without_the_diagonal() -> None:
    by_hand = sum(np.outer(state, state) for state in FIVE) / 64
    weights = hebbian(FIVE)
    assert weights == pytest.approx(by_hand - np.diag(np.diag(by_hand)))
    assert np.array_equal(weights, weights.T)
    assert not weights.diagonal().any()
    two = hebbian(np.array([[1.0, 1, -1], [1, -1, -1]]))  # on paper
    assert two == pytest.approx(np.array([[0, 0, -2], [0, 0, 0], [-2, 0, 0]]) / 3)


@given(units=st.integers(2, 30), count=st.integers(1, 8), seed=st.integers(0, 10_000), sweeps=st.integers(1, 4))
def test_energy_never_rises(units: int, count: int, seed: int, sweeps: int) -> None:
    rng = np.random.default_rng(seed)
    weights = hebbian(rng.choice([-1.0, 1.0], (count, units)))
    found = walk(weights, rng.choice([-1.0, 1.0], units), update_order(units, sweeps, seed))
    assert (np.diff(found.energies) <= 1e-12).all()
    direct = [associative_memory.energy(weights, state) for state in found.states]
    assert found.energies == pytest.approx(direct, abs=1e-9)
    changed = (np.diff(found.states, axis=0) != 0).sum(axis=1)
    assert changed.max(initial=0) <= 1  # one unit at a time


@pytest.mark.parametrize("at", range(5))
def test_letters_come_back_from_noise_and_from_their_upper_half(at: int) -> None:
    weights, order = hebbian(FIVE), update_order(64, 5, 0)
    for start in (
        FIVE[at],
        disturbed(FIVE[at], 0.0, 0.5, 0),
        *(disturbed(FIVE[at], 0.1, 0.0, each) for each in range(5)),
    ):
        found = walk(weights, start, order)
        assert np.array_equal(found.states[-1], FIVE[at])
        assert overlaps(FIVE, found.states[-1])[at] == 1.0
    assert walk(weights, FIVE[at], order).rests_after == 0


def test_twelve_letters_are_too_many() -> None:
    """Twelve that are alike, on 64 units: 0.19 N. Most of them are no resting states any more."""
    every = states_of(LETTERS)
    weights, order = hebbian(every), update_order(64, 5, 0)
    kept = [np.array_equal(walk(weights, state, order).states[-1], state) for state in every]
    assert sum(kept) <= 4


def test_random_states_come_back_below_the_capacity_and_fail_above() -> None:
    assert min(recalled_share(200, round(0.05 * 200), seed) for seed in range(3)) == 1.0
    assert max(recalled_share(200, round(2 * CAPACITY * 200), seed) for seed in range(3)) < 0.2
    curve = finished(capacity_curve(100, (0.03, 0.3), 2))
    assert curve[:, 0] == pytest.approx([0.03, 0.3])
    assert curve[0, 1] == 1.0
    assert curve[1, 1] < 0.2


def test_noise_turns_over_as_many_units_as_it_says() -> None:
    few, more = (disturbed(FIVE[0], noise, 0.0, 3) for noise in (0.125, 0.25))
    assert (few != FIVE[0]).sum() == 8
    assert (more != FIVE[0]).sum() == 16
    assert (more != FIVE[0])[few != FIVE[0]].all()
    assert (disturbed(FIVE[1], 0.0, 0.5, 0)[32:] == -1).all()


def test_the_layer_recalls_as_the_arithmetic_does() -> None:
    layer = Hopfield(letters=5, sweeps=3, seed=4)
    module = build(layer, {"in": image(1, 8, 8)})
    starts = np.array([disturbed(state, 0.3, 0.0, at) for at, state in enumerate(np.repeat(FIVE, 4, axis=0))])
    given_values = torch.tensor(0.7 * starts, dtype=torch.float32).reshape(-1, 1, 8, 8).requires_grad_()
    found = module({"in": given_values})["out"]
    order = update_order(64, 3, 4)
    expected = [walk(hebbian(FIVE), start, order).states[-1] for start in starts]
    assert np.array_equal(found.detach().numpy().reshape(-1, 64), np.array(expected))
    assert "320 updates" in str(Hopfield().onnx_obstacle({"in": image(1, 8, 8)}))
    found.sum().backward()
    assert given_values.grad is not None
    assert not given_values.grad.any()
