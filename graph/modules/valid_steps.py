"""What stands for a whole sequence where each sample has its own number of steps."""

import torch
from torch import nn


class OwnSteps(nn.Module):
    """One vector for each padded sequence: its ``last`` own step, or the ``mean`` or ``max`` of its own steps."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """From ``[batch, time, features]`` and ``[batch]`` or ``[batch, 1]`` to ``[batch, features]``."""
        steps = lengths.reshape(-1, 1, 1).long().clamp(1, x.shape[1])
        if self.mode == "last":
            return x.gather(1, (steps - 1).expand(-1, 1, x.shape[2])).squeeze(1)
        behind = torch.arange(x.shape[1], device=x.device).reshape(1, -1, 1) >= steps
        if self.mode == "max":
            return x.masked_fill(behind, -torch.inf).amax(1)
        return x.masked_fill(behind, 0.0).sum(1) / steps.squeeze(2)
