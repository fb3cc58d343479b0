"""Errors of a detector: the boxes follow the score and the overlap that are set above the pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.inference.box_scores import detection_scores, wrong_boxes
from app.numerics.box_grid import CHANNELS, GridBox, encode, grid_detections
from app.numerics.detections import suppress
from app.protocol.evaluation_values import BaselineErrors, Evaluation, Predictions, WorstPredictions
from widgets.charts.box_painting import said_words
from widgets.charts.sample_tiles import Answer
from widgets.look.theme import ThemeSource
from widgets.understand.errors.box_errors import BoxErrors
from widgets.understand.errors.number_errors import without_network

NAMES = ("cat", "dog")
CAT, DOG = GridBox(0, 0.0, 0.0, 0.4, 0.4), GridBox(1, 0.5, 0.5, 0.5, 0.5)


def evaluation() -> Evaluation:
    """Two pictures: one whose cat is found and whose dog is doubtful, one in which the cat is found twice."""
    true = np.stack([encode([CAT, DOG], 4, 2)[0], encode([CAT], 4, 2)[0]])
    said = true.copy()
    said[0, 0, 3, 3] = 0.3
    said[1, :, 1, 1] = said[1, :, 0, 0]
    said[1, :3, 1, 1] = 0.8, 0.0, 0.0
    found, wanted = suppress(grid_detections(said, 0.01)), grid_detections(true, 0.5)
    index = np.array([1200, 7])
    return Evaluation(
        part="test",
        task="detection",
        target="grid",
        metrics={},
        predictions=Predictions(index=index, true=true, predicted=said),
        worst=WorstPredictions(
            index=index,
            true=true,
            predicted=said,
            loss=wrong_boxes(found, wanted).astype(np.float32),
            input=np.random.default_rng(0).random((2, 3, 16, 16), np.float32),
        ),
        classes=NAMES,
        names=(*CHANNELS, *NAMES),
        detection=detection_scores(found, wanted, NAMES),
    )


@pytest.fixture
def view(qtbot: QtBot) -> BoxErrors:
    view = BoxErrors(ThemeSource())
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.show_evaluation(evaluation())
    return view


def answers(view: BoxErrors) -> list[Answer]:
    return [answer for answer in view.worst._answers if answer is not None]


def test_true_boxes_stand_below_those_that_are_said_with_their_scores(view: BoxErrors) -> None:
    assert [len(own) for own in view.worst._boxes] == [2, 1]
    first, second = answers(view)
    assert (first.words, first.right) == ("1 of 2 boxes found", False)
    assert [box.name for box in first.boxes] == ["cat"] and first.scores == pytest.approx((1.0,))
    assert (second.words, second.right) == ("1 of 1 box found", True)
    assert view.worst.boxes_of(0).said == first.boxes
    assert said_words(first.boxes[0], 0.987) == "cat 99 %" and said_words(first.boxes[0], None) == "cat"
    assert not view.grab().isNull()


def test_boxes_follow_the_score_and_the_overlap_that_are_set(view: BoxErrors) -> None:
    view.score.setValue(0.2)
    assert [answer.words for answer in answers(view)] == ["2 of 2 boxes found", "1 of 1 box found"]
    view.suppression.setValue(1.0)
    assert [answer.words for answer in answers(view)] == ["2 of 2 boxes found", "1 of 1 box found, 1 too many"]


def test_scores_of_each_class_stand_in_the_table_and_the_plot(view: BoxErrors) -> None:
    rows = [[view.table.topLevelItem(at).text(column) for column in range(6)] for at in range(2)]  # type: ignore[union-attr]
    assert rows == [
        ["cat", "2", "1.000", "1.000", "1.000", "1.000"],
        ["dog", "1", "0.000", "0.000", "0.000", "1.000"],
    ]
    assert [curve.name for curve in view.curves.curves] == ["cat", "dog"]


def test_a_picture_is_picked_by_the_keyboard(view: BoxErrors, qtbot: QtBot) -> None:
    view.worst.setFocus()
    with qtbot.waitSignal(view.row_picked) as picked:
        qtbot.keyClick(view.worst, Qt.Key.Key_Right)
        qtbot.keyClick(view.worst, Qt.Key.Key_Return)
    assert picked.args[0] in (0, 1)


def test_baselines_are_told_by_their_map() -> None:
    words = without_network((BaselineErrors("region proposals (4.8 crops a picture)", map_50=0.73),))
    assert words == " Without a detector (mAP): region proposals (4.8 crops a picture) 73.0 %."
