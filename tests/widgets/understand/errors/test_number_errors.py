"""Sentences beside a forecast."""

from __future__ import annotations

from app.protocol.loose import Loose as Message
from widgets.understand.errors.number_errors import without_network


def test_baselines_stand_beside_a_forecast() -> None:
    told = [{"name": "last value", "rmse": 1.5}, {"name": "linear autoregression", "rmse": 0.25}]
    said = without_network(Message("forecasts", {"baselines": told}))
    assert "last value 1.5" in said and "linear autoregression 0.25" in said
    assert without_network(Message("forecasts", {})) == ""
