"""Output units that measure the distance to a centre."""

import torch
from torch import Tensor, nn


class Rbf(nn.Module):
    """Squared Euclidean distances y_j = sum_i (x_i - w_ij)^2 to the rows of ``weight`` ``[units, features]``.

    ``codes`` are fixed centres, one line of text for each unit, with # for +1 and anything else for -1; without them
    ``units`` centres are trained. ``scores`` gives -y, so that the nearest centre has the largest value.
    """

    def __init__(self, features: int, units: int, codes: tuple[str, ...] = (), scores: bool = True) -> None:
        super().__init__()
        self.scores = scores
        if codes:
            signs = [[1.0 if mark == "#" else -1.0 for mark in code] for code in codes]
            self.register_buffer("weight", torch.tensor(signs))
        else:
            self.weight = nn.Parameter(torch.randn(units, features))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[batch, units]``."""
        if x.shape[1] != self.weight.shape[1]:
            raise ValueError(f"needs {self.weight.shape[1]} features, not {x.shape[1]}")
        distances = (x[:, None] - self.weight).square().sum(2)
        return -distances if self.scores else distances
