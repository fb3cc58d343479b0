"""The network that every editor shows: a long chain of convolutions in rows, with a skip around every fourth layer."""

from __future__ import annotations

from graph.document import Document
from graph.drawing.folding import COLUMN
from graph.layers.catalogue import catalogue
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.shapes import image

PER_ROW = 25
"""Cards in a row."""

ROW = 180.0
"""Distance between rows in scene pixels."""

KINDS = ("conv2d", "batch_norm", "relu", "add")


def drawn(layers: int) -> Document:
    """A document with so many layers, the first an input and the last an output."""
    kinds, document = catalogue(), Document()
    with document.transaction("Draw"):
        names = [document.add(Input(shape=image(16, 32, 32)), (0.0, 0.0))]
        for index in range(1, layers):
            kind = KINDS[(index - 1) % 4] if index < layers - 1 else Output.kind
            layer = kinds[kind]().changed(filters=16) if kind == "conv2d" else kinds[kind]()
            names.append(document.add(layer, ((index % PER_ROW) * COLUMN, (index // PER_ROW) * ROW)))
            port = document.network.node(names[-1]).inputs[0]
            document.connect(Connection(names[-2], "out", names[-1], port))
            if kind == "add":
                document.connect(Connection(names[-4], "out", names[-1], "in2"))
    return document
