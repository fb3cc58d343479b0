"""Convolution with kernels that were typed rather than learned."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class FixedConv2d(nn.Module):
    """Apply each of ``kernels`` (rows of numbers) to each channel by itself; frozen, or trained from there.

    With ``per_channel`` they are one filter, a kernel for each channel: their sums are added, and ``bias``.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        kernels: tuple[tuple[tuple[float, ...], ...], ...],
        channels: int,
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        per_channel: bool = False,
        bias: float = 0.0,
        frozen: bool = True,
    ) -> None:
        super().__init__()
        self.groups, self.stride, self.padding = 1 if per_channel else channels, stride, padding
        numbers = torch.tensor(kernels, dtype=torch.float32)
        tensors = {"weight": numbers[None] if per_channel else numbers[:, None].repeat(channels, 1, 1, 1)}
        if per_channel:
            tensors["bias"] = torch.tensor([bias])
        for name, tensor in tensors.items():
            if frozen:
                self.register_buffer(name, tensor)
            else:
                self.register_parameter(name, nn.Parameter(tensor))
        if not per_channel:
            self.bias = None

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, channels x kernels, height, width]``, all kernels of the first channel first, or one map."""
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return functional.conv2d(x, self.weight.to(x.dtype), bias, self.stride, self.padding, groups=self.groups)
