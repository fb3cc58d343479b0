"""Forecasts in the data's own units, against the series itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.data.baselines import baselines
from app.insight.forecasts import forecasts
from app.protocol.evaluation_messages import Forecast
from app.training.trainable import Model
from app.worker import evaluation_requests
from graph.errors import NetloomError
from tests.app.training.projects import chain, project


def forecaster(horizon: int = 3, **split: float) -> Model:
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [10, 1]}}),
        ("gru1", "gru", {"hidden_size": 4}),
        ("dense1", "dense", {"units": horizon}),
        ("output1", "output", {}),
    )
    data = {"source": "sine", "options": {"window": 10, "horizon": horizon}}
    return Model.build(project(network, data | ({"split": split} if split else {})))


def test_errors_are_those_of_what_is_shown_and_of_the_last_value() -> None:
    model = forecaster()
    found = forecasts(model)
    assert found.true.shape == found.predicted.shape == (model.prepared.test.samples, 3)
    rmse = np.sqrt(np.square(found.predicted - found.true).mean(0))
    assert found.error == pytest.approx(rmse, rel=1e-4)
    assert np.all(np.diff(found.time) > 0)
    # What a window forecasts first, the window before it forecast second; the value before is the last one it saw.
    assert found.true[1:, 0] == pytest.approx(found.true[:-1, 1], abs=1e-5)
    last = np.sqrt(np.square(found.true[1:, 0] - found.true[:-1, 0]).mean())
    assert found.last[0] == pytest.approx(last, rel=0.05)
    assert found.last[0] < found.last[2]


def test_what_does_not_forecast_is_refused() -> None:
    with pytest.raises(NetloomError, match="predicts what comes next"):
        forecasts(Model.build(project()))


def test_a_part_without_samples_is_refused() -> None:
    with pytest.raises(NetloomError, match="has no samples"):
        forecasts(forecaster(train=0.7, validation=0.3, test=0.0))


def test_what_could_be_had_without_a_network_is_told_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = forecaster()
    monkeypatch.setattr(evaluation_requests, "load_model", lambda path: (SimpleNamespace(path=path), model))
    compared = evaluation_requests.forecast(Forecast(run=tmp_path)).baselines
    assert compared == tuple(baseline.errors for baseline in baselines(model.prepared))
    names = [baseline.name for baseline in compared]
    assert names[0] == "last value" and "linear autoregression" in names and names[-1].startswith("ARIMA")
    assert evaluation_requests.forecast(Forecast(run=tmp_path, part="train")).baselines == ()
