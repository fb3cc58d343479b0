"""Evaluations as they go between processes."""

from __future__ import annotations

import numpy as np
import pytest

from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions

NONE = np.zeros(0)


@pytest.mark.parametrize(("units", "unit"), [((), ""), (("kWh",), "kWh"), (("°C", "%"), "°C")])
def test_the_unit_is_that_of_the_first_value(units: tuple[str, ...], unit: str) -> None:
    evaluation = Evaluation(
        part="test",
        task="regression",
        target="power",
        metrics={},
        predictions=Predictions(index=NONE, true=NONE, predicted=NONE),
        worst=WorstPredictions(index=NONE, true=NONE, predicted=NONE, loss=NONE, input=NONE),
        units=units,
    )
    assert evaluation.unit == unit
