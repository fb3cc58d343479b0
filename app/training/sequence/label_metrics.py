"""Metrics of rows of labels under CTC: label error rate, and sequence accuracy."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.training.heads import Head
from app.training.sequence.transcripts import BLANK, edit_distances, spelled


class LabelTally:
    """Sums over rows of labels, read by the best path."""

    names: tuple[str, ...] = ("label_error", "sequence_accuracy")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs (n, T, labels) and targets (n, S) of some samples."""
        sums = torch.from_numpy(label_sums(spelled(outputs.argmax(2).cpu().numpy()), targets.cpu().numpy()))
        self.total = sums if self.total is None else self.total.cpu() + sums

    def values(self) -> list[float]:
        """The label error rate and the share of rows that are all right."""
        assert self.total is not None
        return label_rates(self.total.cpu().numpy())


def label_sums(predicted: Array, true: Array) -> Array:
    """Edits, labels of the truth, rows without an edit, and rows, float64 (4,), of int64 (n, any), blanks behind."""
    edits = edit_distances(predicted, true)
    return np.array([edits.sum(), (true != BLANK).sum(), (edits == 0).sum(), len(edits)], dtype=np.float64)


def label_rates(sums: Array) -> list[float]:
    """Edits needed per label of the truth (the label error rate), and the share of rows that need none."""
    edits, labels, right, rows = sums.tolist()
    return [edits / max(labels, 1.0), right / max(rows, 1.0)]
