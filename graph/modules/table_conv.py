"""Convolution whose filters see only some of the maps."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class TableConv2d(nn.Module):
    """A convolution after a table: a line per channel, with a 1 for each filter that sees it and 0 for the others.

    Only the weights of connections that exist are kept, ``[connections, *kernel_size]``, filter after filter.
    """

    def __init__(
        self,
        table: tuple[str, ...],
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] = (0, 0),
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.channels, self.filters = len(table), len(table[0])
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        places = [(f, c) for f in range(self.filters) for c in range(self.channels) if table[c][f] == "1"]
        seen = [sum(line[f] == "1" for line in table) for f in range(self.filters)]
        self.register_buffer("filter", torch.tensor([f for f, _ in places], dtype=torch.long), persistent=False)
        self.register_buffer("channel", torch.tensor([c for _, c in places], dtype=torch.long), persistent=False)
        area = kernel_size[0] * kernel_size[1]
        bounds = torch.tensor([(seen[f] * area) ** -0.5 for f, _ in places])
        weight = torch.empty(len(places), *kernel_size).uniform_(-1, 1)
        self.weight = nn.Parameter(weight * bounds[:, None, None])
        self.bias = nn.Parameter(torch.zeros(self.filters)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Return one map per filter, ``[batch, filters, height, width]``."""
        whole = self.weight.new_zeros(self.filters, self.channels, *self.kernel_size)
        whole = whole.index_put((self.get_buffer("filter"), self.get_buffer("channel")), self.weight)
        return functional.conv2d(x, whole, self.bias, self.stride, self.padding)
