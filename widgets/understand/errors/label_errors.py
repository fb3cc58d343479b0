"""Where a network that gives several labels errs: scores of each label, and the samples with most labels wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.protocol.evaluation_values import Evaluation
from app.system.number_format import format_short
from widgets.charts.sample_tiles import Answer, SampleGallery
from widgets.data.preview_values import label_names
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import hsplit, vbox
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.understand.errors.class_errors import texts_read
from widgets.understand.errors.score_tabs import ScoreTabs

WRONG_FIRST = "With wrong labels, the most of them first"
RIGHT_FIRST = "All labels right, but the largest loss"


class LabelErrors(QWidget):
    """The scores of the labels; beside them the worst predictions, with what is true and what was predicted.

    `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scores = ScoreTabs(source)
        self.about = text_label("", self, look="faint", wrap=True)
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        side = TallPane(vbox(self.about, (self.worst, 1), margins=(8, 0, 12, 0)))
        vbox(hsplit((self.scores, 1), (side, 1), sizes=(540, 460), least=(0, 160)), parent=self)
        self.worst.picked.connect(self.row_picked)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that gives several labels."""
        worst, names = evaluation.worst, evaluation.names
        self.scores.show_scores(evaluation.scores)
        true = [f"is {label_names(row, names)}" for row in worst.true]
        off = (worst.true != worst.predicted).sum(1).tolist()
        parts = [
            f"{_off(wrong)}, loss {format_short(loss)}" for wrong, loss in zip(off, worst.loss.tolist(), strict=True)
        ]
        self.worst.set_field(worst.input_field)
        values, texts, positions = drawable_values(worst.input), texts_read(evaluation), worst.index.tolist()
        self.worst.set_samples(values, true, parts, texts, positions=positions, numbered=True)
        answers = [
            Answer(f"says {label_names(row, names)}", wrong == 0)
            for row, wrong in zip(worst.predicted, off, strict=True)
        ]
        self.worst.set_answers(answers)
        self.worst.part_right([wrong == 0 for wrong in off], WRONG_FIRST, RIGHT_FIRST)
        self.about.setText("The samples with most labels wrong." if any(off) else "No label of any sample is wrong.")


def _off(count: int) -> str:
    return "all right" if count == 0 else "1 label wrong" if count == 1 else f"{count} labels wrong"
