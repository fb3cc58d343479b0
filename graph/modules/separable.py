"""Depthwise separable convolution."""

from torch import Tensor, nn


class SeparableConv2d(nn.Module):
    """One small filter on each channel alone, then a 1 x 1 convolution that mixes the channels."""

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel_size, stride, padding, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, filters, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, filters, height, width]``."""
        mixed: Tensor = self.pointwise(self.depthwise(x))
        return mixed
