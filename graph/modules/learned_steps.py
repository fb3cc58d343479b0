"""Learned vectors for the steps of a sequence, and a learned step before them."""

import torch
from torch import Tensor, nn


class PositionEmbedding(nn.Module):
    """Add to each of ``steps`` a vector of its own."""

    def __init__(self, steps: int, features: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(steps, features))

    def forward(self, x: Tensor) -> Tensor:
        """From and to ``[batch, steps, features]``."""
        return x + self.positions


class ClassToken(nn.Module):
    """Put a learned step of ``features`` numbers before all others."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.02 * torch.randn(features))

    def forward(self, x: Tensor) -> Tensor:
        """From ``[batch, steps, features]`` to one step more."""
        return torch.cat((self.token.expand(x.shape[0], 1, -1), x), 1)
