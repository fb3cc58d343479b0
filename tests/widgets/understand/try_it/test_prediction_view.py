"""The bars of a prediction: all classes, however little room there is."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.protocol.inference_values import OutputPrediction
from app.protocol.values import FieldFacts
from widgets.look.theme import ThemeSource
from widgets.tour.painted_text import visible_words
from widgets.understand.try_it.prediction_view import ProbabilityBars
from widgets.understand.try_it.prediction_words import headline, how_sure


def bars_of(classes: int, width: int, height: int, qtbot: QtBot) -> ProbabilityBars:
    names = tuple(f"c{number}" for number in range(classes))
    values = np.linspace(1, 0.1, classes, dtype=np.float32)
    bars = ProbabilityBars(ThemeSource("light"))
    qtbot.addWidget(bars)
    target = FieldFacts("digit", "vector", (classes,), classes=names)
    bars.set_output(OutputPrediction(output="output1", kind="classes", target=target, values=values / values.sum()))
    bars.resize(width, height)
    bars.show()
    return bars


@pytest.mark.parametrize("height", [300, 140, 80])
def test_ten_classes_stand_in_as_many_columns_as_they_need(qtbot: QtBot, height: int) -> None:
    bars = bars_of(10, 330, height, qtbot)
    assert {f"c{number}" for number in range(10)} <= set(visible_words(bars).splitlines())


def test_classes_without_room_are_counted(qtbot: QtBot) -> None:
    bars = bars_of(40, 330, 90, qtbot)
    read = visible_words(bars).splitlines()
    named = [word for word in read if word.startswith("c")]
    assert "c0" in named and f"{40 - len(named)} more" in read


def test_scores_of_a_hinge_loss_are_no_per_cent(qtbot: QtBot) -> None:
    bars = ProbabilityBars(ThemeSource("light"))
    qtbot.addWidget(bars)
    target = FieldFacts("digit", "vector", (3,), classes=("a", "b", "c"))
    values = np.array([-1.5, 0.5, 2.5], np.float32)
    output = OutputPrediction(
        output="output1", kind="classes", target=target, values=values, chosen=(2,), by_scores=True
    )
    bars.set_output(output)
    assert [(name, share) for name, _, share, _ in bars.rows()] == [("a", 0.0), ("b", 0.5), ("c", 1.0)]
    assert all("%" not in words for _, words, _, _ in bars.rows()) and bars.accessibleName() == "Scores"
    assert "no probabilities" in how_sure(output) and headline(output) == "c"
