"""Sentences beside a forecast, and numbers as the file of the data writes them."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.protocol.evaluation_values import BaselineErrors, Evaluation, Predictions, WorstPredictions
from app.protocol.values import FieldFacts
from widgets.look.theme import ThemeSource
from widgets.understand.errors.number_errors import NumberErrors, without_network


def test_baselines_stand_beside_a_forecast() -> None:
    said = without_network([BaselineErrors("last value", 1.5), BaselineErrors("linear autoregression", 0.25)])
    assert "last value 1.5" in said and "linear autoregression 0.25" in said
    assert without_network(()) == ""


@pytest.mark.parametrize(("decimal", "true", "predicted"), [(".", "697.9", "826.7"), (",", "697,9", "826,7")])
def test_the_worst_have_the_decimal_sign_of_their_file_as_everywhere(
    qtbot: QtBot, decimal: str, true: str, predicted: str
) -> None:
    view = NumberErrors(ThemeSource("light"))
    qtbot.addWidget(view)
    right, said = np.array([[697.9]], np.float32), np.array([[826.7]], np.float32)
    field = FieldFacts("features", "vector", (1,), names=("Temperatur",), decimal=decimal)
    worst = WorstPredictions(
        index=np.array([3]),
        true=right,
        predicted=said,
        loss=np.ones(1, np.float32),
        input=np.array([[-2.6]], np.float32),
        input_field=field,
    )
    told = Predictions(index=np.array([3]), true=right, predicted=said)
    view.show_evaluation(
        Evaluation(part="test", task="regression", target="Umsatz", metrics={}, predictions=told, worst=worst)
    )
    assert view.worst._labels == [f"true {true}"] and view.worst._parts == [f"predicted {predicted}"]
    assert view.worst.cells(0) == [("Temperatur", f"-2{decimal}6")]
