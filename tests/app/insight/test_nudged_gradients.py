"""Gradients by nudging each weight: equal to those of backpropagation, and their cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.insight import nudged_gradients
from app.insight.backprop_step import BackpropSession
from app.insight.nudged_gradients import nudge
from app.project.presets import preset
from app.protocol.backprop_messages import NudgeWeights, WeightsNudged
from app.protocol.framing import Decoder, encode
from app.protocol.messages import OpenProject
from app.training.training_session import load_model
from app.worker.handlers import answer
from graph.errors import NetloomError
from graph.project import project_json
from tests.app.insight.test_backprop_step import fresh, with_plan

# Layers with weights: dense, convolution, batch normalisation beside dropout, recurrent, embedding, attention.
PRESETS = [
    "mlp_3_3_1",
    "iris_mlp",
    "digits_cnn",
    "lenet5",
    "light_cnn",
    "digits_gru",
    "reviews_lstm",
    "dates_attention",
]


def session(name: str, size: int, **plan: Any) -> BackpropSession:
    made = with_plan(name, **plan) if plan else preset(name).project
    return BackpropSession(fresh(made), size)


@pytest.mark.parametrize("name", PRESETS)
def test_both_gradients_are_equal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudged_gradients, "MOST_NUDGED", 6)
    made = session(name, 4)
    for parameter in list(made.step(0).weights)[:: max(1, len(made.step(0).weights) // 4)]:
        found = nudge(made, 0, parameter)
        assert len(found.by_nudging) == min(found.count, 6)
        assert found.by_nudging.dtype == found.by_backprop.dtype == np.float64
        scale = max(1.0, float(np.abs(found.by_backprop).max()))
        assert found.by_nudging == pytest.approx(found.by_backprop, rel=1e-4, abs=1e-4 * scale), parameter
        assert found.by_backprop == pytest.approx(
            made.step(0).weights[parameter].gradient.reshape(-1)[: len(found.values)].double().numpy(),
            rel=1e-2, abs=1e-4 * scale,
        )  # fmt: skip


def test_the_slope_of_a_square_by_hand() -> None:
    """Half squares of a linear output: E is a parabola in each bias, of which central differences are exact."""
    made = session("mlp_3_3_1", 1, loss="half_squares")
    step = made.step(0)
    output, target = float(step.values["dense2"][0, 0]), float(step.batch.targets[0].reshape(-1)[0])
    found = nudge(made, 0, "dense2.bias")
    assert found.by_nudging == pytest.approx([output - target], abs=1e-6)
    assert found.above - found.below == pytest.approx(2 * found.epsilon * found.by_nudging, abs=1e-15)
    assert found.trainable == 16


def test_step_units_are_flat_for_both() -> None:
    found = nudge(session("step_mlp", 4), 0, "dense1.weight")
    assert not found.by_nudging.any()
    assert not found.by_backprop.any()


def test_later_steps_begin_with_the_weights_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made = session("iris_mlp", 4)
    before = made.step(3).weights["dense1.weight"].before.reshape(-1).double().numpy()
    found = nudge(made, 3, "dense1.weight")
    assert found.values == pytest.approx(before[: len(found.values)])
    assert found.by_nudging == pytest.approx(found.by_backprop, abs=1e-4)
    monkeypatch.setattr(nudged_gradients, "MOST_WORK", 0.0)
    assert len(nudge(made, 3, "dense1.weight").values) == 1


def test_the_worker_answers_and_refuses() -> None:
    opened = OpenProject(project=project_json(preset("xor_mlp").project))
    request = NudgeWeights(parameter="dense1.weight", number=1, size=4, project=opened)
    [envelope] = Decoder().feed(encode(answer(request, load_model)))
    assert isinstance(envelope.message, WeightsNudged)
    found = envelope.message.nudged
    assert (found.number, found.parameter) == (1, "dense1.weight")
    assert found.by_nudging == pytest.approx(found.by_backprop, abs=1e-4)
    with pytest.raises(NetloomError, match=r"no weights called dense9\.weight"):
        answer(NudgeWeights(parameter="dense9.weight", project=opened), load_model)
