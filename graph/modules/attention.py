"""Attention: at each step of one sequence, a mean of another, weighted by how well its steps fit."""

import math

import torch
from torch import nn


class Attention(nn.Module):
    """The mean of ``keys`` for each step of ``queries``, weighted by the softmax of their scores.

    ``score`` is ``dot`` (q k), ``scaled_dot`` (q k / sqrt(features)), ``general`` (q W k) or ``additive``
    (v tanh(W q + U k)), the last with ``units`` hidden units. With several ``heads`` the features are split among them,
    and each looks for itself.
    """

    def __init__(self, score: str, query_features: int, key_features: int, units: int = 0, heads: int = 1) -> None:
        super().__init__()
        self.score = score
        self.heads = heads
        if score == "general":
            self.between = nn.Linear(key_features, query_features, bias=False)
        if score == "additive":
            self.query = nn.Linear(query_features, units)
            self.key = nn.Linear(key_features, units, bias=False)
            self.sum = nn.Linear(units, 1, bias=False)

    def forward(
        self,
        queries: torch.Tensor,
        keys: torch.Tensor,
        lengths: torch.Tensor | None = None,
        values: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """From ``[batch, steps, features]`` and ``[batch, read, features]`` to ``[batch, steps, features]``.

        The mean is that of ``values``, which has as many steps as the keys; of the keys where there are none.
        """
        read = keys if values is None else values
        if self.heads == 1:
            return self.weights(queries, keys, lengths) @ read
        return self._joined(self._shares(queries, keys, lengths) @ self._split(read))

    def weights(self, queries: torch.Tensor, keys: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """How much each step reads of each key, ``[batch, steps, read]``; those behind ``lengths`` are not read.

        Of several heads it is the mean.
        """
        if self.heads > 1:
            return self._shares(queries, keys, lengths).mean(1)
        scores = self.scores(queries, keys)
        if lengths is not None:
            scores = scores.masked_fill(self._behind(keys, lengths), -torch.inf)
        return scores.softmax(2)

    def _shares(self, queries: torch.Tensor, keys: torch.Tensor, lengths: torch.Tensor | None) -> torch.Tensor:
        """The weights of each head, ``[batch, heads, steps, read]``."""
        asked = self._split(queries)
        scores = asked @ self._split(keys).transpose(2, 3)
        if self.score == "scaled_dot":
            scores = scores / math.sqrt(asked.shape[3])
        if lengths is not None:
            scores = scores.masked_fill(self._behind(keys, lengths).unsqueeze(1), -torch.inf)
        return scores.softmax(3)

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        """``[batch, steps, features]`` as ``[batch, heads, steps, features of one]``."""
        return x.reshape(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)

    def _joined(self, x: torch.Tensor) -> torch.Tensor:
        return x.transpose(1, 2).flatten(2)

    def _behind(self, keys: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Which keys only fill up, ``[batch, 1, read]``."""
        return torch.arange(keys.shape[1], device=keys.device) >= lengths.reshape(-1, 1, 1).clamp(min=1)

    def scores(self, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """How well each step and each key fit, ``[batch, steps, read]``."""
        if self.score == "additive":
            hidden = torch.tanh(self.query(queries).unsqueeze(2) + self.key(keys).unsqueeze(1))
            scores: torch.Tensor = self.sum(hidden).squeeze(3)
            return scores
        keys = self.between(keys) if self.score == "general" else keys
        products = queries @ keys.transpose(1, 2)
        return products / math.sqrt(queries.shape[2]) if self.score == "scaled_dot" else products
