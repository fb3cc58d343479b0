"""Losses of single samples, without a mean over the batch (``reduction="none"``)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from app.training.heads import TINY, Head
from app.training.margins import binary_margin, multi_margin
from app.training.plan import Plan
from app.training.precision import at_least_single
from app.training.yolo_loss import yolo_parts

SampleLoss = Callable[[Tensor, Tensor], Tensor]
"""From the outputs and targets of n samples to losses that are not averaged over the samples."""


def sample_loss(head: Head, plan: Plan) -> SampleLoss | None:
    """What gives each sample's loss (n,), whose mean is the loss that the head is trained with.

    None where that loss is no mean over samples: of tokens, of rows of labels, with padding or with class weights.
    """
    if head.listed or head.is_ctc or head.padded or head.class_weights:
        return None
    if head.classes:
        return of_each_class(head, plan)
    if head.boxes:
        return lambda outputs, targets: yolo_parts(outputs, targets).sum(1)
    if head.pixels:
        of_pixels = _cross_entropies(head)
        return lambda outputs, targets: of_pixels(outputs.float(), targets.argmax(1)).flatten(1).mean(1)
    each = each_value(head.loss, head.final_activation, plan.huber_delta)

    def losses(outputs: Tensor, targets: Tensor) -> Tensor:
        values = each(outputs.float(), targets).flatten(1)
        return 0.5 * values.sum(1) if head.loss == "half_squares" else values.mean(1)

    return losses


def loss_name(head: Head, plan: Plan) -> str:
    """Which loss a head is trained with, so that losses of one name can be held against each other."""
    return f"huber {plan.huber_delta:g}" if head.loss == "huber" else head.loss


def of_each_class(head: Head, plan: Plan) -> SampleLoss:
    """The same of a head that tells classes, targets int64 (n,), whatever its classes weigh."""
    if head.gives_margins:
        return lambda outputs, targets: (binary_margin if outputs.shape[1] == 1 else multi_margin)(outputs, targets)
    return _cross_entropies(head) if head.loss == "cross_entropy" else _differences(head, plan)


def _cross_entropies(head: Head) -> SampleLoss:
    def losses(outputs: Tensor, targets: Tensor) -> Tensor:
        if head.final_activation == "softmax":
            return F.nll_loss(outputs.clamp_min(TINY).log(), targets, reduction="none")
        logits = torch.logit(outputs, eps=1e-7) if head.final_activation else outputs
        return F.cross_entropy(logits, targets, reduction="none")

    return losses


def _differences(head: Head, plan: Plan) -> SampleLoss:
    """Of each sample the mean over its values, which are held against 0 and 1; half the sum for half squares."""
    each = each_value(head.loss, head.final_activation, plan.huber_delta)

    def losses(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs = at_least_single(outputs)
        single = outputs.shape[1] == 1
        wanted = (targets.unsqueeze(1) if single else F.one_hot(targets, head.classes)).to(outputs.dtype)
        values = each(outputs, wanted)
        return 0.5 * values.sum(1) if head.loss == "half_squares" else values.mean(1)

    return losses


def each_value(loss: str, activation: str, delta: float) -> SampleLoss:
    """The loss of each value, of the shape of outputs and targets."""
    losses: dict[str, SampleLoss] = {
        "mse": lambda outputs, targets: F.mse_loss(outputs, targets, reduction="none"),
        "half_squares": lambda outputs, targets: F.mse_loss(outputs, targets, reduction="none"),
        "mae": lambda outputs, targets: F.l1_loss(outputs, targets, reduction="none"),
        "huber": lambda outputs, targets: F.huber_loss(outputs, targets, reduction="none", delta=delta),
        "bce": _of_probabilities if activation else _of_logits,
    }
    return losses[loss]


def _of_logits(logits: Tensor, targets: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none")


def _of_probabilities(probabilities: Tensor, targets: Tensor) -> Tensor:
    return F.binary_cross_entropy(probabilities.clamp(0.0, 1.0), targets, reduction="none")
