"""A convolution that feeds its own maps back."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class RecurrentConv2d(nn.Module):
    """relu(forward(x) + recurrent(state)), repeated ``steps`` times with the same weights.

    The state starts as relu(forward(x)). ``norm`` is the number of neighbouring maps in the local response
    normalisation after every step, 0 for none.
    """

    def __init__(self, channels: int, filters: int, kernel_size: tuple[int, int], steps: int, norm: int) -> None:
        super().__init__()
        self.steps = steps
        pads = ((kernel_size[0] - 1) // 2, (kernel_size[1] - 1) // 2)
        # Even kernels need one more row below and one more column on the right to keep the size.
        self.rest = (0, 1 - kernel_size[1] % 2, 0, 1 - kernel_size[0] % 2)
        self.feedforward = nn.Conv2d(channels, filters, kernel_size, padding=pads)
        self.recurrent = nn.Conv2d(filters, filters, kernel_size, padding=pads, bias=False)
        self.norm = nn.LocalResponseNorm(norm, alpha=0.001, beta=0.75) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return the state after the last step, ``[batch, filters, height, width]``."""
        driven = self.feedforward(self.evened(x))
        state: Tensor = self.norm(torch.relu(driven))
        for _ in range(self.steps):
            state = self.norm(torch.relu(driven + self.recurrent(self.evened(state))))
        return state

    def evened(self, x: Tensor) -> Tensor:
        """Return ``x`` with what an even kernel lacks."""
        return functional.pad(x, self.rest) if any(self.rest) else x
