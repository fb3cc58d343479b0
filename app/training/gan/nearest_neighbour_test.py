"""The nearest-neighbour test: can real and generated samples be told apart by their neighbours?"""

from __future__ import annotations

import torch
from torch import Tensor

MOST = 500
"""Samples of each kind that are compared, at most."""


def neighbour_accuracy(real: Tensor, generated: Tensor) -> float:
    """How often the nearest other sample is of the same kind, between 0 and 1.

    Real and generated samples are thrown together, and each is taken for what its nearest neighbour is. 0.5 means that
    they lie among each other like samples of one kind; 1, that the kinds lie apart; well below 0.5, that generated
    samples are near copies of real ones. Both are (n, *sizes), as many of each. See Lopez-Paz and Oquab, "Revisiting
    Classifier Two-Sample Tests", ICLR 2017.
    """
    count = min(len(real), len(generated))
    together = torch.cat([real[:count].flatten(1), generated[:count].flatten(1)]).nan_to_num()
    distances = torch.cdist(together, together)
    distances.fill_diagonal_(torch.inf)
    nearest = distances.argmin(1)
    kinds = torch.arange(2 * count, device=real.device) < count
    return float((kinds[nearest] == kinds).double().mean())
