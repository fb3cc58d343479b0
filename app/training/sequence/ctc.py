"""CTC loss (connectionist temporal classification): learning a row of labels without being told where each stands.

Outputs are logits (n, T, labels), the blank's first; targets int64 (n, S) are filled up with the blank behind their
last label. See Graves, Fernández, Gomez and Schmidhuber, 2006.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import FieldInfo
from app.training.precision import at_least_single
from app.training.sequence.transcripts import BLANK
from graph.errors import NetloomError
from graph.shapes import Kind, format_sizes

TINY = 1e-30
"""Probabilities are kept above this before their logarithm is taken."""


def log_probabilities(outputs: Tensor, final_activation: str) -> Tensor:
    """Logarithms of the probabilities (n, T, labels) of each label at each step, float32 or wider.

    With ``softmax`` as ``final_activation`` the outputs are probabilities already.
    """
    outputs = at_least_single(outputs)
    return outputs.clamp_min(TINY).log() if final_activation == "softmax" else outputs.log_softmax(2)


def ctc_loss(outputs: Tensor, targets: Tensor, final_activation: str) -> Tensor:
    """The loss (): minus the log-probability of all paths that spell a row, per label, the mean of a batch.

    A row that needs more steps than there are counts nothing, so that it does not keep the others from learning.
    """
    logs = log_probabilities(outputs, final_activation).transpose(0, 1)
    steps = torch.full((len(targets),), len(logs), dtype=torch.int64, device=targets.device)
    lengths = (targets != BLANK).sum(1)
    return F.ctc_loss(logs, targets, steps, lengths, blank=BLANK, reduction="mean", zero_infinity=True)


def check_fit(output: str, field: FieldInfo, sizes: tuple[int | None, ...]) -> None:
    """Make sure that an output of these sizes can be compared with rows of labels.

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
        given = format_sizes(sizes, "?")
        raise NetloomError(
            f"{output}: CTC needs a sequence with {count:,} scores at each step, the blank’s and those of "
            f"{count - 1:,} labels, but {given} values arrive; let a time-distributed dense layer give them."
        )
