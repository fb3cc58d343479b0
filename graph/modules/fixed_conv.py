"""Convolution with kernels that were typed rather than learned."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class FixedConv2d(nn.Module):
    """Apply each of ``kernels`` (rows of numbers) to each channel by itself; frozen, or trained from there."""

    def __init__(
        self,
        kernels: tuple[tuple[tuple[float, ...], ...], ...],
        channels: int,
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        frozen: bool = True,
    ) -> None:
        super().__init__()
        self.channels, self.stride, self.padding = channels, stride, padding
        weight = torch.tensor(kernels, dtype=torch.float32)[:, None].repeat(channels, 1, 1, 1)
        if frozen:
            self.register_buffer("weight", weight)
        else:
            self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, channels x kernels, height, width]``, all kernels of the first channel first."""
        weight = self.weight.to(x.dtype)
        return functional.conv2d(x, weight, None, self.stride, self.padding, groups=self.channels)
