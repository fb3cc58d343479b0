"""A memory that is called up by its content: the network of Hopfield (1982)."""

import random

import torch
from torch import Tensor, nn


class Hopfield(nn.Module):
    """Binary units with symmetric weights by Hebb's rule, renewed one after another.

    ``patterns`` are the stored states, one line of text each, with # for +1 and anything else for -1. ``weight`` [N, N]
    is the sum of their outer products divided by N, without the diagonal. In each of ``sweeps`` every unit is renewed
    once, in an order drawn from ``seed``: to the sign of its weighted sum, while a sum of 0 leaves it as it is.
    """

    weight: Tensor

    def __init__(self, patterns: tuple[str, ...], sweeps: int, seed: int = 0) -> None:
        super().__init__()
        stored = torch.tensor([[1.0 if mark == "#" else -1.0 for mark in line] for line in patterns])
        units = len(patterns[0])
        self.register_buffer("weight", (stored.T @ stored / units).fill_diagonal_(0.0))
        chance = random.Random(seed)
        self.order = [unit for _ in range(sweeps) for unit in chance.sample(range(units), units)]

    def forward(self, x: Tensor) -> Tensor:
        """Return the state after all updates, +1 and -1, of the shape of ``x`` ``[batch, ...]``; x > 0 begins as +1."""
        state = torch.where(x > 0, 1.0, -1.0).flatten(1).to(x.dtype)
        if state.shape[1] != self.weight.shape[0]:
            raise ValueError(f"needs {self.weight.shape[0]} values, not {state.shape[1]}")
        # Half a step in a unit's own direction decides where its weighted sum is 0: all other sums are larger.
        own = torch.eye(len(self.weight), dtype=x.dtype, device=x.device) * (0.5 / len(self.weight))
        weight = self.weight.to(x.dtype) + own
        with torch.no_grad():
            state = state.T.contiguous()
            for unit in self.order:
                state[unit] = torch.sign(weight[unit] @ state)
        # The gradient of a sign is zero, but present: backward runs and teaches nothing, as it should.
        return state.T.reshape(x.shape) + 0.0 * x
