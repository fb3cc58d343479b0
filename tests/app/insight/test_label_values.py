"""Networks that give several labels, looked into: probabilities instead of logits, 0 or 1 beside samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.insight.attribution import AttributionQuery
from app.insight.decision_surface import decision_surface
from app.insight.predictions import predict_samples
from app.training.trainable import Model
from tests.app.training.test_thresholds import project


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """A network of two features and two labels with weights as drawn."""
    return Model.build(project(tmp_path))


def logits(model: Model, index: list[int]) -> np.ndarray:  # type: ignore[type-arg]
    part = model.prepared.train
    outputs = model.predict(model.feed(part))[0]
    return outputs[[int(np.flatnonzero(part.indices == each)[0]) for each in index]]


def test_samples_have_or_have_not_each_label(model: Model) -> None:
    index = model.prepared.train.indices[:6]
    found = predict_samples(model, index)
    assert found.values is not None and found.target.labels
    np.testing.assert_array_equal(found.values, (logits(model, index.tolist()) > 0).astype(np.float32))


def test_attribution_shows_probabilities(model: Model) -> None:
    position = int(model.prepared.train.indices[0])
    found = AttributionQuery.about(model, position, 0)
    expected = 1 / (1 + np.exp(-logits(model, [position])[0]))
    np.testing.assert_allclose(found.probabilities(), expected, rtol=1e-5)
    assert found.count == 2


def test_the_decision_surface_of_labels_lies_between_0_and_1(model: Model) -> None:
    surface = decision_surface(model, resolution=8)
    assert surface.values is not None and surface.values.shape == (8, 8, 2)
    assert 0 <= surface.values.min() < surface.values.max() <= 1
