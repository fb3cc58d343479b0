"""What a layer gave in a training step as one small picture for each sample: a map, or features over time."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from app.data.dataset import Array

MOST_SIDE = 32
"""Rows and columns of such a picture, at most; a larger one is averaged down."""


def small_maps(values: Tensor, *, sample: bool) -> Array | None:
    """Pictures float32 (samples, channels, height, width) of values (samples, *sizes); None for vectors.

    Of maps it is the first, of a video that of its first frame; of an image that is a ``sample`` with three channels
    all of them. A sequence is drawn with its features as rows and its time steps as columns.
    """
    values = values.detach().float()
    match values.dim():
        case 3:
            shown = values.transpose(1, 2)[:, None]
        case 4:
            shown = values if sample and values.shape[1] == 3 else values[:, :1]
        case 5:
            shown = values[:, 0] if sample and values.shape[2] == 3 else values[:, 0, :1]
        case _:
            return None
    height, width = (min(size, MOST_SIDE) for size in shown.shape[2:])
    return np.ascontiguousarray(adaptive_avg_pool2d(shown, (height, width)).cpu().numpy())
