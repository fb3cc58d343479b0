"""Which loss an output is trained with, and whether it suits the target. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo
from app.data.prepare import Prepared
from app.data.transforms import extent
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network, Node
from graph.shapes import Kind
from graph.structure.blocks import Block

AMOUNTS = ("mse", "half_squares", "mae", "huber")
"""Losses that compare outputs as amounts."""


def chosen_loss(layer: Output, plan_loss: str, field: FieldInfo, final_activation: str) -> str:
    """The loss that the output ``layer`` names, else the plan's, else the one that fits the task."""
    chosen: str = layer.loss if layer.loss != "auto" else plan_loss
    return chosen if chosen != "auto" else default_loss(field, final_activation)


def default_loss(field: FieldInfo, final_activation: str) -> str:
    """The loss that fits the task: cross-entropy for classes, binary for labels, mean squared error for numbers."""
    if field.labels:
        return "bce"
    if not field.classes and not field.listed:
        return "mse"
    return "bce" if final_activation == "sigmoid" else "cross_entropy"


def suited_loss(field: FieldInfo, info: DatasetInfo) -> str:
    """The loss to choose for a target of ``info``: ``auto``, or that of marks of pixels or of a grid of boxes.

    ``auto`` itself stays the mean squared error of these, so that what was trained so keeps its meaning.
    """
    if field.box_classes:
        return "yolo"
    return "cross_entropy" if field.pixel_classes else "bce" if info.is_mask(field) else "auto"


def loss_gives_scores(loss: str, activation: str) -> bool:
    """Whether ``loss`` teaches the outputs for classes scores that are no probabilities.

    Behind a final ``activation``, a softmax or sigmoid, a squared error is taken of probabilities.
    """
    return loss == "hinge" or (loss in AMOUNTS and not activation)


def trained_by_scores(network: Network, plan_loss: str) -> bool:
    """Whether an output of ``network`` for classes gives scores and no probabilities."""
    outputs = [(node.id, node.layer) for node in network if isinstance(node.layer, Output)]
    named = [(id_, plan_loss if layer.loss == "auto" else layer.loss) for id_, layer in outputs]
    return any(loss_gives_scores(loss, final_activation(network, id_)) for id_, loss in named)


def final_activation(network: Network, output: str) -> str:
    """``softmax`` or ``sigmoid`` where that layer shapes what arrives at ``output``; otherwise empty."""
    node, port = final_layer(network, output)
    if node is None:
        return ""
    if isinstance(node.layer, Block):
        return final_activation(node.layer.body.network, port)
    return node.layer.final_activation


def final_layer(network: Network, output: str) -> tuple[Node | None, str]:
    """The layer, and its port, whose values leave by ``output``; None where one is missing on the way.

    Muted layers, and those that leave probabilities what they are, are passed over.
    """
    node, port = network.node(output), ""
    while node.muted or node.layer.passes_probabilities:
        arriving = network.into(node.id)
        first = next((arriving[name] for name in node.inputs if name in arriving), None)
        if first is None:
            return None, ""
        node, port = network.node(first.source), first.source_port
    return node, port


def is_standardised(field: FieldInfo, sections: Mapping[str, Any]) -> bool:
    """Whether the numbers of a target are standardised, so that they lie around 0 and their loss is in no unit."""
    data = sections.get("data")
    numbers = not (field.fixed or field.classes or field.labels or field.listed)
    return numbers and isinstance(data, Mapping) and bool(data.get("standardise", True))


def check_loss(id_: str, field: FieldInfo, loss: str, *, standardised: bool = False) -> None:
    """Make sure that the output ``id_`` can be trained on ``field`` with ``loss``, which is not CTC.

    ``standardised`` says that the field's numbers lie around 0.

    Raises
    ------
    NetloomError
        if not.
    """
    if field.listed and loss != "cross_entropy":
        raise NetloomError(f"{id_}: words are compared by cross-entropy alone; choose that, or auto, as its loss.")
    if loss == "hinge" and not field.classes:
        what = "several labels" if field.labels else "numbers"
        raise NetloomError(
            f"{id_}: a hinge loss parts one class from the others, but “{field.name}” holds {what}; choose "
            f"{'bce' if field.labels else 'mse, mae or huber'}, or auto, as its loss."
        )
    if loss == "yolo" and not field.box_classes:
        raise NetloomError(
            f"{id_}: YOLO's loss teaches a grid of boxes, but “{field.name}” is none; choose auto as its "
            "loss, or as data pictures with boxes, and “grid” for their setting boxes."
        )
    if loss == "cross_entropy" and field.labels:
        raise NetloomError(
            f"{id_}: cross-entropy takes one class for each sample, but “{field.name}” holds several labels; choose "
            "bce, or auto, as its loss."
        )
    if loss == "cross_entropy" and not (field.classes or field.listed or field.pixel_classes):
        raise NetloomError(
            f"{id_}: cross-entropy needs classes, but “{field.name}” holds numbers; choose mse, mae or huber, or bce "
            "for numbers from 0 to 1."
        )
    if field.shape.kind is Kind.TOKENS and not field.classes and not field.vocabulary:
        raise NetloomError(
            f"{id_}: “{field.name}” holds tokens of which nothing says what they stand for, so there is no telling how "
            "many there are; choose another target."
        )
    if loss == "bce" and standardised and not field.classes:
        raise NetloomError(
            f"{id_}: binary cross-entropy needs targets between 0 and 1, but “{field.name}” is standardised; choose "
            "mse as its loss, or switch standardising off."
        )


def check_scores(id_: str, loss: str, final_activation: str) -> None:
    """Make sure that a hinge loss gets scores, and YOLO's logits, which probabilities are not.

    Raises
    ------
    NetloomError
        if a layer makes probabilities of them.
    """
    if loss in ("hinge", "yolo") and final_activation:
        wants = "a hinge loss compares scores" if loss == "hinge" else "YOLO's loss makes probabilities itself"
        raise NetloomError(
            f"{id_}: {wants}, but a {final_activation} makes probabilities of them; take that "
            "layer out, or choose auto as the loss."
        )


def check_range(id_: str, field: FieldInfo, loss: str, prepared: Prepared) -> None:
    """Make sure that the numbers of ``field`` can be compared with ``loss``: a binary cross-entropy needs shares.

    Raises
    ------
    NetloomError
        if not.
    """
    values = prepared.train.arrays[field.name]
    if loss != "bce" or field.classes or not values.size:
        return
    low, high = extent(values)
    if low < 0 or high > 1:
        raise NetloomError(
            f"{id_}: binary cross-entropy needs targets between 0 and 1, but “{field.name}” goes from {low:.3g} to "
            f"{high:.3g}; choose mse as its loss, or switch standardising off."
        )
