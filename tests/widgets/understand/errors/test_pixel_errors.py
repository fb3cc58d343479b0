"""Errors of a network that gives every pixel a class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions
from widgets.look.theme import ThemeSource
from widgets.understand.errors.pixel_errors import PixelErrors, iou_words


def evaluation() -> Evaluation:
    true, said = np.zeros((2, 8, 8), np.uint8), np.zeros((2, 8, 8), np.uint8)
    true[:, 2:5, 2:5], said[:, 3:6, 2:5] = 1, 2
    index = np.array([1200, 7])
    return Evaluation(
        part="test",
        task="segmentation",
        target="mask",
        metrics={},
        predictions=Predictions(index=index, true=true, predicted=said),
        worst=WorstPredictions(
            index=index,
            true=true,
            predicted=said,
            loss=np.array([0.25, 0.1], np.float32),
            input=np.random.default_rng(0).random((2, 3, 8, 8), np.float32),
        ),
        confusion=np.array([[104, 0, 6], [6, 0, 12], [0, 0, 0]]),
        classes=("ground", "circle", "square"),
        iou=(0.897, 0.0, None),
    )


def test_a_picture_stands_beside_the_truth_and_the_answer(qtbot: QtBot) -> None:
    source = ThemeSource()
    view = PixelErrors(source)
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.show_evaluation(evaluation())
    assert view.worst.count() == 2
    assert view.worst._samples.shape == (2, 3, 8, 26)
    assert view.worst._labels == ["sample 1,201", "sample 8"]
    assert view.worst._parts == ["25.0 % wrong", "10.0 % wrong"]
    assert view.key.names == ("ground", "circle", "square")
    assert view.iou.text() == iou_words(("ground", "circle", "square"), (0.897, 0.0, None))
    before = view.worst._samples.copy()
    source.set_mode("dark")
    assert (view.worst._samples != before).any()
    assert not view.grab().isNull()


def test_a_picture_is_picked_by_the_keyboard(qtbot: QtBot) -> None:
    view = PixelErrors(ThemeSource())
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.show_evaluation(evaluation())
    view.worst.setFocus()
    with qtbot.waitSignal(view.row_picked) as picked:
        qtbot.keyClick(view.worst, Qt.Key.Key_Right)
        qtbot.keyClick(view.worst, Qt.Key.Key_Return)
    assert picked.args[0] in (0, 1)


def test_the_overlap_in_words() -> None:
    assert "a 100" in iou_words(("a", "b"), (1.0, None)) and iou_words(("a", "b"), (1.0, None)).endswith("b –")
