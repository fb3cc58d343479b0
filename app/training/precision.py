"""In which precision losses are computed."""

from __future__ import annotations

import torch
from torch import Tensor


def at_least_single(values: Tensor) -> Tensor:
    """``values`` in float32, where a loss of half precision would lose digits; float64 stays what it is."""
    return values if values.dtype is torch.float64 else values.float()
