"""Why an answer: every way to explain it against truths known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from app.insight.activations import layer_of
from app.insight.attribution import AttributionQuery, gained, grad_cam, gradients
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from app.worker.unit_requests import exciting, reasons
from graph.errors import NetloomError
from graph.network import Network
from tests.app.insight.test_activation_maximisation import PICTURE, linear, wave
from tests.app.training.projects import chain, cnn, mlp, project


def ask(model: Model, method: str, **fields: Any) -> Message:
    """The whole answer, asked for in pieces."""
    fields = {"method": method, "sample": 17, "seconds": 0, **fields}
    reply = reasons(model, Message("reasons", fields))
    while reply.fields["done"] < reply.fields["total"]:
        reply = reasons(model, Message("reasons", {**fields, "done": reply.fields["done"]}, reply.arrays))
    return reply


def weights(model: Model, layer: str) -> torch.Tensor:
    """The weights of a layer, to read and to change."""
    found = model.module.get_submodule(layer).weight
    assert isinstance(found, torch.Tensor)
    return found.data


def test_the_saliency_of_a_linear_network_is_its_weights() -> None:
    model = Model.build(project(linear()))
    for answer in (0, 6):
        found = gradients(AttributionQuery.about(model, 3, answer))
        assert np.allclose(found.reshape(-1), weights(model, "dense1")[answer].numpy(), atol=1e-6)


def test_without_a_choice_the_preferred_answer_is_explained() -> None:
    model = Model.build(project(cnn()))
    reply = ask(model, "gradients")
    said = reply.fields["said"]
    assert reply.fields["answer"] == reply.fields["predicted"] == int(np.argmax(said))
    assert sum(said) == pytest.approx(1, abs=1e-5)
    assert reply.fields["answers"] == [str(digit) for digit in range(10)]
    image = model.prepared.dataset.input_field().values[17]
    assert np.allclose(reply.arrays["input"], image, atol=1e-4)


@pytest.mark.parametrize("network", [linear(), cnn(), mlp(("softmax1", "softmax", {}))])
def test_integrated_gradients_add_up_to_what_the_sample_gains_over_the_baseline(network: Network) -> None:
    model = Model.build(project(network))
    for answer in (2, 9):
        reply = ask(model, "integrated", answer=answer, steps=200)
        score, blank = gained(AttributionQuery.about(model, 17, answer))
        assert reply.fields["adds"] == pytest.approx(score - blank, abs=0.01 * max(1.0, abs(score - blank)))
        assert float(reply.arrays["map"].sum()) == pytest.approx(reply.fields["adds"], abs=1e-3)


def test_gradient_times_input_of_a_linear_network_is_complete_too() -> None:
    model = Model.build(project(linear()))
    reply = ask(model, "gradients", answer=4)
    assert float(reply.arrays["product"].sum()) == pytest.approx(
        reply.fields["score"] - reply.fields["blank"], abs=1e-4
    )


def reading_one_pixel(row: int, column: int) -> Model:
    """A linear network whose answer 1 is one pixel alone."""
    model = Model.build(project(linear()))
    kernel = weights(model, "dense1")
    kernel.zero_()
    kernel[1, 8 * row + column] = 2.0
    return model


def test_occlusion_points_to_the_only_pixel_that_is_read() -> None:
    model = reading_one_pixel(3, 5)
    reply = ask(model, "occlusion", answer=1, patch=1, stride=1)
    expected = np.zeros((8, 8), np.float32)
    expected[3, 5] = 2.0 * AttributionQuery.about(model, 17, 1).sample[0, 0, 3, 5].item()
    assert np.allclose(reply.arrays["map"], expected, atol=1e-5)
    assert abs(expected[3, 5]) > 0.1


def test_patches_cover_everything_up_to_the_edge_and_every_one_that_holds_the_pixel_tells() -> None:
    model = reading_one_pixel(7, 7)
    reply = ask(model, "occlusion", answer=1, patch=3, stride=2)
    assert reply.fields["total"] == 4 * 4
    assert np.isfinite(reply.arrays["map"]).all()
    assert set(zip(*np.nonzero(np.abs(reply.arrays["map"]) > 1e-6), strict=True)) == {
        (row, column) for row in (5, 6, 7) for column in (5, 6, 7)
    }


def test_places_between_patches_are_not_told() -> None:
    reply = ask(reading_one_pixel(0, 0), "occlusion", answer=1, patch=1, stride=3)
    told = np.isfinite(reply.arrays["map"])
    assert np.array_equal(np.flatnonzero(told.any(1)), [0, 3, 6, 7])


def test_grad_cam_of_a_network_made_by_hand() -> None:
    """Two maps, the sample and its negative; answer 1 counts the mean of the first, answer 2 that of the second."""
    network = chain(
        PICTURE,
        ("conv1", "conv2d", {"filters": 2, "kernel_size": [1, 1]}),
        ("mean1", "global_pool2d", {"mode": "average"}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network))
    weights(model, "conv1").copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
    for parameter in model.module.parameters():
        if parameter.dim() == 1:
            parameter.data.zero_()
    kernel = weights(model, "dense1")
    kernel.zero_()
    kernel[1, 0], kernel[2, 1], kernel[3, 0] = 64.0, 64.0, -64.0
    sample = AttributionQuery.about(model, 17, 1).sample[0, 0].numpy()
    layer = layer_of(model, "conv1")
    for answer, expected in ((1, np.maximum(sample, 0)), (2, np.maximum(-sample, 0)), (3, np.maximum(-sample, 0))):
        assert np.allclose(grad_cam(AttributionQuery.about(model, 17, answer), layer), expected, atol=1e-4)


def test_grad_cam_is_laid_over_the_whole_sample() -> None:
    model = Model.build(project(cnn()))
    reply = ask(model, "grad_cam", layer="conv2")
    assert reply.arrays["map"].shape == (8, 8)
    assert reply.arrays["map"].min() >= 0
    series = Model.build(project(wave(), {"source": "sine"}))
    assert ask(series, "grad_cam", layer="relu1").arrays["map"].shape == (50,)


def test_a_network_that_gives_numbers_is_explained_in_its_own_units() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network, {"source": "diabetes"}))
    reply = ask(model, "gradients")
    name = model.objective.heads[0].field.name
    scale = float(model.prepared.scalers[name].scale[0])
    assert np.allclose(reply.arrays["map"], scale * weights(model, "dense1")[0].numpy(), rtol=1e-4)
    assert reply.fields["score"] == pytest.approx(reply.fields["said"][0], rel=1e-4)
    drops = ask(model, "occlusion").arrays["map"]
    assert drops == pytest.approx(reply.arrays["product"], abs=1e-3)


def test_sequences_are_explained_over_time() -> None:
    model = Model.build(project(wave(), {"source": "sine"}))
    for method in ("gradients", "integrated", "occlusion"):
        assert ask(model, method, patch=4, stride=2).arrays["map"].shape == (50,)


def test_one_answer_alone_speaks_for_two_classes() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [30]}}),
        ("dense1", "dense", {"units": 1}),
        ("sigmoid1", "sigmoid", {}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network, {"source": "breast_cancer"}))
    against, towards = (gradients(AttributionQuery.about(model, 5, answer)) for answer in (0, 1))
    assert np.allclose(against, -towards, atol=1e-6)
    # The log-odds of a sigmoid are what arrives at it.
    assert np.allclose(towards, weights(model, "dense1")[0].numpy(), rtol=1e-2, atol=1e-5)


def test_asking_changes_neither_mode_nor_gradients() -> None:
    model = Model.build(project(cnn()))
    model.module.train()
    for method in ("gradients", "integrated", "occlusion", "grad_cam"):
        ask(model, method, layer="conv1", steps=4)
    assert model.module.training
    assert all(parameter.grad is None for parameter in model.module.parameters())


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("magic", {}, "no way “magic”"),
        ("gradients", {"answer": 10}, "no number 11"),
        ("gradients", {"answer": -1}, "whole number"),
        ("grad_cam", {"layer": "dense1"}, "needs a layer that makes maps"),
        ("grad_cam", {"layer": ""}, "no layer"),
        ("occlusion", {"done": 2}, "begin again"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(method: str, fields: dict[str, Any], words: str) -> None:
    model = Model.build(project(cnn()))
    with pytest.raises(NetloomError, match=words):
        reasons(model, Message("reasons", {"method": method, "sample": 3, **fields}))


def test_a_layer_that_stops_gradients_while_training_is_looked_through() -> None:
    network = chain(
        PICTURE,
        ("conv1", "conv2d", {"filters": 3}),
        ("stop1", "stop_gradient", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network))
    assert np.abs(ask(model, "gradients", answer=3).arrays["map"]).max() > 0
    assert np.isfinite(ask(model, "grad_cam", answer=3, layer="conv1").arrays["map"]).all()
    reply = ask(model, "integrated", answer=3, steps=20)
    score, blank = gained(AttributionQuery.about(model, 17, 3))
    assert reply.fields["adds"] == pytest.approx(score - blank, abs=1e-3)
    excited = exciting(model, Message("exciting", {"layer": "dense1", "units": [3], "recipe": {"steps": 3}}))
    assert np.isfinite(excited.arrays["input"]).all()
