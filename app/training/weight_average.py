"""The exponential moving average of a network's weights (EMA), which is validated, tested and kept in their place.

Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992; the moving form with its slow
beginning as in TensorFlow's ``ExponentialMovingAverage``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from app.training.weights import Saved, Weights


class WeightAverage:
    """The average of ``weights`` over the steps so far, those of long ago the less.

    Running means of batch normalisation are averaged likewise. ``decay`` is how much of the average stays at a step;
    during the first steps less stays, so that it does not hang on where training began.
    """

    def __init__(self, weights: Weights, decay: float) -> None:
        self._weights = weights
        self._decay = decay
        self.saved: Saved = weights.copy()
        """The average as it is."""

    @torch.no_grad()
    def after(self, step: int) -> None:
        """Take in the weights after ``step`` (1-based) steps."""
        decay = min(self._decay, (1 + step) / (10 + step))
        tensors, buffers = self.saved
        for mine, now in zip(tensors, self._weights.tensors, strict=True):
            mine.lerp_(now, 1 - decay)
        if buffers is not None and self._weights.buffers is not None:
            buffers.lerp_(self._weights.buffers, 1 - decay)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the module calculate with the average; afterwards its weights are as they were."""
        last = self._weights.copy()
        self._weights.restore(self.saved)
        try:
            yield
        finally:
            self._weights.restore(last)
