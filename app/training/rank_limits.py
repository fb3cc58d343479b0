"""What several processes cannot train together, because their steps would not be those of one process."""

from __future__ import annotations

from app.data.readers.tokens import fills_up
from app.training.heads import Head
from app.training.plan import ADVERSARIAL
from app.training.trainable import Model
from graph.errors import NetloomError

ALONE = "Train it in one process."


def refuse_ranks(model: Model) -> None:
    """Make sure that several processes can train ``model`` together: its loss is the mean over the samples of a batch.

    Raises
    ------
    NetloomError
        if not.
    """
    if model.plan.objective in ADVERSARIAL:
        raise NetloomError(f"Several processes cannot train a GAN together, whose two networks take turns. {ALONE}")
    for head in model.objective.heads:
        over = averaged_over(head)
        if over:
            raise NetloomError(
                f"Several processes cannot train this together: the loss of {head.output} is a mean over {over}, "
                f"which each process would have another number. {ALONE}"
            )


def averaged_over(head: Head) -> str:
    """What the loss of an output is averaged over where samples do not count alike; empty where they do."""
    if head.listed and fills_up(head.field.vocabulary):
        return "the words that are there"
    if head.padded and head.loss != "half_squares":
        return "the steps that are there"
    if head.class_weights and not head.field.labels:
        return "the weights of classes"
    return ""
