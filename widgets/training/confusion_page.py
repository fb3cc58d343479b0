"""The confusion matrix of the validation set, and over it which samples it counts, and of which run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtWidgets import QWidget

from app.protocol.events import MOST_CLASSES
from app.system.number_format import counted
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource

NO_MATRIX = (
    "This run has no confusion matrix. Training counts one where each sample has one of 2 to "
    f"{MOST_CLASSES} classes. Errors in Understand tests this run and shows its mistakes."
)
"""What the tab of the confusion matrix says of a classifier for which none is counted."""
COMING = "It comes after the first epoch."
"""What the tab says until the first epoch of a run ends."""


class ConfusionPage(QWidget):
    """A matrix that grows with the training, or a sentence why there is none."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counted = text_label(parent=self, look="heading", hidden=True)
        self.matrix = ConfusionMatrix(source, "Confusion on the validation set", COMING)
        self._samples = 0
        self._whose = ""
        vbox(self.counted, (self.matrix, 1), parent=self, margins=(12, 8, 4, 4), spacing=4)

    def show_counts(self, counts: ArrayLike, classes: list[str]) -> None:
        """Show a matrix (n, n), rows the truth, and over it which samples it counts."""
        self.matrix.set_counts(counts, classes)
        self._samples = int(np.sum(counts))
        self._tell()
        self.counted.show()

    def show_none(self, words: str) -> None:
        """Say why there is no matrix."""
        self.matrix.clear(words)
        self.counted.hide()

    def tell_whose(self, whose: str) -> None:
        """Begin what is said over the matrix with the name of its run, where that is not plain."""
        self._whose = whose
        self._tell()

    def _tell(self) -> None:
        self.counted.setText(f"{self._whose}Validation set, {counted(self._samples, 'sample')}")
