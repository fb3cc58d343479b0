"""What attention looks at in a sample: shares that add up to one, over the words read, for each word written."""

from __future__ import annotations

import numpy as np
import pytest

from app.insight.attending import attention_of_run
from app.training.messages import Message
from graph.errors import NetloomError
from tests.app.training.test_teacher import built


def test_the_weights_are_those_of_what_the_network_writes_without_padding() -> None:
    model, aim = built()
    found = attention_of_run(model, Message("attention", {"layer": "attention", "sample": 3}))
    weights, fields = found.arrays["weights"], found.fields
    assert weights.shape == (len(fields["asked"]), len(fields["read"]))
    date = model.prepared.dataset.field_named("date")
    row = np.asarray(date.values[3])
    assert fields["read"] == [date.vocabulary[letter] for letter in row if letter]
    np.testing.assert_allclose(weights.sum(1), 1.0, atol=1e-5)
    assert fields["written"] and aim.written == "written"
    assert "".join(fields["asked"]).replace("(end)", "") == fields["says"] or "(padding)" in fields["asked"]


def test_another_layer_is_refused() -> None:
    model, _ = built()
    with pytest.raises(NetloomError, match="decoder is not an attention layer"):
        attention_of_run(model, Message("attention", {"layer": "decoder", "sample": 0}))
