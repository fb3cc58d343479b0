"""Weighted losses: each sample counts as much as its class, or each label as much as it weighs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array
from app.training.heads import TINY, Head, LossFn
from app.training.plan import Plan

SampleLoss = Callable[[Tensor, Tensor], Tensor]
"""From outputs (n, values) and targets of the same shape to the loss of each value."""


def weighted(head: Head, weights: Array, plan: Plan) -> Head:
    """The head with a loss in which classes or labels count by their ``weights``, float32 (classes,).

    The loss of classes is the weighted mean over the samples of a batch, as in `torch.nn.CrossEntropyLoss`; that of
    labels weighs the samples that have the label, as ``pos_weight`` of `torch.nn.BCEWithLogitsLoss` does.
    """
    loss_fn = _of_labels(head, weights) if head.field.labels else _of_classes(head, weights, plan)
    return replace(head, loss_fn=loss_fn, class_weights=tuple(weights.tolist()))


def _on_device(weights: Array) -> Callable[[Tensor], Tensor]:
    """The weights as a tensor on the device of another, where they stay."""
    kept: dict[torch.device, Tensor] = {}

    def placed(beside: Tensor) -> Tensor:
        if beside.device not in kept:
            kept[beside.device] = torch.from_numpy(weights.copy()).to(beside.device)
        return kept[beside.device]

    return placed


def _of_labels(head: Head, weights: Array) -> LossFn:
    placed = _on_device(weights)
    each = _each("bce", head.final_activation, 1.0)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs = outputs.float()
        return (each(outputs, targets) * (1 + (placed(outputs) - 1) * targets)).mean()

    return loss


def _of_classes(head: Head, weights: Array, plan: Plan) -> LossFn:
    """The weighted mean of the losses of samples."""
    placed = _on_device(weights)
    of_samples = _cross_entropies(head) if head.loss == "cross_entropy" else _differences(head, plan)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        counts = placed(outputs)[targets]
        return (of_samples(outputs.float(), targets) * counts).sum() / counts.sum()

    return loss


def _cross_entropies(head: Head) -> SampleLoss:
    def losses(outputs: Tensor, targets: Tensor) -> Tensor:
        if head.final_activation == "softmax":
            return F.nll_loss(outputs.clamp_min(TINY).log(), targets, reduction="none")
        logits = torch.logit(outputs, eps=1e-7) if head.final_activation else outputs
        return F.cross_entropy(logits, targets, reduction="none")

    return losses


def _differences(head: Head, plan: Plan) -> SampleLoss:
    """Of each sample the mean over its values, which are held against 0 and 1; half the sum for half squares."""
    each = _each(head.loss, head.final_activation, plan.huber_delta)

    def losses(outputs: Tensor, targets: Tensor) -> Tensor:
        single = outputs.shape[1] == 1
        wanted = targets.float().unsqueeze(1) if single else F.one_hot(targets, head.classes).float()
        values = each(outputs, wanted)
        return 0.5 * values.sum(1) if head.loss == "half_squares" else values.mean(1)

    return losses


def _each(loss: str, activation: str, delta: float) -> SampleLoss:
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
