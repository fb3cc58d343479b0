"""Small projects to train in tests."""

from __future__ import annotations

from typing import Any

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.catalogue import parse_layer
from graph.network import Connection, Network, Node
from graph.project import Project
from graph.structure.blocks import Block
from graph.structure.grouping import group

DIGITS: dict[str, Any] = {"source": "digits", "split": {"train": 0.2, "validation": 0.1, "test": 0.7}}


def chain(*layers: tuple[str, str, dict[str, Any]]) -> Network:
    """Layers one after another: (id, kind, settings)."""
    network, last = Network(), ""
    for id_, kind, settings in layers:
        network.insert_node(Node(id_, parse_layer(kind, settings, id_), (0.0, 0.0)))
        if last:
            network.insert_connection(Connection(last, "out", id_, "in"))
        last = id_
    return network


def mlp(*before_output: tuple[str, str, dict[str, Any]], units: int = 10) -> Network:
    """64 pixels, 16 hidden units with batch normalisation and dropout, then classes."""
    return chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 16}),
        ("norm1", "batch_norm", {}),
        ("relu1", "relu", {}),
        ("drop1", "dropout", {}),
        ("dense2", "dense", {"units": units}),
        *before_output,
        ("output1", "output", {}),
    )


def cnn() -> Network:
    """A small convolutional network for digits."""
    return chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 4}),
        ("relu1", "relu", {}),
        ("conv2", "conv2d", {"filters": 6}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )


def blocked(repeat: int) -> Network:
    """Convolution and ReLU of the small CNN in a block that is run ``repeat`` times, behind another convolution."""
    document = Document(cnn())
    with document.transaction("Group"):
        document.set_values("conv2", filters=4)
        made = group(document, Checker(document), ["relu1", "conv2"], "stage")
        block = document.network.layer(made)
        assert isinstance(block, Block)
        document.set_layer(made, block.changed(repeat=repeat))
    return document.network


def project(network: Network | None = None, data: dict[str, Any] | None = None, **plan: Any) -> Project:
    """A project with the MLP on a fifth of the digits, unless told otherwise."""
    return Project(network or mlp(), {"data": data or DIGITS, "plan": {"epochs": 4, **plan}})
