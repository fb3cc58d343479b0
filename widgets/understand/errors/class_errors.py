"""Where a classifier errs: confusion matrix, worst predictions, and the one that was picked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.protocol.evaluation_values import Evaluation
from app.system.number_format import format_percent, format_short, nth
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.sample_tiles import SampleGallery
from widgets.charts.worst_predictions import Prediction, WorstPredictions
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, hsplit, vbox
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.understand.errors.score_tabs import ScoreTabs
from widgets.understand.errors.text_errors import joined


class ClassErrors(QWidget):
    """Side by side: which classes are taken for which, the worst predictions, and one of them in full.

    A cell of the matrix narrows the worst predictions to its own; the same cell again widens them. `row_picked` carries
    a place among the worst, `row_shown` also that of the first, which nobody picked.
    """

    row_picked = Signal(int)
    row_shown = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(source)
        self.scores = ScoreTabs(source)
        self.scores.insertTab(0, self.matrix, "Confusion")
        self.scores.setCurrentIndex(0)
        self.worst = WorstPredictions(source)
        self.sample = SampleGallery(source, "The prediction picked", "Click a prediction to see it in full.")
        self.chances = BarPlot(source, "What each class was given", "Click a prediction to see how sure it was.")
        self.confused = text_label("", self, wrap=True)
        self.about = text_label("", self, look="faint", wrap=True)
        self._evaluation: Evaluation | None = None
        self._rows: list[int] = []
        self._cell: tuple[int, int] | None = None
        self._lay_out()
        self.matrix.picked.connect(self._on_cell)
        self.worst.picked.connect(self._on_row)

    def _lay_out(self) -> None:
        detail = TallPane(vbox(self.about, (self.sample, 2), (self.chances, 3), margins=(8, 0, 12, 8), spacing=4))
        confused = hbox((self.confused, 1), margins=(12, 0, 8, 0))
        # The sentence stands above, in sight where the matrix is so high that the page is scrolled.
        scores = TallPane(vbox(confused, (self.scores, 1), margins=(0, 0, 0, 6), spacing=2))
        panes = hsplit((scores, 3), (self.worst, 4), (detail, 2), sizes=(400, 430, 250))
        vbox(panes, parent=self)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a classifier."""
        self._evaluation, self._cell = evaluation, None
        if evaluation.confusion is not None:
            self.matrix.set_counts(evaluation.confusion, list(evaluation.classes))
            self.matrix.fit()
        self.confused.setText(self.matrix.confused_most() if evaluation.confusion is not None else "")
        self.scores.show_scores(evaluation.scores)
        self._list(range(len(evaluation.worst.true)))

    def _list(self, rows: Sequence[int]) -> None:
        """List some of the worst predictions."""
        if self._evaluation is None or (worst := self._evaluation.worst).probability is None:
            return
        classes, self._rows = self._evaluation.classes, list(rows)
        predictions = [
            Prediction(classes[true], classes[predicted], float(probability), float(loss), worst.by_scores)
            for true, predicted, probability, loss in zip(
                *(of[self._rows] for of in (worst.true, worst.predicted, worst.probability, worst.loss)), strict=True
            )
        ]
        read = texts_read(self._evaluation)
        texts = [read[row] for row in rows] if read else []
        self.worst.set_field(worst.input_field)
        positions = worst.index[self._rows].tolist()
        self.worst.set_rows(drawable_values(worst.input[self._rows]), predictions, texts, positions=positions)
        self._show_row(self._rows[0] if self._rows else None)

    def _on_cell(self, true: int, predicted: int) -> None:
        if self._evaluation is None:
            return
        self._cell = None if self._cell == (true, predicted) else (true, predicted)
        worst = self._evaluation.worst
        rows = range(len(worst.true))
        if self._cell is not None:
            rows_in = [row for row in rows if (worst.true[row], worst.predicted[row]) == self._cell]
            self.worst.set_empty_text("None of the worst predictions is in this cell.")
            self._list(rows_in)
        else:
            self._list(rows)

    def _on_row(self, at: int) -> None:
        if 0 <= at < len(self._rows):
            self._show_row(self._rows[at])
            self.row_picked.emit(self._rows[at])

    def _show_row(self, row: int | None) -> None:
        worst = self._evaluation.worst if self._evaluation is not None else None
        if row is None or self._evaluation is None or worst is None or worst.probability is None:
            self.sample.set_samples(np.empty((0, 1)), [], [])
            self.chances.set_bars([], {})
            self.about.clear()
            return
        self.row_shown.emit(row)
        classes = self._evaluation.classes
        true, predicted = classes[worst.true[row]], classes[worst.predicted[row]]
        index, probability = int(worst.index[row]), float(worst.probability[row])
        certainty = (
            f"a score of {format_short(probability)}" if worst.by_scores else f"{format_percent(probability)} certainty"
        )
        self.about.setText(f"Sample {nth(index)} is {true}; the network says {predicted}, with {certainty}.")
        texts = texts_read(self._evaluation)[row : row + 1]
        self.sample.set_field(worst.input_field)
        said = [f"predicted {predicted}"]
        self.sample.set_samples(drawable_values(worst.input[row : row + 1]), [true], said, texts, positions=[index])
        if worst.probabilities is not None:
            what = "score" if worst.by_scores else "probability"
            self.chances.set_bars(list(classes), {what: worst.probabilities[row]}, across="class", up=what)


def texts_read(evaluation: Evaluation) -> list[str]:
    """The worst samples as text where the network reads words or characters; empty where it reads numbers."""
    return [joined(words) for words in evaluation.worst.words.input]
