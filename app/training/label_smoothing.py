"""Label smoothing: in training, a share of certainty is taken from the true class and spread evenly over all.

Validation and test keep the plain loss, so that figures with and without smoothing can be held against each other.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.readers.tokens import fills_up
from app.training.heads import TINY, Head, LossFn
from app.training.precision import at_least_single
from app.training.sample_losses import each_value

EVEN = 0.5
"""What a label that may as well be true as false is held against."""


def is_smoothed(head: Head) -> bool:
    """Whether smoothing means something to what ``head`` learns: classes, labels, a token or a class at each place."""
    return head.loss in ("cross_entropy", "bce") and bool(head.classes or head.listed or head.labels or head.pixels)


def smoothed(head: Head, share: float) -> LossFn:
    """The loss of ``head`` with ``share`` (0 to 1) of it held against all classes alike, as in torch's
    ``CrossEntropyLoss(label_smoothing=share)``; of labels, and of a single unit for two classes, against 1/2.

    With class weights a sample counts in both parts as much as its class.
    """
    plain, weights = head.loss_fn, torch.tensor(head.class_weights)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        return (1 - share) * plain(outputs, targets) + share * _even(head, outputs, targets, weights.to(outputs.device))

    return loss


def _even(head: Head, outputs: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """The loss () of outputs held against all classes alike."""
    outputs = at_least_single(outputs)
    if head.labels:
        true, false = _against(head, outputs, 1.0), _against(head, outputs, 0.0)
        return (EVEN * (true * weights if len(weights) else true) + (1 - EVEN) * false).mean()
    if head.listed:
        outputs, targets = outputs.flatten(0, 1), targets.flatten()
        if fills_up(head.field.vocabulary):
            outputs, targets = outputs[targets != 0], targets[targets != 0]
    each = _against(head, outputs, EVEN) if head.loss == "bce" else -_logarithms(head, outputs)
    if not len(weights):
        return each.mean()
    counts = weights[targets]
    return (each.mean(1) * counts).sum() / counts.sum()


def _against(head: Head, outputs: Tensor, goal: float) -> Tensor:
    """Binary cross-entropy of every value against ``goal``."""
    return each_value("bce", head.final_activation, 1.0)(outputs, torch.full_like(outputs, goal))


def _logarithms(head: Head, outputs: Tensor) -> Tensor:
    """The logarithm of each class's probability (n, classes)."""
    if head.final_activation == "softmax":
        return outputs.clamp_min(TINY).log()
    return F.log_softmax(torch.logit(outputs, eps=1e-7) if head.final_activation else outputs, dim=1)
