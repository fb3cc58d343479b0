"""Scores of a classifier as tabs: precision, recall and F1, ROC and precision-recall curves, calibration, threshold."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QTreeWidget, QTreeWidgetItem, QWidget

from app.protocol.evaluation_values import ClassScores, ScoreCurve, Scores
from app.system.number_format import format_percent
from widgets.charts.score_curves import ScoreCurves, UnitCurve
from widgets.look.first_press import FirstPress
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition, name_columns
from widgets.look.theme import ThemeSource

COLUMNS = ("class", "samples", "precision", "recall", "F1", "ROC AUC", "average precision")
EMPTY = "Only where samples of the class and others are tested is there a curve."
NO_PROBABILITIES = (
    "A hinge loss gives scores, and the largest wins. They are no probabilities, so nothing says in how many of 100 "
    "cases they come true. A cross-entropy makes probabilities."
)
"""What stands in the place of a calibration where there is none."""
SCORES = ("precision", "recall", "f1")


class ScoreTabs(QTabWidget):
    """The scores of classes or labels; a tab of the owner's may stand before them."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName("Scores")
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.summary = text_label("", look="faint", wrap=True)
        self.table = score_table(*COLUMNS)
        self.roc = ScoreCurves(source, "ROC", ("false positive rate", "true positive rate"), EMPTY, diagonal=True)
        self.recalled = ScoreCurves(source, "Precision and recall", ("recall", "precision"), EMPTY)
        self.reliability = ScoreCurves(
            source, "Calibration", ("predicted probability", "share that came true"), EMPTY, diagonal=True
        )
        self.reliability_note = text_label("", look="faint", wrap=True)
        self.thresholds = ScoreCurves(source, "Threshold", ("threshold", "score"), EMPTY)
        self.threshold_note = text_label("", look="faint", wrap=True)
        self.addTab(boxed(vbox(self.summary, (self.table, 1), margins=(12, 4, 0, 8), spacing=4)), "Scores")
        self.addTab(self.roc, "ROC")
        self.addTab(self.recalled, "PR")
        self.setTabToolTip(2, "Precision against recall")
        self.addTab(_with_note(self.reliability, self.reliability_note), "Calibration")
        self.addTab(_with_note(self.thresholds, self.threshold_note), "Threshold")
        for at in (3, 4):
            self.setTabToolTip(at, plain_tip(definition(self.tabText(at))))

    def show_scores(self, scores: Scores | None) -> None:
        """Show scores; without any, only a tab of the owner's is left."""
        for at in range(self.count()):
            self.setTabVisible(at, scores is not None or self.widget(at) not in self._own())
        if scores is None:
            return
        self.table.clear()
        self.table.addTopLevelItems([_row(entry) for entry in scores.classes])
        self.table.addTopLevelItems(list(_means(scores)))
        for column in range(len(COLUMNS)):
            self.table.resizeColumnToContents(column)
        self.summary.setText(_summary(scores))
        self.roc.set_curves([unit_curve(curve) for curve in scores.roc])
        self.recalled.set_curves([unit_curve(curve) for curve in scores.precision_recall])
        self._show_calibration(scores)
        self._show_thresholds(scores)

    def _own(self) -> list[QWidget | None]:
        """The tabs about scores, which stand behind those of the owner."""
        return [self.widget(at) for at in range(self.count() - 5, self.count())]

    def _show_calibration(self, scores: Scores) -> None:
        found = scores.calibration
        self.reliability.setVisible(found is not None)
        if found is None:
            self.reliability_note.setText(NO_PROBABILITIES)
            return
        curve = UnitCurve("came true", found.predicted.astype(np.float64), found.observed.astype(np.float64), dots=True)
        self.reliability.set_curves([curve] if len(found.counts) else [])
        self.reliability_note.setText(
            f"Expected calibration error {found.error:.3f}: so far probabilities are off on average. On the diagonal "
            "what is predicted with 80 % comes true in 80 of 100 cases."
        )

    def _show_thresholds(self, scores: Scores) -> None:
        found = scores.by_threshold
        self.setTabVisible(self.count() - 1, found is not None)
        if found is None or scores.threshold is None:
            return
        across = found.threshold.astype(np.float64)
        self.thresholds.set_curves(
            [UnitCurve(title_of(name), across, getattr(found, name).astype(np.float64)) for name in SCORES],
            scores.threshold,
        )
        self.threshold_note.setText(
            f"The run predicts above {scores.threshold:.3g}; the best F1 on these samples is at {found.best:.3g}. "
            "The training settings set the threshold, by hand or from the validation set."
        )


def _with_note(plot: ScoreCurves, note: QWidget) -> QWidget:
    return boxed(vbox((plot, 1), note, margins=(8, 0, 12, 8), spacing=4))


def title_of(score: str) -> str:
    """The name of a score in a plot."""
    return "F1" if score == "f1" else score


def unit_curve(curve: ScoreCurve) -> UnitCurve:
    """A curve of scores as it is drawn."""
    return UnitCurve(curve.name, curve.x.astype(np.float64), curve.y.astype(np.float64))


def _row(entry: ClassScores) -> QTreeWidgetItem:
    numbers = (entry.precision, entry.recall, entry.f1, entry.roc_auc, entry.average_precision)
    return score_item(entry.name, f"{entry.support:,}", *map(shown, numbers))


def _means(scores: Scores) -> Iterator[QTreeWidgetItem]:
    """The averages below the classes."""
    for average in ("micro", "macro", "weighted"):
        if f"f1_{average}" in scores.averages:
            areas = ("roc_auc", "average_precision") if average == "macro" else ()
            values = [scores.averages.get(f"{name}_{average}") for name in (*SCORES, *areas)]
            yield score_item(f"mean, {average}", "", *map(shown, values))


def score_table(*columns: str) -> QTreeWidget:
    """An empty table of scores with these columns, the first for names."""
    table = QTreeWidget()
    table.setAccessibleName("Scores of each class")
    table.setRootIsDecorated(False)
    FirstPress(table)
    name_columns(table, *columns)
    return table


def score_item(*words: str) -> QTreeWidgetItem:
    """A row of such a table: a name, and numbers that stand at the right of their columns."""
    item = QTreeWidgetItem(words)
    for column in range(1, len(words)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def shown(value: float | None) -> str:
    """A score in words, a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def _summary(scores: Scores) -> str:
    balanced = scores.averages.get("balanced_accuracy")
    said = "" if balanced is None else f"Balanced accuracy {format_percent(balanced)}."
    threshold = "" if scores.threshold is None else f" Threshold {scores.threshold:.3g}."
    return f"{said}{threshold}".strip()
