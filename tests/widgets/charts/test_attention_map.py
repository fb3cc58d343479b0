"""The heat map of attention: read by pointer and by keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.charts.attention_map import AttentionMap
from widgets.look.theme import ThemeSource


@pytest.fixture
def shown(qtbot: QtBot) -> AttentionMap:
    view = AttentionMap(ThemeSource(), "Attention", "Nothing yet.")
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    view.set_weights([[0.1, 0.9, 0.0], [0.5, 0.25, 0.25]], ["1", "(end)"], ["M", " ", "y"], written=True)
    return view


def test_a_cell_is_told_in_words(qtbot: QtBot, shown: AttentionMap) -> None:
    assert shown.sentence(0, 1) == "To write “1” (step 1), 90.0 % is taken of “␣” (step 2), the most of all."
    assert shown.sentence(1, 2) == "To write “(end)” (step 2), 25.0 % is taken of “y” (step 3); most, 50.0 %, of “M”."
    qtbot.waitUntil(lambda: not shown.grab().isNull() and shown.cell_at(shown.place(1, 2).center()) == (1, 2))
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.place(1, 2).center().toPoint())  # type: ignore[no-untyped-call]
    assert shown.current == (1, 2)
    qtbot.keyClick(shown, Qt.Key.Key_Left)  # type: ignore[no-untyped-call]
    qtbot.keyClick(shown, Qt.Key.Key_Up)  # type: ignore[no-untyped-call]
    assert shown.current == (0, 1)


def test_words_and_weights_must_agree(shown: AttentionMap) -> None:
    with pytest.raises(ValueError, match="need as many words"):
        shown.set_weights(np.ones((2, 2)), ["a"], ["b", "c"], written=False)
    shown.set_weights(np.zeros((0, 0)), [], [], written=False)
    assert shown.is_empty()
