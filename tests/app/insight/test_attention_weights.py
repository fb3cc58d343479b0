"""What attention looks at in a sample: shares that add up to one, over the words read, for each word written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.insight.attention_weights import attention_weights
from app.insight.attribution import AttributionQuery
from app.insight.by_length import scores_by_length
from app.protocol.attribution_messages import ExplainByGradients
from app.training.trainable import Model
from app.worker.attribution_requests import explain_by_gradients
from graph.errors import NetloomError
from tests.app.training.projects import chain, project
from tests.app.training.sequence.test_teacher_forcing import built


def test_the_weights_are_those_of_what_the_network_writes_without_padding() -> None:
    model, aim = built()
    found = attention_weights(model, "attention", 3)
    assert found.weights.shape == (len(found.queries), len(found.keys))
    date = model.prepared.dataset.field_named("date")
    row = np.asarray(date.values[3])
    assert list(found.keys) == [date.vocabulary[letter] for letter in row if letter]
    np.testing.assert_allclose(found.weights.sum(1), 1.0, atol=1e-5)
    assert found.generated and aim.decoder_input == "written"
    assert "".join(found.queries).replace("(end)", "") == found.prediction or "(padding)" in found.queries


def test_another_layer_is_refused() -> None:
    model, _ = built()
    with pytest.raises(NetloomError, match="decoder is not an attention layer"):
        attention_weights(model, "decoder", 0)


def test_words_are_explained_one_by_one_or_all_together() -> None:
    layers: Any = (
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, 24, 24]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 9 * 14}),
        ("reshape1", "reshape", {"shape": {"kind": "sequence", "sizes": [9, 14]}}),
        ("output1", "output", {}),
    )
    model = Model.build(project(chain(*layers), {"source": "captions", "options": {"samples": 30}}))
    whole = AttributionQuery.about(model, 0, None)
    steps = [AttributionQuery.about(model, 0, step) for step in range(whole.count)]
    apart = sum(one.scores(one.sample).item() for one in steps)
    assert whole.scores(whole.sample).item() == pytest.approx(apart, rel=1e-4)
    assert whole.probabilities().shape == (whole.count,) and (whole.probabilities() <= 1).all()
    explained = explain_by_gradients(model, ExplainByGradients(sample=0)).explained
    assert len(explained.outputs) == whole.count and explained.label_text.startswith("a ")
    training = scores_by_length(model).sets["training"]
    assert training.whole is not None
    assert (training.score <= 1).all() and (training.whole <= training.score).all()
