"""Why an answer: every way to explain it against truths known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.data.dataset import Array
from app.insight.activations import layer_of
from app.insight.attribution import AttributionQuery, gained, grad_cam, gradients
from app.protocol.attribution_messages import (
    ExplainByGradients,
    GradCam,
    GradientExplanation,
    IntegratedGradients,
    IntegrateGradients,
    Occlude,
    Occlusion,
)
from app.protocol.unit_messages import MaximiseActivations
from app.training.trainable import Model
from app.worker.attribution_requests import explain_by_gradients, integrate_gradients, occlude
from app.worker.attribution_requests import grad_cam as cam_of
from app.worker.unit_requests import maximise_activations
from graph.errors import NetloomError
from graph.network import Network
from tests.app.insight.test_activation_maximisation import PICTURE, linear, wave
from tests.app.training.projects import chain, cnn, mlp, project


def explain(model: Model, output: int | None = None) -> GradientExplanation:
    return explain_by_gradients(model, ExplainByGradients(sample=17, output=output))


def integrated(model: Model, output: int | None = None, steps: int = 64) -> IntegratedGradients:
    """The whole attribution, asked for in pieces."""
    request = IntegrateGradients(sample=17, output=output, steps=steps, seconds=0)
    reply = integrate_gradients(model, request)
    while not reply.complete:
        reply = integrate_gradients(model, replace(request, so_far=reply))
    assert reply.attribution is not None
    return reply


def occluded(model: Model, output: int | None = None, patch: int = 1, stride: int = 1) -> Occlusion:
    """The whole attribution, asked for in pieces."""
    request = Occlude(sample=17, output=output, patch=patch, stride=stride, seconds=0)
    reply = occlude(model, request)
    while not reply.complete:
        reply = occlude(model, replace(request, so_far=reply))
    return reply


def cam(model: Model, layer: str, output: int | None = None) -> Array:
    return cam_of(model, GradCam(sample=17, output=output, layer=layer)).attribution


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
    reply = explain(model)
    explained = reply.explained
    assert explained.output == explained.predicted == int(np.argmax(explained.values))
    assert sum(explained.values) == pytest.approx(1, abs=1e-5)
    assert explained.outputs == tuple(str(digit) for digit in range(10))
    image = model.prepared.dataset.input_field().values[17]
    assert np.allclose(reply.input, image, atol=1e-4)


@pytest.mark.parametrize("network", [linear(), cnn(), mlp(("softmax1", "softmax", {}))])
def test_integrated_gradients_add_up_to_what_the_sample_gains_over_the_baseline(network: Network) -> None:
    model = Model.build(project(network))
    for answer in (2, 9):
        reply = integrated(model, answer, 200)
        score, blank = gained(AttributionQuery.about(model, 17, answer))
        assert reply.attribution_sum == pytest.approx(score - blank, abs=0.01 * max(1.0, abs(score - blank)))
        assert reply.attribution is not None
        assert float(reply.attribution.sum()) == pytest.approx(reply.attribution_sum, abs=1e-3)


def test_gradient_times_input_of_a_linear_network_is_complete_too() -> None:
    model = Model.build(project(linear()))
    reply = explain(model, 4)
    assert float(reply.product.sum()) == pytest.approx(reply.explained.score - reply.explained.baseline_score, abs=1e-4)


def reading_one_pixel(row: int, column: int) -> Model:
    """A linear network whose answer 1 is one pixel alone."""
    model = Model.build(project(linear()))
    kernel = weights(model, "dense1")
    kernel.zero_()
    kernel[1, 8 * row + column] = 2.0
    return model


def test_occlusion_points_to_the_only_pixel_that_is_read() -> None:
    model = reading_one_pixel(3, 5)
    reply = occluded(model, 1, 1, 1)
    expected = np.zeros((8, 8), np.float32)
    expected[3, 5] = 2.0 * AttributionQuery.about(model, 17, 1).sample[0, 0, 3, 5].item()
    assert np.allclose(reply.attribution, expected, atol=1e-5)
    assert abs(expected[3, 5]) > 0.1


def test_patches_cover_everything_up_to_the_edge_and_every_one_that_holds_the_pixel_tells() -> None:
    model = reading_one_pixel(7, 7)
    reply = occluded(model, 1, 3, 2)
    assert reply.total == 4 * 4
    assert np.isfinite(reply.attribution).all()
    assert set(zip(*np.nonzero(np.abs(reply.attribution) > 1e-6), strict=True)) == {
        (row, column) for row in (5, 6, 7) for column in (5, 6, 7)
    }


def test_places_between_patches_are_not_told() -> None:
    reply = occluded(reading_one_pixel(0, 0), 1, 1, 3)
    told = np.isfinite(reply.attribution)
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
    found = cam(model, "conv2")
    assert found.shape == (8, 8)
    assert found.min() >= 0
    series = Model.build(project(wave(), {"source": "sine"}))
    assert cam(series, "relu1").shape == (50,)


def test_a_network_that_gives_numbers_is_explained_in_its_own_units() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network, {"source": "diabetes"}))
    reply = explain(model)
    name = model.objective.heads[0].field.name
    scale = float(model.prepared.scalers[name].scale[0])
    assert np.allclose(reply.saliency, scale * weights(model, "dense1")[0].numpy(), rtol=1e-4)
    assert reply.explained.score == pytest.approx(reply.explained.values[0], rel=1e-4)
    drops = occluded(model).attribution
    assert drops == pytest.approx(reply.product, abs=1e-3)


def test_sequences_are_explained_over_time() -> None:
    model = Model.build(project(wave(), {"source": "sine"}))
    for found in (explain(model).saliency, integrated(model).attribution, occluded(model, None, 4, 2).attribution):
        assert found is not None and found.shape == (50,)


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
    explain(model)
    integrated(model, steps=4)
    occluded(model, patch=4, stride=4)
    cam(model, "conv1")
    assert model.module.training
    assert all(parameter.grad is None for parameter in model.module.parameters())


def test_an_output_or_layer_that_is_not_there_is_refused_in_words() -> None:
    model = Model.build(project(cnn()))
    for output, words in ((10, "no number 11"), (-1, "no number 0")):
        with pytest.raises(NetloomError, match=words):
            explain(model, output)
    for layer, words in (("dense1", "needs a layer that makes maps"), ("", "no layer")):
        with pytest.raises(NetloomError, match=words):
            cam(model, layer)
    other = Occlusion(
        done=2, total=9, drops=np.zeros(3, np.float32), counts=np.zeros(3, np.float32), attribution=np.zeros(3)
    )
    with pytest.raises(NetloomError, match="begin again"):
        occlude(model, Occlude(sample=3, so_far=other))


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
    assert np.abs(explain(model, 3).saliency).max() > 0
    assert np.isfinite(cam(model, "conv1", 3)).all()
    reply = integrated(model, 3, 20)
    score, blank = gained(AttributionQuery.about(model, 17, 3))
    assert reply.attribution_sum == pytest.approx(score - blank, abs=1e-3)
    excited = maximise_activations(model, MaximiseActivations(layer="dense1", units=(3,), settings={"steps": 3}))
    assert np.isfinite(excited.input).all()
