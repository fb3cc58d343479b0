"""Curves of ten classes and more: each is named where it has room, and hues that repeat are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from widgets.charts.score_curves import READ, ScoreCurves, UnitCurve
from widgets.look.theme import ThemeSource

LINE = np.linspace(0.0, 1.0, 5)


def plot(qtbot: QtBot, classes: int, width: int = 420) -> ScoreCurves:
    view = ScoreCurves(ThemeSource("light"), "ROC", ("false positive rate", "true positive rate"), "", diagonal=True)
    qtbot.addWidget(view)
    view.resize(width, 300)
    view.set_curves([UnitCurve(str(index), LINE, LINE ** (0.1 * (index + 1))) for index in range(classes)])
    view.show()
    view.grab()
    return view


def test_all_ten_classes_are_named_and_none_twice_alike(qtbot: QtBot) -> None:
    view = plot(qtbot, 10)
    assert view._key.shown() == [str(index) for index in range(10)] and not view._key.left_out()
    looks = [(hue.name(), stroke) for _, hue, stroke in view._key.entries]
    assert len(set(looks)) == 10


@pytest.mark.parametrize("width", [200, 420])
def test_how_many_names_have_no_room_is_said(qtbot: QtBot, width: int) -> None:
    view = plot(qtbot, 120, width)
    shown = len(view._key.shown())
    assert 8 < shown < 120 and view._key.left_out() == f"+ {120 - shown} more"


def test_the_reading_says_how_many_curves_it_leaves_out(qtbot: QtBot) -> None:
    lines = plot(qtbot, READ + 4).reading(plot(qtbot, 2).panel, 0.5, 0.5).splitlines()
    assert len(lines) == READ + 2 and lines[-1] == "and 4 more"
