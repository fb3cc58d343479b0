"""Local contrast normalisation: each place is compared with its neighbourhood in all maps."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Neighbourhood(nn.Module):
    """Weighted means ``[batch, 1, height, width]`` over all channels and a Gaussian window of ``size`` x ``size``."""

    def __init__(self, size: int, sigma: float) -> None:
        super().__init__()
        self.before, self.after = (size - 1) // 2, size // 2
        places = torch.arange(size) - (size - 1) / 2
        line = torch.exp(-places * places / (2 * sigma * sigma))
        line = line / line.sum()
        self.register_buffer("weight", (line[:, None] * line)[None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the mean around each pixel; at the border over the part of the window that is inside."""
        weight = self.get_buffer("weight").to(x.dtype)
        pads = (self.before, self.after, self.before, self.after)
        summed = functional.conv2d(functional.pad(x.mean(1, keepdim=True), pads), weight)
        inside = functional.conv2d(functional.pad(x.new_ones(1, 1, *x.shape[2:]), pads), weight)
        return summed / inside


class SubtractiveNorm(nn.Module):
    """Take the mean of its neighbourhood from each value of ``[batch, channels, height, width]``."""

    def __init__(self, size: int, sigma: float) -> None:
        super().__init__()
        self.mean = Neighbourhood(size, sigma)

    def forward(self, x: Tensor) -> Tensor:
        """Return the differences, in the same shape."""
        mean: Tensor = self.mean(x)
        return x - mean


class DivisiveNorm(nn.Module):
    """Divide each value by the standard deviation of its neighbourhood, or by its mean over the picture if larger."""

    def __init__(self, size: int, sigma: float) -> None:
        super().__init__()
        self.mean = Neighbourhood(size, sigma)

    def forward(self, x: Tensor) -> Tensor:
        """Return the quotients, in the same shape."""
        # The small numbers keep the root's gradient finite and even pictures from being divided by zero.
        deviation = torch.sqrt(self.mean(x * x) + 1e-8)
        least = deviation.mean((1, 2, 3), keepdim=True)
        return x / torch.maximum(deviation, least).clamp_min(1e-4)
