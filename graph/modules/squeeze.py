"""Squeeze and excitation: channels weighted by what the whole picture shows."""

import torch
from torch import Tensor, nn


class SqueezeExcitation(nn.Module):
    """Scale every channel by a number from 0 to 1, computed from the means of all channels by two dense layers."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, hidden)
        self.excite = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, channels, height, width]`` scaled."""
        share = torch.sigmoid(self.excite(torch.relu(self.squeeze(x.mean((2, 3))))))
        return x * share[:, :, None, None]
