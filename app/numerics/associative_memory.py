"""Hopfield networks without torch: Hebb's weights, energy, asynchronous updates, and how much such a memory holds.

States are float64 of +1 and -1. See Hopfield (1982); the capacity of 0.138 N is that of Amit, Gutfreund and
Sompolinsky (1985) for random states and N units without end.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.steps import Steps

Numbers = NDArray[np.float64]

CAPACITY = 0.138
"""Stored random states per unit up to which they come back nearly whole, where there are very many units."""

NEARLY = 0.05
"""Share of the units that may be wrong where a state counts as recalled."""


def states_of(pictures: Sequence[str]) -> Numbers:
    """States (P, N) from lines of text, # for +1 and anything else for -1."""
    return np.array([[1.0 if mark == "#" else -1.0 for mark in line] for line in pictures])


def hebbian(states: Numbers) -> Numbers:
    """Weights (N, N) that store ``states`` (P, N): the sum of their outer products over N, without the diagonal."""
    weights: Numbers = states.T @ states / states.shape[1]
    np.fill_diagonal(weights, 0.0)
    return weights


def update_order(units: int, sweeps: int, seed: int) -> list[int]:
    """Which unit is renewed at each update: all of them once a sweep, in an order drawn from ``seed``."""
    chance = random.Random(seed)
    return [unit for _ in range(sweeps) for unit in chance.sample(range(units), units)]


def energy(weights: Numbers, state: Numbers) -> float:
    """-1/2 s W s of a state (N,), which no asynchronous update raises."""
    return float(-0.5 * state @ weights @ state)


@dataclass(frozen=True, eq=False)
class Walk:
    """A state on its way: ``states`` (K + 1, N), the start first, and ``energies`` (K + 1,) after each update.

    ``units`` (K,) says which unit was renewed.
    """

    states: Numbers
    energies: Numbers
    units: NDArray[np.int64]

    @property
    def rests_after(self) -> int:
        """Updates after which nothing changes any more."""
        changed = np.flatnonzero((self.states[1:] != self.states[:-1]).any(axis=1))
        return int(changed[-1]) + 1 if len(changed) else 0


def walk(weights: Numbers, start: Numbers, order: Sequence[int]) -> Walk:
    """Renew the units of ``start`` (N,) in an ``order``; a weighted sum of 0 leaves a unit as it is."""
    states = np.empty((len(order) + 1, len(start)))
    states[0] = start
    energies = np.empty(len(order) + 1)
    energies[0] = energy(weights, start)
    for at, unit in enumerate(order):
        states[at + 1] = states[at]
        total = float(weights[unit] @ states[at])
        if abs(total) > 1e-9:
            states[at + 1, unit] = np.sign(total)
        # A flip changes the energy by minus the change of the unit times its weighted sum.
        energies[at + 1] = energies[at] - (states[at + 1, unit] - states[at, unit]) * total
    return Walk(states, energies, np.array(order, np.int64))


def disturbed(state: Numbers, noise: float, hidden: float, seed: int) -> Numbers:
    """A state (N,) with a share ``noise`` of its units turned over, and the last share ``hidden`` of them set to -1.

    More noise turns over the same units and others.
    """
    count = round(noise * len(state))
    result = state.copy()
    result[np.random.default_rng(seed).permutation(len(state))[:count]] *= -1
    result[len(state) - round(hidden * len(state)) :] = -1.0
    return result


def overlaps(states: Numbers, state: Numbers) -> Numbers:
    """How like a state (N,) is to each of ``states`` (P, N): the mean of products, 1 where equal."""
    return states @ state / len(state)


def recalled_share(units: int, count: int, seed: int, sweeps: int = 8) -> float:
    """Share of ``count`` random states that come back when each is the start: at most `NEARLY` of their units wrong."""
    rng = np.random.default_rng(seed)
    stored = rng.choice([-1.0, 1.0], (count, units))
    weights, state = hebbian(stored), stored.T.copy()
    for _ in range(sweeps):
        before = state.copy()
        for unit in rng.permutation(units):
            total = weights[unit] @ state
            state[unit] = np.where(np.abs(total) > 1e-9, np.sign(total), state[unit])
        if np.array_equal(before, state):
            break
    wrong = (state != stored.T).mean(axis=0)
    return float((wrong <= NEARLY).mean())


def capacity_curve(units: int, loads: Sequence[float], seeds: int) -> Steps[Numbers]:
    """`recalled_share` at each of ``loads`` (states per unit), the mean over ``seeds``: float64 (loads, 2).

    Each row has the load that was stored, a whole number of states over ``units``, and the share.
    """
    rows = np.zeros((len(loads), 2))
    for at, load in enumerate(loads):
        count = max(1, round(load * units))
        shares = []
        for seed in range(seeds):
            shares.append(recalled_share(units, count, 1000 * at + seed))
            yield (at + (seed + 1) / seeds) / len(loads)
        rows[at] = count / units, np.mean(shares)
    return rows
