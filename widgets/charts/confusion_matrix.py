"""Confusion matrix: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtWidgets import QWidget

from app.system.number_format import counted, format_percent
from widgets.charts.colour_maps import Bytes
from widgets.charts.matrix_plot import MatrixPlot
from widgets.look.theme import ThemeSource, blend

MOST_PAIRS = 3
"""Pairs of classes that are named as the most confused."""


class ConfusionMatrix(MatrixPlot):
    """Counts of true class (rows) against predicted class (columns), with the share of each row.

    Cells on the diagonal are tinted as right, the others as wrong, by their share of the row.
    """

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Confusion matrix",
        empty: str = "Test the network to see which classes it takes for which.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, rows="true", columns="predicted", parent=parent)
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._labels: list[str] = []

    def set_counts(self, counts: ArrayLike, labels: Sequence[str]) -> None:
        """Show N x N counts, row the true class. Raises `ValueError` unless there are N labels."""
        values = np.asarray(counts, dtype=np.int64)
        if values.shape != (len(labels), len(labels)):
            raise ValueError(f"{len(labels)} labels do not fit counts of shape {values.shape}")
        self._counts, self._labels = values, list(labels)
        right, total = int(np.trace(values)), int(values.sum())
        self.describe(f"{right:,} of {total:,} right ({format_percent(right / max(total, 1))})")
        # Shares below zero are mistakes: they have colours of their own.
        signs = np.where(np.eye(len(labels)), 1, -1)
        self.show_matrix(signs * values / np.maximum(values.sum(axis=1, keepdims=True), 1), labels, labels)

    def clear(self, words: str) -> None:
        """Show no counts but ``words``, which say where counts come from."""
        self.set_counts(np.zeros((0, 0), np.int64), [])
        self.set_empty_text(words)
        self.describe(words)

    def confused_most(self) -> str:
        """Return which two classes are taken for each other most often, in words; empty where none is mistaken."""
        wrong = np.triu(self._counts + self._counts.T, 1)
        most = int(wrong.max(initial=0))
        if not most:
            return ""
        pairs = [f"{self._labels[a]} and {self._labels[b]}" for a, b in np.argwhere(wrong == most)]
        named = pairs[0] if len(pairs) == 1 else f"{', '.join(pairs[:-1])}, and {pairs[-1]}"
        times = f"{counted(most, 'time')}{'' if len(pairs) == 1 else ' each'}"
        if len(pairs) > MOST_PAIRS:
            return f"No two classes stand out: {len(pairs):,} pairs were confused {times}."
        return f"Confused most: {named}, {times}."

    def is_empty(self) -> bool:
        """Return whether nothing was counted."""
        return not self._counts.size or not self._counts.sum()

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell counts, in words."""
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        share = f" ({format_percent(count / total)})" if total else ""
        name, taken = self._labels[row], self._labels[column]
        end = "were recognised" if row == column else f"were taken for {taken}"
        return f"{count:,} of {total:,} samples of {name} {end}{share}."

    def cell_texts(self, row: int, column: int) -> Sequence[str]:
        """Return the count and its share of the row; a cell of none stays blank."""
        count, share = int(self._counts[row, column]), abs(float(self._values[row, column]))
        return (f"{count:,}", format_percent(share, 1 if share < 1 else 0)) if count else ()

    def colours(self) -> tuple[Bytes, float, float, Callable[[float], str], str]:
        """Return the tints of mistakes and of what is right, by the share of the true class."""
        # The square root lets the few mistakes of a good network be seen.
        shares = np.linspace(-1, 1, 256)
        fills = [
            blend(self.theme.accent if share > 0 else self.theme.error, self.theme.raised, abs(share) ** 0.5)
            for share in shares
        ]
        table = np.array([fill.getRgb() for fill in fills], dtype=np.uint8)
        return table, -1.0, 1.0, _share_text, "share of the true class"

    def table(self) -> list[Sequence[object]]:
        """Return the counts, the names of the true classes first."""
        rows = zip(self._labels, self._counts.tolist(), strict=True)
        return [("true \\ predicted", *self._labels), *((name, *counts) for name, counts in rows)]


def _share_text(share: float) -> str:
    """Return a share of a class in words; below zero it is wrong."""
    if not share:
        return format_percent(0, 0)
    return f"{format_percent(abs(share), 0)} {'right' if share > 0 else 'wrong'}"
