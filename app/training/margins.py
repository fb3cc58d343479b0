"""The hinge loss of a support vector machine: the true class's score has to lead by 1."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def multi_margin(scores: Tensor, targets: Tensor) -> Tensor:
    """Of each sample the sum of max(0, 1 - o_y + o_j) over all other classes j, divided by the number of classes.

    ``scores`` are (n, classes), ``targets`` int64 (n,) the true classes y; the result is (n,). It is that of
    `torch.nn.MultiMarginLoss` (Weston and Watkins, 1999); Crammer and Singer (2001) take the largest term alone.
    """
    return F.multi_margin_loss(scores, targets, reduction="none")


def binary_margin(scores: Tensor, targets: Tensor) -> Tensor:
    """Of each sample max(0, 1 - t o), with t = 1 for the second of two classes and -1 for the first.

    ``scores`` are (n, 1), ``targets`` int64 (n,); the result is (n,).
    """
    signs = 2.0 * targets.to(scores.dtype) - 1.0
    return (1.0 - signs * scores[:, 0]).clamp_min(0.0)
