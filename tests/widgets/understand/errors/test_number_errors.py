"""Sentences beside a forecast."""

from __future__ import annotations

from app.protocol.evaluation_values import BaselineErrors
from widgets.understand.errors.number_errors import without_network


def test_baselines_stand_beside_a_forecast() -> None:
    said = without_network([BaselineErrors("last value", 1.5), BaselineErrors("linear autoregression", 0.25)])
    assert "last value 1.5" in said and "linear autoregression 0.25" in said
    assert without_network(()) == ""
