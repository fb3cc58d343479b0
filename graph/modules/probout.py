"""Probout: one of a few linear pieces, drawn at random in training, averaged in use."""

import torch
from torch import Tensor, nn


class Probout(nn.Module):
    """Of every ``pieces`` neighbours along ``axis`` keep one, drawn by the softmax of their values x ``sharpness``.

    In evaluation the mean of all draws is taken: each value times its probability, added.
    """

    def __init__(self, pieces: int, sharpness: float, axis: int) -> None:
        super().__init__()
        self.pieces, self.sharpness, self.axis = pieces, sharpness, axis

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with as many channels, at ``axis``, as there are groups of pieces."""
        parts = torch.unflatten(x, self.axis, (x.shape[self.axis] // self.pieces, self.pieces))
        among = self.axis + 1
        scores = self.sharpness * parts
        if not self.training:
            return (torch.softmax(scores, among) * parts).sum(among)
        # The largest of scores with Gumbel noise is a draw with the probabilities of their softmax.
        noise = -torch.empty_like(scores).exponential_().log()
        drawn = (scores + noise).argmax(among, keepdim=True)
        return parts.gather(among, drawn).squeeze(among)
