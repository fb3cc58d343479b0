"""What a network has to fit, told from the data that was chosen."""

from __future__ import annotations

from collections.abc import Mapping

from app.data.dataset import DatasetInfo
from app.training.plan import ADVERSARIAL
from graph.checking.layer_info import DataSpec
from graph.shapes import vector

VERDICT = "verdict"
"""What the outputs of a GAN are held against, instead of a field of the data."""


def is_adversarial(plan: object) -> bool:
    """Whether by the section ``plan`` of a project two networks train against each other."""
    return isinstance(plan, Mapping) and plan.get("objective") in ADVERSARIAL


def expected(info: DatasetInfo, plan: object = None) -> DataSpec:
    """The fields that a network may read and be held against, with their shapes, for the checker.

    Class labels are answers only; everything that is not the data set's target may be read. What is read as tokens is
    answered by one value per word at every step. By the section ``plan``
    outputs may be verdicts of a discriminator, each one number.
    """
    readable = [one for one in info.fields if not one.classes and (one.name in info.inputs or one.name != info.target)]
    inputs = {one.name: one.shape for one in readable}
    if is_adversarial(plan):
        return DataSpec(inputs, {VERDICT: vector(1)}, info.inputs[0], VERDICT)
    return DataSpec(
        inputs=inputs,
        targets={one.name: one.answer for one in info.fields if one.name not in info.inputs or one.listed},
        default_input=info.inputs[0],
        default_target=info.target,
        labels={one.name: len(one.vocabulary) for one in info.fields if one.vocabulary},
        ctc=isinstance(plan, Mapping) and plan.get("loss") == "ctc",
    )
