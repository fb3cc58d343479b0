"""The hint at the loss for classes: where one of several is to be told, and each output is held against 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator

from app.project.project_context import ProjectContext
from app.training.losses import AMOUNTS
from graph.checking.fixes import Change, Edit, Fix, Replace
from graph.checking.network_hints import Finding, HintRule
from graph.layers.io import Output
from graph.layers.loss_choices import NAMED
from graph.network import Node


def _unsuited_to_classes(context: ProjectContext) -> Iterator[Finding]:
    if context.plan is not None and context.plan.objective != "supervised":
        return
    for output, _ in context.final_layers():
        field, loss = context.target(output), context.loss_of(output)
        if field is None or not field.classes:
            continue
        name = NAMED[loss].name if loss in NAMED else ""
        if loss in AMOUNTS:
            what = f"{name} compares them as amounts"
        elif loss == "bce" and len(field.classes) > 2:
            what = f"{name} asks yes or no of each by itself"
        else:
            continue
        message = (
            f"{output.id}: “{field.name}” is one of {len(field.classes):,} classes, but the {what}; a cross-entropy "
            "suits them."
        )
        yield Finding(output.id, message, (Fix("Use the cross-entropy", (_cross_entropy(context, output),)),))


def _cross_entropy(context: ProjectContext, output: Node) -> Edit:
    """The edit that gives ``output`` the loss for classes, where its own was chosen or in the training settings."""
    assert isinstance(output.layer, Output)
    if output.layer.loss == "auto":
        return Change("plan", {"loss": "auto"})
    inherits = context.plan is None or context.plan.loss == "auto"
    return Replace(output.id, output.layer.changed(loss="auto" if inherits else "cross_entropy"))


CLASSES_RULE: HintRule[ProjectContext] = HintRule(
    "classes_by_amounts",
    "Losses that do not suit classes",
    "Of several classes one is true, and the cross-entropy makes probabilities of all scores together. A squared error "
    "wants 1 for the true class and 0 for the others: it gives scores and no probabilities, and hardly minds an answer "
    "that is surely wrong. A binary cross-entropy asks of each class by itself, and suits several labels at a time.",
    _unsuited_to_classes,
)
