"""Connectionist temporal classification: teaching a row of labels without saying where each stands.

Answers are scores (n, T, labels), the blank's first; targets int64 (n, S) are filled up with the blank behind their
last label. See Graves, Fernández, Gomez and Schmidhuber, 2006.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array, FieldInfo
from app.data.prepare import Prepared
from app.training.sequence.transcripts import BLANK, edit_distances, spelled, steps_needed
from graph.errors import NetloomError
from graph.shapes import Kind

if TYPE_CHECKING:
    from app.training.heads import Head

TINY = 1e-30
"""Chances are kept above this before their logarithm is taken."""


def logarithms(answers: Tensor, squashed: str) -> Tensor:
    """Logarithms of the chances (n, T, labels) that answers give to each label at each step, float32.

    ``squashed`` says that a ``softmax`` has turned the answers into chances already.
    """
    answers = answers.float()
    return answers.clamp_min(TINY).log() if squashed == "softmax" else answers.log_softmax(2)


def distance(answers: Tensor, targets: Tensor, squashed: str) -> Tensor:
    """The loss (): minus the logarithm of the chance of all paths that spell a row, per label, the mean of a batch.

    A row that needs more steps than there are counts nothing, so that it does not keep the others from learning.
    """
    given = logarithms(answers, squashed).transpose(0, 1)
    steps = torch.full((len(targets),), len(given), dtype=torch.int64, device=targets.device)
    lengths = (targets != BLANK).sum(1)
    return F.ctc_loss(given, targets, steps, lengths, blank=BLANK, reduction="mean", zero_infinity=True)


def check_fit(output: str, field: FieldInfo, sizes: tuple[int | None, ...]) -> None:
    """Make sure that an output of these sizes can be held against rows of labels.

    Raises
    ------
    NetloomError
        if the target holds no labels, or the output does not score each of them at every step.
    """
    count = len(field.vocabulary)
    if field.shape.kind is not Kind.TOKENS or count < 2:
        raise NetloomError(
            f"{output}: CTC compares with a row of labels, but “{field.name}” is {field.shape.described()}; choose "
            "another loss."
        )
    if len(sizes) != 2 or sizes[1] != count:
        given = " x ".join("?" if size is None else str(size) for size in sizes)
        raise NetloomError(
            f"{output}: CTC needs a sequence with {count:,} scores at each step, the blank’s and those of "
            f"{count - 1:,} labels, but {given} values arrive; let a time-distributed dense layer give them."
        )


def check_steps(head: Head, steps: int | None, prepared: Prepared) -> None:
    """Make sure that every row of the training part can be spelled in ``steps``; None stands for any number.

    Raises
    ------
    NetloomError
        if there are too few for some row.
    """
    if steps is None or not prepared.train.samples:
        return
    needed = steps_needed(np.asarray(prepared.train.arrays[head.field.name]))
    short = int((needed > steps).sum())
    if short:
        raise NetloomError(
            f"{head.output}: {steps:,} steps are too few for {short:,} of {len(needed):,} training samples, which need "
            f"up to {int(needed.max()):,}: one for each label and one between equal neighbours. Pool less over time."
        )


class LabelSums:
    """Sums over rows of labels that are read by the best path."""

    names: tuple[str, ...] = ("label_error", "sequence_accuracy")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, answers: Tensor, targets: Tensor) -> None:
        """Add answers (n, T, labels) and targets (n, S) of some samples."""
        found = torch.from_numpy(sums_of(spelled(answers.argmax(2).cpu().numpy()), targets.cpu().numpy()))
        self.total = found if self.total is None else self.total.cpu() + found

    def values(self) -> list[float]:
        """The label error rate and the share of rows that are all right."""
        assert self.total is not None
        return rates(self.total.cpu().numpy())


def sums_of(said: Array, true: Array) -> Array:
    """Edits, labels of the truth, rows without an edit, and rows, float64 (4,), of int64 (n, any), blanks behind."""
    edits = edit_distances(said, true)
    return np.array([edits.sum(), (true != BLANK).sum(), (edits == 0).sum(), len(edits)], dtype=np.float64)


def rates(sums: Array) -> list[float]:
    """Edits needed per label of the truth (the label error rate), and the share of rows that need none."""
    edits, labels, right, rows = (float(one) for one in sums)
    return [edits / max(labels, 1.0), right / max(rows, 1.0)]
