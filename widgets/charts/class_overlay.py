"""Pictures with a class for every pixel: each class as a hue laid over the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from widgets.charts.colour_maps import limits
from widgets.look.theme import Theme

SHARE = 0.7
"""How much of a pixel is the hue of its class; the rest is the picture."""
FIRST = 1
"""From this class on there are hues; the first is the ground, where the picture is seen as it is."""

Pictures = NDArray[np.float64]


def class_hues(theme: Theme, classes: int) -> NDArray[np.float64]:
    """Return the hue of each class, (classes, 3) from 0 to 1."""
    hues = [theme.run(number) for number in range(classes)]
    return np.array([(hue.redF(), hue.greenF(), hue.blueF()) for hue in hues], np.float64).reshape(-1, 3)


def coloured(pictures: ArrayLike) -> Pictures:
    """Return pictures (n, C, H, W) as (n, 3, H, W) from 0 to 1; those of other than three channels become grey."""
    values = np.nan_to_num(np.asarray(pictures, np.float64))
    low, high = limits(values)
    shares = (values - low) / (high - low)
    return shares if shares.shape[1] == 3 else np.repeat(shares.mean(axis=1, keepdims=True), 3, axis=1)


def overlaid(pictures: ArrayLike, kinds: ArrayLike, theme: Theme, classes: int, share: float = SHARE) -> Pictures:
    """Return pictures (n, C, H, W) under the hues of the classes (n, H, W) of their pixels, as (n, 3, H, W).

    ``share``, from 0 to 1, is how much of a pixel is the hue. Below a hue the picture is grey, so that its own colours
    do not make other hues of it; where the share is 0, it is the picture alone in its own colours.
    """
    ground, marks = coloured(pictures), np.asarray(kinds, np.int64)
    grey = ground.mean(axis=1, keepdims=True)
    under = np.where((marks[:, None] < FIRST) | (share == 0), ground, grey)
    tint = np.where(marks[:, None] < FIRST, ground, _hues_of(marks, theme, classes))
    return (1 - share) * under + share * tint


def class_map(kinds: ArrayLike, theme: Theme, classes: int) -> Pictures:
    """Return the classes (n, H, W) alone as hues, (n, 3, H + 2, W + 2): the first is black, the edge white."""
    marks = np.asarray(kinds, np.int64)
    hues = np.where(marks[:, None] < FIRST, 0.0, _hues_of(marks, theme, classes))
    return np.pad(hues, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1.0)


def _hues_of(marks: NDArray[np.int64], theme: Theme, classes: int) -> Pictures:
    """Return the hue of each class, (n, 3, H, W)."""
    return np.moveaxis(class_hues(theme, classes)[marks], -1, 1)


def side_by_side(*parts: Pictures) -> Pictures:
    """Return pictures of the same size beside each other, with a bright line between two."""
    line = np.ones((*parts[0].shape[:3], 1))
    pieces = [piece for part in parts for piece in (part, line)][:-1]
    return np.concatenate(pieces, axis=3)
