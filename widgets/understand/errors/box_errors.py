"""Where a detector errs: average precision of each class, its curve, and the worst pictures with their boxes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QTreeWidgetItem, QWidget

from app.numerics.box_grid import GridBox, grid_boxes, grid_detections, true_boxes
from app.numerics.detections import Detections, matches, suppress
from app.protocol.data_values import PictureBox
from app.protocol.evaluation_values import BoxScores, DetectionScores, Evaluation
from widgets.charts.sample_tiles import Answer, SampleGallery
from widgets.charts.score_curves import ScoreCurves
from widgets.data.sample_views import drawable_values
from widgets.look.flow import flow
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hbox, hsplit, vbox
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.understand.errors.score_tabs import score_item, score_table, shown, unit_curve

COLUMNS = ("class", "boxes", "precision", "recall", "F1", "average precision")
LEAST_PLOT = 170
"""Pixels in height in which curves can be told apart; a lower page is scrolled."""


class BoxErrors(QWidget):
    """Precision against recall of each class; beside it the worst pictures, with true boxes and those that are said.

    The score from which a box is said, and the overlap from which one is suppressed, are set above the pictures, which
    follow at once. `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = ScoreCurves(source, "Precision and recall", ("recall", "precision"), "No box is said.")
        self.table = score_table(*COLUMNS)
        self.note = text_label("", look="faint", wrap=True)
        self.score = QDoubleSpinBox(self, minimum=0.01, maximum=1.0, singleStep=0.05, decimals=2)
        self.suppression = QDoubleSpinBox(self, minimum=0.0, maximum=1.0, singleStep=0.05, decimals=2)
        self.about = text_label("", self, look="faint", wrap=True)
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        self._evaluation: Evaluation | None = None
        self._true: Detections | None = None
        self._lay_out()
        self.worst.picked.connect(self.row_picked)
        for field in (self.score, self.suppression):
            field.valueChanged.connect(self._show_answers)

    def _lay_out(self) -> None:
        fields = []
        named = (("Score at least", self.score), ("NMS above IoU", self.suppression))
        for name, field in named:
            field.setAccessibleName(name)
            fields.append(boxed(hbox(text_label(name, self, look="faint", buddy=field), field, spacing=6)))
        self.score.setToolTip("Boxes that are less sure are not said")
        self.suppression.setToolTip(
            "Non-maximum suppression: of boxes of one class that overlap by more only the surest is said"
        )
        bar = boxed(flow(*fields, spacing=12))
        self.curves.setMinimumHeight(LEAST_PLOT)
        left = TallPane(vbox((self.curves, 3), (self.table, 2), self.note, margins=(12, 4, 0, 8), spacing=4))
        side = TallPane(vbox(bar, self.about, (self.worst, 1), margins=(8, 4, 12, 0), spacing=4))
        vbox(hsplit((left, 1), (side, 1), sizes=(460, 540), least=(0, 160)), parent=self)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that gives grids of boxes."""
        worst = evaluation.worst
        self._evaluation, self._true = evaluation, true_boxes(worst.true)
        if evaluation.detection is not None:
            self._show_scores(evaluation.detection)
        true = [[_picture_box(box, evaluation.classes) for box in own] for own in grid_boxes(self._true)]
        blank, positions = [""] * len(worst.index), worst.index.tolist()
        values = drawable_values(worst.input)
        self.worst.set_samples(values, blank, blank, positions=positions, boxes=true, numbered=True)
        self._show_answers()
        self.about.setText(
            "The pictures with most boxes missed or too many. Solid boxes are true ones, dashed ones with a score are "
            "what the network says."
        )

    def _show_scores(self, scores: DetectionScores) -> None:
        for field, value in ((self.score, scores.threshold), (self.suppression, scores.suppression)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.curves.set_curves([unit_curve(each) for each in scores.precision_recall])
        self.table.clear()
        self.table.addTopLevelItems([_row(each) for each in scores.classes])
        for column in range(len(COLUMNS)):
            self.table.resizeColumnToContents(column)
        self.note.setText(
            f"A box is right from an IoU of {scores.iou:g} with a true one of its class on. Precision, recall and F1 "
            f"are of boxes with a score of at least {scores.threshold:g}; average precision is the area under the "
            "curve of all, and mAP its mean over the classes."
        )

    def _show_answers(self) -> None:
        """The boxes that are said with the score and the suppression that are set."""
        if self._evaluation is None or self._true is None:
            return
        worst, classes = self._evaluation.worst, self._evaluation.classes
        found = suppress(grid_detections(worst.predicted, self.score.value()), self.suppression.value())
        right = matches(found, self._true).sum(1).tolist()
        wanted, said = self._true.there.sum(1).tolist(), grid_boxes(found)
        self.worst.set_answers(
            [
                Answer(
                    _outcome(right[row], wanted[row], len(own)),
                    right[row] == wanted[row] == len(own),
                    boxes=tuple(_picture_box(box, classes) for box in own),
                    scores=tuple(box.score for box in own),
                )
                for row, own in enumerate(said)
            ]
        )


def _picture_box(box: GridBox, classes: Sequence[str]) -> PictureBox:
    return PictureBox(classes[box.kind], box.x, box.y, box.width, box.height)


def _outcome(right: int, wanted: int, said: int) -> str:
    """How many boxes are found, missed and too many, in words."""
    parts = [f"{right} of {wanted} {'box' if wanted == 1 else 'boxes'} found"]
    if said > right:
        parts.append(f"{said - right} too many")
    return ", ".join(parts)


def _row(entry: BoxScores) -> QTreeWidgetItem:
    numbers = (entry.precision, entry.recall, entry.f1, entry.average_precision)
    return score_item(entry.name, f"{entry.boxes:,}", *map(shown, numbers))
