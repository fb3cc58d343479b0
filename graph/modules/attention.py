"""Attention: at each step of one sequence, a mean of another, weighted by how well its steps fit."""

import math

import torch
from torch import nn


class Attention(nn.Module):
    """The mean of ``keys`` for each step of ``queries``, weighted by the softmax of their scores.

    ``score`` is ``dot`` (q k), ``scaled_dot`` (q k / sqrt(features)), ``general`` (q W k) or ``additive``
    (v tanh(W q + U k)), the last with ``units`` hidden units.
    """

    def __init__(self, score: str, query_features: int, key_features: int, units: int = 0) -> None:
        super().__init__()
        self.score = score
        if score == "general":
            self.between = nn.Linear(key_features, query_features, bias=False)
        if score == "additive":
            self.query = nn.Linear(query_features, units)
            self.key = nn.Linear(key_features, units, bias=False)
            self.sum = nn.Linear(units, 1, bias=False)

    def forward(self, queries: torch.Tensor, keys: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """From ``[batch, steps, features]`` and ``[batch, read, features]`` to ``[batch, steps, key features]``."""
        return self.weights(queries, keys, lengths) @ keys

    def weights(self, queries: torch.Tensor, keys: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """How much each step reads of each key, ``[batch, steps, read]``; those behind ``lengths`` are not read."""
        scores = self.scores(queries, keys)
        if lengths is not None:
            behind = torch.arange(keys.shape[1], device=keys.device) >= lengths.reshape(-1, 1, 1).clamp(min=1)
            scores = scores.masked_fill(behind, -torch.inf)
        return scores.softmax(2)

    def scores(self, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """How well each step and each key fit, ``[batch, steps, read]``."""
        if self.score == "additive":
            hidden = torch.tanh(self.query(queries).unsqueeze(2) + self.key(keys).unsqueeze(1))
            scores: torch.Tensor = self.sum(hidden).squeeze(3)
            return scores
        keys = self.between(keys) if self.score == "general" else keys
        products = queries @ keys.transpose(1, 2)
        return products / math.sqrt(queries.shape[2]) if self.score == "scaled_dot" else products
