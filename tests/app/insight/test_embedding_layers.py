"""Which layer holds the code, and which two ought to be equal."""

from __future__ import annotations

import pytest

from app.insight.embedding_layers import LARGEST, bottleneck, code_layers, mirrored, shapes_of
from app.project.presets import preset
from graph.network import Network
from graph.shapes import image
from tests.app.training.projects import chain


@pytest.mark.parametrize(
    ("id_", "layer"),
    [
        ("digits_autoencoder", "bottleneck"),
        ("edge_autoencoder", "bottleneck"),
        ("digits_mlp", "relu1"),
        ("digits_gru", "gru1"),
        ("iris_softmax", "dense1"),
    ],
)
def test_the_bottleneck(id_: str, layer: str) -> None:
    network = preset(id_).project.network
    assert bottleneck(network) == layer
    assert layer in code_layers(network)


def test_neither_inputs_nor_outputs_nor_huge_layers_are_codes() -> None:
    sizes = code_layers(preset("lenet").project.network)
    assert not {"input1", "output1", "conv1"} & set(sizes)
    assert max(sizes.values()) <= LARGEST
    assert sizes["dense2"] == 84


def test_without_a_vector_the_narrowest_layer_is_the_code() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 2, "stride": (2, 2), "padding": "custom", "padding_size": (1, 1)}),
        ("up1", "upsample2d", {}),
        ("conv2", "conv2d", {"filters": 1}),
        ("output1", "output", {"target": "image"}),
    )
    assert bottleneck(network) == "conv1"
    assert mirrored(network, "conv1") == ("input1", "conv2")


def test_what_goes_in_and_what_comes_out() -> None:
    plain, edges = preset("digits_autoencoder").project.network, preset("edge_autoencoder").project.network
    assert mirrored(plain, "bottleneck") == ("input1", "conv2")
    assert mirrored(edges, "bottleneck") == ("edges", "reconstruction")
    classifier = preset("digits_cnn").project.network
    assert mirrored(classifier, bottleneck(classifier)) is None


def test_an_empty_network_has_no_code() -> None:
    assert bottleneck(Network()) == ""
    assert code_layers(Network()) == {}


def test_shapes_are_those_of_the_first_output() -> None:
    shapes = shapes_of(preset("digits_autoencoder").project.network)
    assert shapes["input1"] == image(1, 8, 8)
    assert next(iter(shapes)) == "input1"
    assert "output1" not in shapes
