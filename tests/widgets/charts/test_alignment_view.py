"""The view of labels along time: what it says by pointer and by keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.charts.alignment_view import Alignment, AlignmentView
from widgets.look.theme import ThemeSource

WORDS = ("(blank)", "3", "7")
PATH = np.array([0, 1, 1, 0, 1, 2, 0, 0])


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> AlignmentView:
    view = AlignmentView(ThemeSource("light"))
    qtbot.addWidget(view)
    view.resize(600, 320)
    view.show()
    return view


def aligned(true: tuple[int, ...] = (1, 1, 2)) -> Alignment:
    chances = np.full((8, 3), 0.05)
    chances[np.arange(8), PATH] = 0.9
    return Alignment(np.random.default_rng(0).random((16, 10)), chances, PATH, WORDS, true)


def test_without_a_sample_it_says_what_to_do(view: AlignmentView) -> None:
    assert view.is_empty()
    assert "Pick a line" in view.accessibleDescription()


def test_the_path_is_read_by_stretches(view: AlignmentView) -> None:
    shown = aligned()
    assert shown.runs == [(1, 1, 2), (1, 4, 1), (2, 5, 1)]
    view.show_alignment(shown)
    assert view.accessibleDescription() == "8 steps, read as 337; true is 337"
    view.grab()


def test_the_pointer_is_told_what_is_likely_at_its_step(view: AlignmentView) -> None:
    view.show_alignment(aligned())
    area = view.map_place()
    wide = area.width() / 8
    assert view.sentence_at(QPointF(area.left() + 5.5 * wide, area.center().y())).startswith("Step 6 of 8: 7 90 %")
    assert view.sentence_at(QPointF(area.left() + 0.5 * wide, area.center().y())).startswith("Step 1 of 8: blank 90 %")
    assert view.sentence_at(QPointF(2, 2)) == ""


def test_keys_go_from_step_to_step(view: AlignmentView, qtbot: QtBot) -> None:
    view.show_alignment(aligned((1, 2)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(view, key)
    assert view.accessibleDescription().startswith("Step 2 of 8: 3 90 %")
    qtbot.keyClick(view, Qt.Key.Key_End)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.step == 7
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.step == 0


def test_a_picture_and_many_labels_are_painted_too(view: AlignmentView) -> None:
    words = ("(blank)", *(f"word{number}" for number in range(60)))
    chances = np.full((8, 61), 1 / 61)
    view.show_alignment(Alignment(np.zeros((3, 12, 40)), chances, PATH, words, (5,)))
    assert not view.grab().isNull()
