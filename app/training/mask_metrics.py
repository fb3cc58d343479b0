"""Metrics of outputs that predict a class for every pixel: intersection over union, and the share of right pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from app.numerics.overlap import class_iou
from app.training.heads import Head

MEAN_IOU, PIXEL_ACCURACY = "mean_iou", "pixel_accuracy"


class MaskTally:
    """Sums for one output whose target is a class for every pixel: how many pixels of each were taken for each."""

    names: tuple[str, ...] = (MEAN_IOU, PIXEL_ACCURACY)

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs and targets (n, classes, H, W); float64 sums (classes, classes) stay on the device."""
        fresh = pixel_confusion(outputs.argmax(1), targets.argmax(1), outputs.shape[1])
        self.total = fresh if self.total is None else self.total + fresh

    def values(self) -> list[float]:
        """The mean over the classes of their intersection over union, and the share of pixels that are right."""
        assert self.total is not None
        confusion = self.total.cpu().numpy()
        return [float(np.nanmean(class_iou(confusion))), float(np.trace(confusion) / max(confusion.sum(), 1.0))]


def pixel_confusion(predicted: Tensor, true: Tensor, classes: int) -> Tensor:
    """How many pixels of each class were taken for each, float64 (classes, classes), rows are the truth."""
    pairs = true.flatten() * classes + predicted.flatten()
    return torch.bincount(pairs, minlength=classes**2).view(classes, classes).double()
