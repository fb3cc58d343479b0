"""Scores of classes and labels beside the confusion matrix: tables, curves with titled axes, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.inference.scores import class_scores, label_scores
from app.protocol.evaluation_values import Evaluation, Predictions, Scores, WorstPredictions
from widgets.data.preview_values import label_names
from widgets.look.theme import ThemeSource
from widgets.understand.errors.class_errors import ClassErrors
from widgets.understand.errors.label_errors import LabelErrors
from widgets.understand.errors.score_tabs import NO_PROBABILITIES

TRUE = np.array([0, 0, 0, 0, 0, 0, 1, 1])
SECOND = np.array([0.1, 0.2, 0.3, 0.4, 0.1, 0.7, 0.6, 0.9])
LABELS = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32)
GIVEN = np.array([[0.9, 0.2], [0.4, 0.3], [0.8, 0.7], [0.1, 0.6]])


def two_classes() -> Scores:
    both = np.stack([1 - SECOND, SECOND], 1)
    return class_scores(TRUE, (SECOND > 0.5).astype(int), both, ("no", "yes"), 0.5)


def evaluation(scores: Scores | None, task: Any, true: Any, predicted: Any, **more: Any) -> Evaluation:
    index = np.arange(len(true))
    worst = WorstPredictions(
        index=index, true=true, predicted=predicted, loss=np.zeros(len(true), np.float32),
        input=np.zeros((len(true), 3), np.float32), probability=np.ones(len(true), np.float32),
        probabilities=np.ones((len(true), 2), np.float32),
    )  # fmt: skip
    predictions = Predictions(index=index, true=true, predicted=predicted)
    return Evaluation(
        part="test", task=task, target="y", metrics={}, predictions=predictions, worst=worst, scores=scores, **more
    )  # fmt: skip


@pytest.fixture
def classes(qtbot: QtBot) -> ClassErrors:
    view = ClassErrors(ThemeSource())
    qtbot.addWidget(view)
    return view


def rows(view: ClassErrors | LabelErrors) -> list[list[str]]:
    table = view.scores.table
    items = [table.topLevelItem(at) for at in range(table.topLevelItemCount())]
    return [[item.text(column) for column in range(7)] for item in items if item is not None]


def shown(view: ClassErrors | LabelErrors) -> list[str]:
    tabs = view.scores
    return [tabs.tabText(at) for at in range(tabs.count()) if tabs.isTabVisible(at)]


def show(view: ClassErrors, scores: Scores | None, names: tuple[str, ...] = ("no", "yes")) -> None:
    predicted = (SECOND > 0.5).astype(int)
    confusion = np.array([[5, 1], [0, 2]])
    view.show_evaluation(evaluation(scores, "classification", TRUE, predicted, classes=names, confusion=confusion))


def test_two_classes_have_all_tabs_and_their_numbers(classes: ClassErrors) -> None:
    show(classes, two_classes())
    assert shown(classes) == ["Confusion", "Scores", "ROC", "PR", "Calibration", "Threshold"]
    no, yes, macro, weighted = rows(classes)
    assert yes[:5] == ["yes", "2", "0.667", "1.000", "0.800"] and no[0] == "no"
    assert (macro[0], weighted[0]) == ("mean, macro", "mean, weighted")
    assert classes.scores.summary.text() == "Balanced accuracy 91.7 %. Threshold 0.5."


def test_every_plot_has_titled_axes_and_a_reading(classes: ClassErrors) -> None:
    show(classes, two_classes())
    tabs = classes.scores
    for plot in (tabs.roc, tabs.recalled, tabs.reliability, tabs.thresholds):
        titles = [plot.panel.sides[side].title for side in ("bottom", "left")]
        assert all(titles) and not plot.is_empty()
        assert titles[0] in plot.reading(plot.panel, 0.5, 0.5)
        assert len(plot.table()) > 2
    assert tabs.thresholds.mark == 0.5
    assert [curve.name for curve in tabs.thresholds.curves] == ["precision", "recall", "F1"]
    assert "the best F1" in tabs.threshold_note.text() and "calibration error" in tabs.reliability_note.text()


def test_scores_of_a_hinge_loss_are_called_so_and_have_no_calibration(classes: ClassErrors) -> None:
    both = np.stack([1 - SECOND, SECOND], 1)
    predicted = (SECOND > 0.5).astype(int)
    scores = class_scores(TRUE, predicted, both, ("no", "yes"), None, by_scores=True)
    found = evaluation(scores, "classification", TRUE, predicted, classes=("no", "yes"), confusion=np.eye(2, dtype=int))
    margins = replace(found.worst, by_scores=True, probability=np.full(len(TRUE), -1.5), probabilities=both - 2)
    classes.show_evaluation(replace(found, worst=margins))
    assert "a score of -1.5" in classes.about.text().replace("−", "-")
    assert classes.chances.panel.sides["left"].title == "score"
    assert "%" not in classes.worst._rows[0].words and "score" in classes.worst._rows[0].words
    assert classes.scores.reliability.isHidden()
    assert classes.scores.reliability_note.text() == NO_PROBABILITIES
    assert "Threshold" not in shown(classes)
    show(classes, two_classes())
    assert not classes.scores.reliability.isHidden()
    assert "%" in classes.worst._rows[0].words


def test_without_scores_only_the_matrix_stays(classes: ClassErrors) -> None:
    show(classes, two_classes())
    show(classes, None)
    assert shown(classes) == ["Confusion"]


def test_more_classes_have_no_threshold(classes: ClassErrors) -> None:
    shares = np.full((6, 3), 0.1) + 0.7 * np.eye(3)[[0, 1, 2, 0, 1, 2]]
    true = np.array([0, 1, 2, 0, 1, 1])
    scores = class_scores(true, shares.argmax(1), shares, ("a", "b", "c"), None)
    show(classes, scores)
    assert "Threshold" not in shown(classes) and [curve.name for curve in classes.scores.roc.curves] == ["a", "b", "c"]
    assert "Threshold" not in classes.scores.summary.text()


def test_labels_say_what_is_true_and_what_was_said(qtbot: QtBot) -> None:
    view = LabelErrors(ThemeSource())
    qtbot.addWidget(view)
    predicted = GIVEN > 0.5
    scores = label_scores(LABELS, predicted, GIVEN, ("red", "round"), 0.5)
    true, said = LABELS.astype(np.int64), predicted.astype(np.int64)
    view.show_evaluation(evaluation(scores, "labels", true, said, names=("red", "round"), classes=("red", "round")))
    assert shown(view) == ["Scores", "ROC", "PR", "Calibration", "Threshold"]
    assert [row[0] for row in rows(view)] == ["red", "round", "mean, micro", "mean, macro", "mean, weighted"]
    assert label_names(LABELS[2], ("red", "round")) == "red, round"
    assert label_names(LABELS[3], ("red", "round")) == "no label"
