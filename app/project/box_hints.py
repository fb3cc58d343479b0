"""Hints at outputs that learn boxes."""

from __future__ import annotations

from collections.abc import Iterator

from app.project.project_context import ProjectContext
from graph.checking.fixes import Fix, Replace
from graph.checking.network_hints import Finding, HintRule


def _grid_loss(context: ProjectContext) -> Iterator[Finding]:
    """A grid of boxes that is learned number by number, where most cells are empty."""
    for output, node in context.final_layers():
        field = context.target(output)
        if field is None or not field.box_classes or node.layer.final_activation:
            continue
        if context.loss_of(output) in ("auto", "mse"):
            message = f"{output.id}: it learns the numbers of all cells alike, and most cells are empty."
            better = Replace(output.id, output.layer.changed(loss="yolo"))
            yield Finding(output.id, message, (Fix("Use YOLO's loss", (better,)),))


BOX_RULE: HintRule[ProjectContext] = HintRule(
    "grid_loss",
    "Squared error for a grid of boxes",
    "Most cells of a grid hold no box, and their zeros drown the few that do. YOLO's loss counts place, size and class "
    "only where a box is, and empty cells less; it also measures mAP.",
    _grid_loss,
)
