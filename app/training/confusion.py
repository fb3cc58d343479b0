"""The confusion matrix of a classifier, counted batch by batch while its validation set is measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.protocol.events import MOST_CLASSES
from app.training.heads import Head


class ConfusionCount:
    """Counts which classes of the first output with classes are taken for which."""

    def __init__(self, index: int, head: Head) -> None:
        self._index, self._head = index, head
        self._cells: Tensor | None = None
        self.classes = tuple(head.field.classes)

    @classmethod
    def of(cls, heads: list[Head]) -> ConfusionCount | None:
        """A count for the first of the outputs that predicts one of a few classes; None where none does."""
        suited = (
            (index, head)
            for index, head in enumerate(heads)
            if 2 <= head.classes <= MOST_CLASSES and not (head.listed or head.is_ctc or head.labels)
        )
        return next((cls(index, head) for index, head in suited), None)

    def add(self, outputs: Any, targets: tuple[Tensor, ...]) -> None:
        """Count a batch by its outputs and targets; the sums stay on the device."""
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        if listed[self._index].ndim != 2:
            return  # a class for each pixel or step
        predicted = self._head.predicted_classes(listed[self._index].detach())
        cells = torch.bincount(targets[self._index] * self._head.classes + predicted, minlength=self._head.classes**2)
        self._cells = cells if self._cells is None else self._cells + cells

    def counts(self) -> NDArray[np.int64]:
        """The counts, int64 (classes, classes): rows are the truth, columns what was predicted."""
        side = self._head.classes
        if self._cells is None:
            return np.zeros((side, side), np.int64)
        return self._cells.reshape(side, side).cpu().numpy().astype(np.int64)
