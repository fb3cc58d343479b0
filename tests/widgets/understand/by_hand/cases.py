"""A layer to be worked out by hand, without a worker."""

from __future__ import annotations

import numpy as np

from app.numerics.window_sums import Case
from graph.layers.catalogue import parse_layer
from graph.shapes import image


def lenet_case(low: float, high: float) -> Case:
    """A convolution with 5 × 5 kernels of a 28 × 28 image, as in a LeNet."""
    layer = parse_layer("conv2d", {"filters": 6, "kernel_size": 5, "padding": "same"}, "conv1")
    rule = layer.window_rule(image(1, 28, 28))
    assert rule is not None
    chance = np.random.default_rng(0)
    return Case(
        rule,
        values=chance.uniform(low, high, (1, 28, 28)),
        output=chance.uniform(-1, 1, (6, 28, 28)),
        weights=chance.uniform(-0.3, 0.3, (6, 1, 5, 5)),
        scale=None,
        bias=np.zeros(6),
    )
