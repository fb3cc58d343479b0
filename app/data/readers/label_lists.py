"""Multi-label targets: several labels of each sample, in one cell with signs between them, as a 0 or 1 for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.column_values import CLASSES, natural_order
from app.protocol.data_values import PossibleReading, Question
from graph.errors import NetloomError
from graph.shapes import vector

SEPARATORS = ("|", ";", ",", " ")
"""Signs between two labels of a cell, the surest first."""


@dataclass(frozen=True)
class LabelList:
    """Cells that list labels: ``labels`` of each sample, and the sign ``between`` two of them."""

    labels: Sequence[Sequence[str]]
    between: str

    def names(self) -> tuple[str, ...]:
        """All labels in their natural order."""
        return tuple(sorted({label for cell in self.labels for label in cell}, key=natural_order))

    def field(self, name: str) -> Field:
        """The labels as a field of 0 and 1, float32 (N, labels).

        Raises
        ------
        NetloomError
            if there are fewer than two labels, or more than can be told apart.
        """
        names = self.names()
        places = {label: place for place, label in enumerate(names)}
        values = np.zeros((len(self.labels), len(names)), np.float32)
        for row, cell in enumerate(self.labels):
            values[row, [places[label] for label in cell]] = 1.0
        return labels_field(name, values, names)

    def question(self, column: str) -> Question:
        """Whether each cell lists labels, as it is read, or is one class."""
        cell = next(cell for cell in self.labels if len(cell) > 1)
        readings = _labels_or_class(self.between.join(cell), cell)
        return Question(f"Column “{column}”", readings, self.note(column))

    def note(self, column: str) -> str:
        """A sentence that says how a column was read, with an example, and how else it could be."""
        cell = next(cell for cell in self.labels if len(cell) > 1)
        written = self.between.join(cell)
        read = " and ".join(f"“{label}”" for label in cell[:4])
        return (
            f"Column “{column}” is read as several labels for each sample (“{written}” as {read}); choose the task "
            "classification where each cell is one class."
        )


def label_list(texts: Sequence[str], sure: bool = False) -> LabelList | None:
    """The cells ``texts`` as lists of labels; None where they rather are one class each, unless it is ``sure``."""
    cells = [str(text).strip() for text in texts]
    for between in SEPARATORS:
        if not any(between in cell for cell in cells):
            continue
        parted = [list(dict.fromkeys(filter(None, map(str.strip, cell.split(between))))) for cell in cells]
        if sure or _are_labels(cells, parted, between):
            return LabelList(parted, between)
    return LabelList([[cell] if cell else [] for cell in cells], ",") if sure else None


def _labels_or_class(written: str, cell: Sequence[str]) -> tuple[PossibleReading, PossibleReading]:
    read = " and ".join(f"“{label}”" for label in cell[:4])
    return (
        PossibleReading("Labels", f"“{written}” is {read}", {"task": "labels"}),
        PossibleReading("Classes", f"“{written}” is one class", {"task": "classification"}),
    )


def labels_doubt(column: str, texts: Sequence[str]) -> tuple[Question, ...]:
    """The question where cells that are read as one class each could be several labels as well: they share words."""
    wholes = sorted({str(text).strip() for text in texts})
    for between in SEPARATORS:
        parted = [list(filter(None, map(str.strip, cell.split(between)))) for cell in wholes]
        labels = {label for cell in parted for label in cell}
        longest = max(parted, key=len, default=[])
        if len(longest) > 1 and len(labels) <= len(wholes) < sum(len(set(cell)) for cell in parted):
            cell = between.join(longest)
            note = (
                f"Column “{column}” is read as one class for each cell, such as “{cell}”; choose the task labels where "
                f"that is several labels ({' and '.join(f'“{label}”' for label in longest[:4])})."
            )
            return (Question(f"Column “{column}”", _labels_or_class(cell, longest)[::-1], note),)
    return ()


def _are_labels(cells: Sequence[str], parted: Sequence[Sequence[str]], between: str) -> bool:
    """Whether the pieces of cells come again in other combinations, as labels do and words of a name do not."""
    labels, wholes = {label for cell in parted for label in cell}, set(cells)
    if not 2 <= len(labels) <= CLASSES or not any(len(cell) > 1 for cell in parted):
        return False
    if between in "|;":
        return sum(len(set(cell.split(between))) for cell in wholes) > len(labels)
    if len(labels) >= len(wholes):
        return False
    # Names of two words share few of them: labels make far more combinations than there are labels, or stand alone.
    alone = {cell[0] for cell in parted if len(cell) == 1}
    return between != " " or alone == labels or len(wholes) >= 2 * len(labels)


def as_labels(values: Array) -> Array:
    """0 and 1 as float32 (N, labels).

    Raises
    ------
    NetloomError
        if a value is something else.
    """
    if not np.isin(values, (0, 1)).all():
        raise NetloomError("Several labels need 0 or 1 for each label; there are other numbers.")
    return values.astype(np.float32)


def labels_field(name: str, values: Array, names: tuple[str, ...]) -> Field:
    """The field of several labels: float32 (N, labels) of 0 and 1, named.

    Raises
    ------
    NetloomError
        if there are fewer than two labels, or more than can be told apart.
    """
    if not 2 <= len(names) <= CLASSES:
        raise NetloomError(f"There are {len(names)} different labels; 2 to {CLASSES} can be learned.")
    return Field(name, vector(len(names)), names=names, fixed=True, labels=True, values=as_labels(values))
