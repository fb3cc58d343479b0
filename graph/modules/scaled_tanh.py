"""The hyperbolic tangent with an amplitude and a slope."""

import torch
from torch import Tensor, nn


class ScaledTanh(nn.Module):
    """amplitude * tanh(slope * x), value by value."""

    def __init__(self, amplitude: float, slope: float) -> None:
        super().__init__()
        self.amplitude = amplitude
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        """Return the values squeezed to the range from -amplitude to amplitude."""
        return self.amplitude * torch.tanh(self.slope * x)
