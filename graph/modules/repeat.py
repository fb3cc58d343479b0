"""One module run several times with the same weights."""

import torch
from torch import nn


class Repeat(nn.Module):
    """Run ``body`` ``times`` times in a row; each result is the next argument."""

    def __init__(self, body: nn.Module, times: int) -> None:
        super().__init__()
        self.body = body
        self.times = times

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the last result, in the shape of ``x``."""
        for _ in range(self.times):
            x = self.body(x)
        return x
