"""Decoder input of teacher forcing: the input that reads the words predicted so far. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterable

from app.data.dataset import DatasetInfo, FieldInfo
from app.training.plan import TEACHER_FORCING, objective_of
from graph.checking.dead_layers import inputs_in_use
from graph.layers.io import Output
from graph.network import Network

NO_DECODER_INPUT = (
    "Teacher forcing needs an output whose target is words, and an input that reads the same words one step late, such "
    "as “written”; add that input, or choose the objective “supervised”."
)


def reads_ahead(field: str) -> str:
    """Why a network cannot learn by teacher forcing that sees the words of ``field`` which it is about to predict."""
    return (
        f"The network reads words of “{field}” before it has predicted them, so it would learn to copy; let the layers "
        "behind that input read forwards only: no second direction and no attention to itself."
    )


def decoder_field(read: Iterable[FieldInfo], target: FieldInfo) -> str:
    """The field among those ``read`` that holds the target one step late; empty if none has its length and words."""
    alike = [
        field.name for field in read if field.listed and _form(field) == _form(target) and field.name != target.name
    ]
    return "written" if "written" in alike else alike[-1] if alike else ""


def decoder_input(network: Network, info: DatasetInfo, plan: object) -> str:
    """The field in which ``network`` reads its own words once trained; empty where ``plan`` has no teacher forcing."""
    if objective_of(plan) not in TEACHER_FORCING:
        return ""
    read = [info.input_field(layer.field) for _, layer in inputs_in_use(network)]
    targets = [info.target_field(node.layer.target) for node in network if isinstance(node.layer, Output)]
    found = (decoder_field(read, target) for target in targets if target.listed)
    return next((name for name in found if name), "")


def next_token_input(network: Network, info: DatasetInfo) -> str:
    """The field of which ``network`` reads each token and predicts the next; empty where it is no language model."""
    read = {info.input_field(layer.field).name for _, layer in inputs_in_use(network)}
    targets = [info.target_field(node.layer.target) for node in network if isinstance(node.layer, Output)]
    return next((target.next_of for target in targets if target.next_of in read), "")


def _form(field: FieldInfo) -> tuple[object, ...]:
    return field.shape, field.vocabulary
