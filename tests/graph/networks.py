"""Small networks that several tests draw."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from graph.document import Document
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.shapes import Shape, image


def layer(kind: str, **settings: object) -> Layer:
    """A layer of the catalogue."""
    return catalogue()[kind]().changed(**settings)


def wire(source: str, target: str, port: str = "in") -> Connection:
    """From the output of one layer to an input of another."""
    return Connection(source, "out", target, port)


def chain(layers: Sequence[Layer]) -> Document:
    """The layers one after another."""
    document = Document()
    with document.transaction("Draw a chain"):
        ids = [document.add(each, (224.0 * index, 0.0)) for index, each in enumerate(layers)]
        for source, target in itertools.pairwise(ids):
            document.connect(wire(source, target))
    return document


def lenet(shape: Shape | None = None, classes: int = 10) -> Document:
    """A LeNet-like chain."""
    return chain(
        [
            layer("input", shape=shape or image(1, 28, 28)),
            layer("conv2d", filters=6, kernel_size=(5, 5), padding="same"),
            layer("tanh"),
            layer("average_pool2d"),
            layer("conv2d", filters=16, kernel_size=(5, 5), padding="valid"),
            layer("tanh"),
            layer("average_pool2d"),
            layer("flatten"),
            layer("dense", units=84),
            layer("tanh"),
            layer("dense", units=classes),
            layer("output"),
        ]
    )


def section(document: Document, name: str) -> dict[str, Any]:
    """A section of a project that is known to hold settings."""
    value = document.sections[name]
    assert isinstance(value, Mapping)
    return dict(value)
