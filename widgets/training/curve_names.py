"""What the curves of runs are called at their ends, in keys and readouts: by their part, or by their run."""

from __future__ import annotations

from widgets.plots.curve import Part
from widgets.training.shown_run import ShownRun

WORDS = {"generator_loss": "generator"}
"""Names of losses beside the first, on the plot."""


def label(run: ShownRun, part: Part, *, alone: bool) -> str:
    """Name one run's parts; of several runs name each once, at its validation curve where it has one."""
    if alone:
        return part
    return run.name if part == "validation" or not run.validated else ""


def loss_label(run: ShownRun, part: Part, *, alone: bool) -> str:
    """Name a curve of the loss. Where there are two losses, the first is the discriminator's."""
    if not run.others or part == "validation":
        return label(run, part, alone=alone)
    return full_name(run, "discriminator", alone=alone)


def full_name(run: ShownRun, words: str, *, alone: bool) -> str:
    """Return ``words`` with the name of the run, where there are others."""
    if alone or words.startswith(run.name):
        return words
    return f"{run.name}, {words}"
