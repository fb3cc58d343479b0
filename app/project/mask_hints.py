"""The hint at the loss for masks: where a picture is to be marked pixel by pixel, and amounts are compared."""

from __future__ import annotations

from collections.abc import Iterator

from app.project.project_context import ProjectContext
from app.training.losses import AMOUNTS, suited_loss
from graph.checking.fixes import Fix, Replace
from graph.checking.network_hints import Finding, HintRule

OF_AMOUNTS = ("auto", *AMOUNTS)
"""Losses that compare a mask as if its marks were amounts; ``auto`` takes the mean squared error there."""
NAMES = {"bce": "binary cross-entropy", "cross_entropy": "cross-entropy"}


def _mask_as_amounts(context: ProjectContext) -> Iterator[Finding]:
    for output, _ in context.final_layers():
        field = context.target(output)
        suited = "auto" if field is None or context.info is None else suited_loss(field, context.info)
        if field is None or suited not in NAMES or context.loss_of(output) not in OF_AMOUNTS:
            continue
        asked = "yes or no" if suited == "bce" else "one of several classes"
        message = f"{output.id}: “{field.name}” says {asked} of every pixel, but it is compared as an amount."
        fix = Fix(f"Use the {NAMES[suited]}", (Replace(output.id, output.layer.changed(loss=suited)),))
        yield Finding(output.id, message, (fix,))


MASK_RULE: HintRule[ProjectContext] = HintRule(
    "mask_as_amounts",
    "Masks compared as amounts",
    "A mask says what each pixel belongs to. A cross-entropy makes a probability of that: of a mask of 0 and 1 the "
    "binary one, of several kinds the one over their classes. The squared error learns too, but more slowly, for it "
    "hardly minds an answer that is surely wrong.",
    _mask_as_amounts,
)
