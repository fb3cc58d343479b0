"""Weighted losses: each sample counts as much as its class, or each label as much as it weighs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from app.data.dataset import Array
from app.training.heads import Head, LossFn
from app.training.plan import Plan
from app.training.precision import at_least_single
from app.training.sample_losses import each_value, of_each_class


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
    each = each_value("bce", head.final_activation, 1.0)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs = at_least_single(outputs)
        return (each(outputs, targets) * (1 + (placed(outputs) - 1) * targets)).mean()

    return loss


def _of_classes(head: Head, weights: Array, plan: Plan) -> LossFn:
    """The weighted mean of the losses of samples."""
    placed = _on_device(weights)
    of_samples = of_each_class(head, plan)

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        counts = placed(outputs)[targets]
        return (of_samples(at_least_single(outputs), targets) * counts).sum() / counts.sum()

    return loss
