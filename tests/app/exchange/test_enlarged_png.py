"""Pictures as PNG files: how large, and which value is which grey."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from app.exchange.enlarged_png import enlarged_png


def test_every_value_is_a_square_between_black_and_white() -> None:
    grey = Image.open(io.BytesIO(enlarged_png(np.array([[[0.0, 8.0, 16.0]]], np.float32), 0.0, 16.0, 2)))
    assert grey.size == (6, 2)
    assert np.asarray(grey)[0, ::2].tolist() == [[0] * 3, [128] * 3, [255] * 3]
    colours = np.array([[[1.0]], [[0.5]], [[-3.0]]], np.float32)
    assert np.asarray(Image.open(io.BytesIO(enlarged_png(colours, 0.0, 1.0, 1)))).tolist() == [[[255, 128, 0]]]
    two = np.array([[[1.0]], [[0.0]]], np.float32)
    assert np.asarray(Image.open(io.BytesIO(enlarged_png(two, 0.0, 1.0, 1)))).tolist() == [[[128, 128, 128]]]
