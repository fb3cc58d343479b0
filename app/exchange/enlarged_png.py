"""A picture as a PNG file, every value as a square of some pixels."""

from __future__ import annotations

import io

import numpy as np

from app.data.dataset import Array

MOST = 64
"""Pixels along the side of such a square, at most."""


def enlarged_png(picture: Array, low: float, high: float, times: int) -> bytes:
    """A PNG of a picture (channels, height, width), ``times`` larger; ``low`` is black and ``high`` white.

    Of one channel or three; of any other number it shows their mean.
    """
    from PIL import Image

    shares = np.clip((picture.astype(np.float64) - low) / max(high - low, 1e-12), 0.0, 1.0)
    colours = shares if len(shares) in (1, 3) else shares.mean(0, keepdims=True)
    values = (np.broadcast_to(colours, (3, *colours.shape[1:])) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    stream = io.BytesIO()
    Image.fromarray(values.repeat(times, 0).repeat(times, 1)).save(stream, "PNG")
    return stream.getvalue()
