"""Errors of a network that writes: what should be said above what is said, wrong words marked."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.evaluation_values import Evaluation, Predictions, SampleWords, WorstPredictions
from app.protocol.messages import Array
from widgets.look.theme import ThemeSource
from widgets.understand.errors.text_errors import WORDS, TextErrors

INPUTS: dict[str, Array] = {
    "picture": np.zeros((2, 3, 8, 8), np.float32),
    "clip": np.zeros((2, 3, 1, 8, 8), np.float32),
    "text": np.ones((2, 5), np.int64),
}


def evaluation(shown: str) -> Evaluation:
    true = (("a", "red", "circle"), ("a", "blue", "square"))
    index, tokens = np.array([1200, 7]), np.zeros((2, 3), np.int64)
    worst = WorstPredictions(
        index=index,
        true=tokens,
        predicted=tokens,
        loss=np.zeros(2, np.float32),
        input=INPUTS[shown],
        words=SampleWords(
            true=true,
            predicted=(("a", "blue", "circle"), true[1]),
            input=(("x", "y"), ("y",)) if shown == "text" else (),
        ),
    )
    return Evaluation(
        part="test",
        task="sequence",
        target="text",
        metrics={},
        predictions=Predictions(index=index, true=tokens, predicted=tokens),
        worst=worst,
        confusion=np.array([[2, 0, 0], [0, 0, 1], [0, 0, 1]]),
        classes=("a", "red", "blue"),
    )


def test_the_worst_answers_stand_below_what_they_should_be(qtbot: QtBot) -> None:
    view = TextErrors(ThemeSource())
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    view.show_evaluation(evaluation("picture"))
    answer, number = view.table.item(0, 2), view.table.item(0, 0)
    assert answer is not None and number is not None
    assert answer.text() == "a red circle; it says a blue circle"
    assert answer.data(WORDS)[1] == [("a", True), ("blue", False), ("circle", True)]
    assert number.text() == "1,201" and view.table.isColumnHidden(1)
    assert not view.grab().isNull() and view.sample.isVisible() and view.sample.count() == 1
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    assert "sample 8" in view.sample._labels[0]


def test_a_word_for_every_frame_stands_below_its_frame(qtbot: QtBot) -> None:
    view = TextErrors(ThemeSource())
    qtbot.addWidget(view)
    view.resize(1100, 500)
    view.show()
    view.show_evaluation(evaluation("clip"))
    assert view.sample.isVisible() and view.sample.count() == 3
    assert view.sample._labels == ["a", "red", "circle"]
    answers = [view.sample._answer(frame) for frame in range(3)]
    assert [(answer.words, answer.right) for answer in answers if answer is not None] == [
        ("says a", True),
        ("says blue", False),
        ("says circle", True),
    ]
    assert not view.grab().isNull()


def test_texts_that_are_read_have_a_column(qtbot: QtBot) -> None:
    view = TextErrors(ThemeSource())
    qtbot.addWidget(view)
    view.show()
    view.show_evaluation(evaluation("text"))
    read = view.table.item(0, 1)
    assert read is not None and read.text() == "xy"
    assert not view.table.isColumnHidden(1) and view.sample.isHidden()
