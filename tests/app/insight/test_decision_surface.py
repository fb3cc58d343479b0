"""The decision surface of a network that reads two features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.inference.predict import predict
from app.insight.decision_surface import Bounds, around, decision_surface
from app.protocol.evaluation_messages import ComputeSurface
from app.protocol.framing import Decoder, encode
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from graph.errors import NetloomError
from graph.network import Network
from tests.app.training.projects import chain, project


def plane(*squash: tuple[str, str, dict[str, object]], units: int = 2) -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [2]}}),
        ("dense1", "dense", {"units": 8}),
        ("tanh1", "tanh", {}),
        ("dense2", "dense", {"units": units}),
        *squash,
        ("output1", "output", {}),
    )


@pytest.mark.parametrize("units", [1, 2])
def test_every_point_is_what_the_run_predicts_there(tmp_path: Path, units: int) -> None:
    plan = project(plane(units=units), {"source": "moons"}, epochs=2, loss="bce" if units == 1 else "auto")
    list(train(begin(plan, None, tmp_path / "run")))
    _, model = load_model(tmp_path / "run")
    found = decision_surface(model, (-1.0, 2.0, -0.5, 1.0), 5)
    assert found.x.tolist() == [-1.0, -0.25, 0.5, 1.25, 2.0]
    assert found.predicted is not None and found.probabilities is not None and found.labels is not None
    assert found.predicted.shape == (5, 5)
    points = np.array([[found.x[3], found.y[1]], [found.x[0], found.y[4]]], np.float32)
    said = predict(tmp_path / "run", {"point": points})
    assert [one["index"] for one in said] == [found.predicted[1, 3], found.predicted[4, 0]]
    chances = list(said[0]["probabilities"].values())
    assert found.probabilities[1, 3].tolist() == pytest.approx(chances, abs=1e-6)
    assert len(found.points) == len(found.labels)


def test_without_bounds_it_covers_the_data_and_a_margin() -> None:
    found = decision_surface(Model.build(project(plane(), {"source": "moons"})), resolution=1)
    left, right, bottom, top = around(found.points)
    assert found.x.tolist() == pytest.approx([left, right])
    assert found.y.tolist() == pytest.approx([bottom, top])
    assert left < found.points[:, 0].min() < found.points[:, 0].max() < right


def test_a_network_that_reads_something_else_is_refused() -> None:
    with pytest.raises(NetloomError, match="two features and nothing else"):
        decision_surface(Model.build(project()))


@pytest.mark.parametrize("bounds", [(1, 0, 0, 1), (0, 1, 1, 1), (0, 1, 0, float("inf"))])
def test_bounds_that_span_nothing_are_refused(bounds: Bounds) -> None:
    with pytest.raises(NetloomError, match="bounds of a decision surface"):
        decision_surface(Model.build(project(plane(), {"source": "moons"})), bounds)


@pytest.mark.parametrize("bounds", [[0, 1, 0], "abcd", 3])
def test_bounds_that_are_no_four_numbers_are_refused(bounds: Any) -> None:
    with pytest.raises(NetloomError, match="bounds"):
        Decoder().feed(encode(ComputeSurface(bounds=bounds)))
    [whole] = Decoder().feed(encode(ComputeSurface(bounds=(0, 1, -2, 3))))
    assert isinstance(whole.message, ComputeSurface) and whole.message.bounds == (0.0, 1.0, -2.0, 3.0)
