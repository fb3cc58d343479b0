"""Where a network that gives every pixel a class errs: classes taken for others, and the worst pictures under both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.protocol.evaluation_values import Evaluation
from app.system.number_format import format_percent, nth
from widgets.charts.class_key import ClassKey
from widgets.charts.class_overlay import coloured, overlaid, side_by_side
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.sample_tiles import SampleGallery
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hsplit, vbox
from widgets.look.theme import Themed, ThemeSource


class PixelErrors(QWidget, Themed):
    """Which class pixels are taken for; beside it the worst pictures: as they are, with the truth, with the answer.

    `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(source)
        self.iou = text_label("", self, wrap=True, selectable=True)
        self.about = text_label("", self, look="faint", wrap=True)
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        self.key = ClassKey(source, self)
        self._evaluation: Evaluation | None = None
        left = boxed(vbox((self.matrix, 1), self.iou, margins=(0, 0, 0, 8)))
        side = boxed(vbox(self.about, self.key, (self.worst, 1), margins=(8, 0, 12, 0)))
        vbox(hsplit((left, 1), (side, 2), sizes=(360, 640), least=160), parent=self)
        self.worst.picked.connect(self.row_picked)
        self.follow(source)

    def theme_changed(self) -> None:
        """The hues of the classes are the theme's."""
        if self._evaluation is not None:
            self.show_evaluation(self._evaluation)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that gives every pixel a class."""
        self._evaluation = evaluation
        worst, classes = evaluation.worst, evaluation.classes
        if evaluation.confusion is not None:
            self.matrix.set_counts(evaluation.confusion, list(classes))
        self.key.set_names(classes)
        self.iou.setText(iou_words(classes, evaluation.iou))
        truth, answer = (
            overlaid(worst.input, kinds, self.theme, len(classes)) for kinds in (worst.true, worst.predicted)
        )
        parts = [f"{format_percent(float(loss))} wrong" for loss in worst.loss]
        labels = [f"sample {nth(int(index))}" for index in worst.index]
        self.worst.set_samples(side_by_side(coloured(worst.input), truth, answer), labels, parts)
        self.about.setText(
            "The pictures with most pixels wrong, each as it is, under its true classes, and under those that the "
            "network says."
        )


def iou_words(classes: Sequence[str], iou: Sequence[float | None]) -> str:
    """Return the intersection over union of each class in words."""
    each = (
        f"{name} {'–' if value is None else format_percent(value)}" for name, value in zip(classes, iou, strict=True)
    )
    return f"IoU of each class: {', '.join(each)}"
