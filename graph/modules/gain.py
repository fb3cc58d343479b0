"""A trainable factor for each feature map."""

import torch
from torch import Tensor, nn


class Gain(nn.Module):
    """Multiply each of ``channels`` by a trainable number, which starts at 1; ``trailing`` axes follow the channels."""

    def __init__(self, channels: int, trailing: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, *(1 for _ in range(trailing))))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` scaled, in the same shape."""
        return x * self.weight
