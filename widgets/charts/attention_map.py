"""Attention weights as a heat map: one row for each query step, one column for each key step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtWidgets import QWidget

from app.system.number_format import format_percent
from widgets.charts.colour_maps import Bytes
from widgets.charts.matrix_plot import MatrixPlot
from widgets.look.theme import ThemeSource, blend


class AttentionMap(MatrixPlot):
    """Weights between 0 and 1 with words on both axes; of the cell chosen, the strongest of its row is told too."""

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, rows="what asks", columns="what is read", parent=parent)
        self._verb = "At"

    def set_weights(self, weights: ArrayLike, asked: Sequence[str], read: Sequence[str], *, written: bool) -> None:
        """Show weights (asked, read) with the words at the steps; ``written`` is whether those that ask are written.

        Raises `ValueError` unless there is a word for each row and column.
        """
        values = np.asarray(weights, dtype=np.float64)
        if values.shape != (len(asked), len(read)):
            raise ValueError(f"weights of shape {values.shape} need as many words, not {len(asked)} and {len(read)}")
        self._verb = "To write" if written else "At"
        self.panel.sides["left"].set_title("what is written" if written else "what asks")
        self.describe(f"{len(asked)} steps look at {len(read)}" if len(asked) else self.empty_text)
        self.show_matrix(values, [shown(word) for word in asked], [shown(word) for word in read])

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell says, in words."""
        asked, read = self.panel.sides["left"].names, self.panel.sides["top"].names
        share, most = self._values[row, column], int(self._values[row].argmax())
        words = f"{self._verb} “{asked[row]}” (step {row + 1}), {format_percent(share)} is taken of “{read[column]}”"
        if most == column:
            return f"{words} (step {column + 1}), the most of all."
        return f"{words} (step {column + 1}); most, {format_percent(self._values[row, most])}, of “{read[most]}”."

    def cell_texts(self, row: int, column: int) -> Sequence[str]:
        """Return the weight in percent, where it is not next to nothing."""
        share = float(self._values[row, column])
        return (f"{100 * share:.0f}",) if share >= 0.01 else ()

    def colours(self) -> tuple[Bytes, float, float, Callable[[float], str], str]:
        """Return tints of the accent; the square root lets weak looks be seen beside strong ones."""
        fills = [blend(self.theme.accent, self.theme.raised, share**0.5) for share in np.linspace(0, 1, 256)]
        table = np.array([fill.getRgb() for fill in fills], dtype=np.uint8)
        return table, 0.0, 1.0, lambda share: format_percent(share, 0), "attention"


def shown(word: str) -> str:
    """A word as an axis shows it: a space can be seen, and the end has no brackets that quotes need."""
    return "␣" if word == " " else word
