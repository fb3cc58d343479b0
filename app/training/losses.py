"""Which loss an output is trained with, and whether it suits the target. Needs no torch."""

from __future__ import annotations

from app.data.dataset import FieldInfo
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network
from graph.shapes import Kind
from graph.structure.blocks import Block


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


def final_activation(network: Network, output: str) -> str:
    """``softmax`` or ``sigmoid`` where that layer shapes what arrives at ``output``; otherwise empty."""
    at, arriving = output, None
    while network.layer(at).passes_probabilities:
        arriving = network.at(at, "in")
        if arriving is None:
            return ""
        at = arriving.source
    layer = network.layer(at)
    if isinstance(layer, Block) and arriving is not None:
        return final_activation(layer.body.network, arriving.source_port)
    return layer.final_activation


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
    if loss == "cross_entropy" and field.labels:
        raise NetloomError(
            f"{id_}: cross-entropy takes one class for each sample, but “{field.name}” holds several labels; choose "
            "bce, or auto, as its loss."
        )
    if loss == "cross_entropy" and not field.classes and not field.listed:
        raise NetloomError(
            f"{id_}: cross-entropy needs classes, but “{field.name}” holds numbers; choose mse, mae or huber."
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
