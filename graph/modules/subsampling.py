"""LeNet's pooling with two trainable numbers per map."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Subsampling(nn.Module):
    """The sum of each window, times a trainable weight, plus a trainable bias, per channel.

    The weights start at 1 / (number of values in a window), which makes the layer an average at first.
    """

    def __init__(
        self,
        channels: int,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        padding: tuple[int, int] = (0, 0),
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        start = 1.0 / (kernel_size[0] * kernel_size[1])
        self.weight = nn.Parameter(torch.full((channels,), start))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, channels, height, width]`` of the pooled maps."""
        sums = functional.avg_pool2d(x, self.kernel_size, self.stride, self.padding, divisor_override=1)
        return sums * self.weight[:, None, None] + self.bias[:, None, None]
