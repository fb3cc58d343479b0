"""What the chosen data asks of a network: the shapes of its inputs and outputs, for the checker."""

from __future__ import annotations

from collections.abc import Mapping

from app.data.dataset import DatasetInfo
from app.training.plan import ADVERSARIAL, AUTOENCODER, objective_of
from graph.checking.layer_info import DataSpec
from graph.shapes import vector

VERDICT = "verdict"
"""What the outputs of a GAN are compared with, instead of a field of the data."""


def default_target(info: DatasetInfo, plan: object = None) -> str:
    """The field that an output predicts which names none: the data set's target, or what an autoencoder reads."""
    return info.inputs[0] if objective_of(plan) in AUTOENCODER else info.target


def data_spec(info: DatasetInfo, plan: object = None) -> DataSpec:
    """The fields that a network may read and predict, with their shapes, for the checker.

    Class labels are only predicted; everything that is not the data set's target may be read. Tokens are predicted by
    one value per word at every step. By the section ``plan`` outputs may be a discriminator's, each one number.
    """
    readable = [
        field for field in info.fields if not field.classes and (field.name in info.inputs or field.name != info.target)
    ]
    inputs = {field.name: field.shape for field in readable}
    if objective_of(plan) in ADVERSARIAL:
        return DataSpec(inputs, {VERDICT: vector(1)}, info.inputs[0], VERDICT)
    return DataSpec(
        inputs=inputs,
        targets={field.name: field.answer for field in info.fields if field.name not in info.inputs or field.listed},
        default_input=info.inputs[0],
        default_target=default_target(info, plan),
        labels={field.name: len(field.vocabulary) for field in info.fields if field.vocabulary},
        binary=frozenset(field.name for field in info.fields if len(field.classes) == 2),
        ctc=isinstance(plan, Mapping) and plan.get("loss") == "ctc",
    )
