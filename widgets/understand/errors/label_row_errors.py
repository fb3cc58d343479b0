"""Where a network that reads rows of labels errs: the rows that were missed by most labels."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.protocol.evaluation_values import Evaluation
from widgets.charts.sample_tiles import Answer, SampleGallery
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource
from widgets.understand.errors.text_errors import joined

WRONG_FIRST = "Misread, by most labels first"
RIGHT_FIRST = "Read without a mistake, the shortest first"


class RowErrors(QWidget):
    """The samples that were read worst, with what is true, what was read, and by how many labels they differ.

    `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = text_label("", self, look="faint", wrap=True)
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        vbox(self.about, (self.worst, 1), parent=self, margins=(12, 0, 12, 0))
        self.worst.picked.connect(self.row_picked)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that reads rows of labels."""
        worst, words = evaluation.worst, evaluation.worst.words
        off = [_off(int(edits)) for edits in worst.loss]
        self.worst.set_field(worst.input_field)
        true, positions = [f"is {joined(row)}" for row in words.true], worst.index.tolist()
        self.worst.set_samples(drawable_values(worst.input), true, off, positions=positions, numbered=True)
        self.worst.set_answers(
            [
                Answer(f"says {joined(predicted) or '–'}", predicted == true)
                for predicted, true in zip(words.predicted, words.true, strict=True)
            ]
        )
        self.worst.part_right([edits == 0 for edits in worst.loss], WRONG_FIRST, RIGHT_FIRST)
        self.about.setText(
            "The lines that were read worst. The label error rate counts the labels to insert, remove or exchange, for "
            "each label that is true."
        )


def _off(count: int) -> str:
    return "all right" if count == 0 else "1 label off" if count == 1 else f"{count} labels off"
