"""Losses in words: which one a run is trained with, so that only losses of one kind are held against each other.

Needs no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo
from app.training.losses import chosen_loss, final_activation, final_layer, is_standardised
from app.training.network_facts import network_facts
from app.training.objective_problems import target_of
from app.training.plan import ADVERSARIAL, Plan
from graph.layers.io import Output
from graph.network import Network, Node

LOSSES = {
    "cross_entropy": "cross-entropy",
    "bce": "binary cross-entropy",
    "mse": "MSE",
    "half_squares": "half MSE",
    "mae": "MAE",
    "huber": "Huber",
    "ctc": "CTC",
    "hinge": "hinge",
    "yolo": "YOLO",
}
"""What losses are called on an axis."""


def loss_in_words(network: Network, sections: Mapping[str, Any], plan: Plan, info: DatasetInfo) -> str:
    """The loss that ``network`` is trained with, such as ``cross-entropy`` or ``MSE, standardised + 0.5 x MAE``.

    Two losses are of one kind, and may be compared, where their words are the same. Empty where it is not known.
    """
    if plan.objective in ADVERSARIAL:
        return f"GAN, {plan.adversarial_loss.replace('_', ' ')}"
    outputs = [node for node in network if isinstance(node.layer, Output) and not node.muted]
    words = [_of_output(network, node, sections, plan, info) for node in outputs]
    return " + ".join(words) if all(words) else ""


def _of_output(network: Network, node: Node, sections: Mapping[str, Any], plan: Plan, info: DatasetInfo) -> str:
    """The loss of one output, with its weight where that is not 1."""
    assert isinstance(node.layer, Output)
    field = target_of(node.layer, info, sections.get("plan"))
    if field is None:
        return ""
    loss = chosen_loss(node.layer, plan.loss, field, final_activation(network, node.id))
    if loss == "cross_entropy" and len(field.classes) == 2 and _is_single(network, node.id):
        loss = "bce"
    words = ", ".join([LOSSES[loss], *_details(field, loss, sections, plan)])
    return words if node.layer.weight == 1 else f"{node.layer.weight:g} × {words}"


def _details(field: FieldInfo, loss: str, sections: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    """What makes another loss of one that has the same name."""
    if loss == "huber" and plan.huber_delta != Plan().huber_delta:
        yield f"delta {plan.huber_delta:g}"
    if plan.class_weights != "none" and (field.classes or field.labels):
        yield f"class weights {plan.own_weights.strip() if plan.class_weights == 'own' else 'automatic'}"
    if is_standardised(field, sections):
        yield "standardised"


def _is_single(network: Network, output: str) -> bool:
    """Whether a single value arrives at ``output``: its binary cross-entropy is the cross-entropy of two classes."""
    layer, _ = final_layer(network, output)
    if layer is None:
        return False
    shape = network_facts(network).outputs.get(output)
    return shape is not None and shape.sizes == (1,)
