"""Predictions for single samples, against those for the whole part."""

from __future__ import annotations

import numpy as np
import pytest

from app.insight.predictions import predict_samples
from app.training.trainable import Model
from graph.network import Network
from tests.app.training.projects import chain, project


def linear(features: int, units: int) -> Network:
    shape = {"kind": "vector", "sizes": [features]}
    return chain(
        ("input1", "input", {"shape": shape}), ("dense1", "dense", {"units": units}), ("output1", "output", {})
    )


def model_of(kind: str) -> Model:
    sizes = {"iris": (4, 3), "diabetes": (10, 1)}
    return Model.build(project(linear(*sizes[kind]), {"source": kind}))


@pytest.mark.parametrize("kind", ["iris", "diabetes"])
def test_predictions_are_those_of_the_parts(kind: str) -> None:
    model = model_of(kind)
    wanted = [7, 3, 99]
    predictions = predict_samples(model, np.array(wanted))
    assert sorted(predictions.index.tolist()) == sorted(wanted)
    for name, part in model.prepared.parts.items():
        whole = model.predict(model.feed(part))[0]
        for row, place in enumerate(predictions.index.tolist()):
            at = np.flatnonzero(part.indices == place)
            if not len(at):
                continue
            if kind == "iris":
                assert predictions.labels is not None and predictions.probabilities is not None
                assert predictions.labels[row] == whole[at[0]].argmax(), name
                assert 1 / 3 < predictions.probabilities[row] <= 1
            else:
                own = model.prepared.undo(model.objective.heads[0].field.name, whole[at])
                assert predictions.values is not None
                assert predictions.values[row] == pytest.approx(own[0], rel=1e-5)


def test_samples_in_no_part_have_no_prediction() -> None:
    model = model_of("iris")
    assert predict_samples(model, np.array([10_000])).index.tolist() == []
