"""Numbers that textbooks print for single layers, and what each layer computes, held exactly."""

from __future__ import annotations

import pytest
import torch

from graph.layers.activation import Step
from graph.layers.base import Layer
from graph.layers.convolution import Conv1d, Conv2d, PaddingMode
from graph.layers.dense import Dense
from graph.layers.merge import Add, Concatenate
from graph.layers.pooling import AveragePool2d, MaxPool2d
from graph.layers.recurrent import Gru, Lstm, Rnn
from graph.shapes import Shape, image, sequence, vector
from tests.graph.layers.build import build


def out(layer: Layer, x: Shape) -> Shape:
    return layer.infer({"in": x})["out"]


def connections(layer: Layer, x: Shape) -> int:
    return layer.connection_count({"in": x}, layer.infer({"in": x}))


def test_convolution_by_hand() -> None:
    rows = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    layer = Conv2d(filters=1, padding="valid", bias=False)
    module = build(layer, {"in": image(1, 5, 5)})
    assert module.own is not None
    with torch.no_grad():
        module.own.weight.copy_(torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]))
    found = module({"in": torch.tensor([[rows]], dtype=torch.float32)})["out"]
    assert found[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_sizes_parameters_and_connections_of_convolutions() -> None:
    assert out(Conv2d(filters=1, kernel_size=(16, 16), padding="valid"), image(1, 256, 256)) == image(1, 241, 241)
    ten, picture = Conv2d(filters=10, kernel_size=(5, 5), padding="valid"), image(1, 32, 32)
    assert out(ten, picture) == image(10, 28, 28)
    assert ten.parameter_count({"in": picture}) == 10 * 26
    assert connections(ten, picture) == 203_840
    lenet = ten.changed(filters=6)
    assert (lenet.parameter_count({"in": picture}), connections(lenet, picture)) == (156, 122_304)
    maps = out(Conv2d(filters=12), image(3, 32, 32))
    assert maps == image(12, 32, 32)
    assert out(MaxPool2d(), maps) == image(12, 16, 16)


def test_pooling_by_hand() -> None:
    rows = [[12, 20, 30, 0], [8, 12, 2, 0], [34, 70, 37, 4], [112, 100, 25, 12]]
    picture = torch.tensor([[rows]], dtype=torch.float32)
    x = {"in": image(1, 4, 4)}
    assert build(MaxPool2d(), x)({"in": picture})["out"][0, 0].tolist() == [[20, 30], [112, 37]]
    total = build(AveragePool2d(divisor=1), x)({"in": picture})["out"][0, 0]
    assert total.tolist() == [[52, 32], [316, 78]]


def test_the_worked_net() -> None:
    maps = out(MaxPool2d(), out(Conv2d(filters=10, kernel_size=(5, 5), padding="valid"), image(1, 32, 32)))
    assert maps == image(10, 14, 14)
    assert maps.elements is not None
    # The notes count the weights and the biases of 200 units: 200 x 1960 + 200.
    assert Dense(units=200).parameter_count({"in": vector(maps.elements)}) == 392_200


def test_three_small_windows_against_a_large_one() -> None:
    channels = 8
    small = Conv2d(filters=channels, bias=False)
    large = small.changed(kernel_size=7)
    x = {"in": image(channels, 16, 16)}
    assert 3 * small.parameter_count(x) == 27 * channels**2
    assert large.parameter_count(x) == 49 * channels**2
    assert small.window() is not None
    field = 1 + 3 * (small.window().size[0] - 1)
    assert field == large.window().size[0] == 7


def test_a_step_teaches_nothing() -> None:
    x = torch.tensor([[-2.0, -0.0, 0.0, 3.0]], requires_grad=True)
    found = build(Step(), {"in": vector(4)})({"in": x})["out"]
    found.sum().backward()
    assert found.tolist() == [[0, 1, 1, 1]]
    assert x.grad is not None
    assert x.grad.tolist() == [[0, 0, 0, 0]]


def test_a_causal_convolution_never_looks_ahead() -> None:
    module = build(Conv1d(kernel_size=3, dilation=2, padding="causal"), {"in": sequence(9, 2)})
    x = torch.randn(1, 9, 2)
    later = x.clone()
    later[:, 5:] += 1
    before, after = module({"in": x})["out"], module({"in": later})["out"]
    assert before.shape == (1, 9, 16)
    assert torch.equal(before[:, :5], after[:, :5])
    assert not torch.equal(before[:, 5], after[:, 5])


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_even_kernels_keep_the_size_as_torch_does(mode: PaddingMode) -> None:
    layer = Conv2d().changed(kernel_size=(4, 3), padding_mode=mode)
    x = image(2, 8, 8)
    module = build(layer, {"in": x})
    reference = torch.nn.Conv2d(2, 16, (4, 3), padding="same", padding_mode=mode)
    assert module.own is not None
    reference.load_state_dict(module.own.state_dict())
    batch = torch.randn(2, 2, 8, 8)
    assert torch.allclose(module({"in": batch})["out"], reference(batch), atol=1e-6)


@pytest.mark.parametrize("kind", [Rnn, Lstm, Gru])
def test_the_last_state_of_both_directions(kind: type[Layer]) -> None:
    whole = kind().changed(hidden_size=5, bidirectional=True, layers=2, output_mode="sequence")
    last = whole.changed(output_mode="last")
    x = {"in": sequence(6, 3)}
    first, second = build(whole, x), build(last, x)
    second.load_state_dict(first.state_dict())
    batch = torch.randn(2, 6, 3)
    steps, state = first({"in": batch})["out"], second({"in": batch})["out"]
    assert torch.allclose(state, torch.cat((steps[:, -1, :5], steps[:, 0, 5:]), 1))


def test_merging_computes_what_it_says() -> None:
    a, b = torch.ones(1, 2), torch.full((1, 2), 2.0)
    shapes = {"in1": vector(2), "in2": vector(2)}
    assert build(Add(), shapes)({"in1": a, "in2": b})["out"].tolist() == [[3, 3]]
    assert build(Concatenate(), shapes)({"in1": a, "in2": b})["out"].tolist() == [[1, 1, 2, 2]]
