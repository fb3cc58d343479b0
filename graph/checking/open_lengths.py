"""Sequences of open length (dynamic axes): the same network checked where every length is a number."""

from __future__ import annotations

from collections.abc import Mapping

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.io import Input
from graph.network import Network
from graph.shapes import Shape


def open_inputs(network: Network) -> dict[str, Shape]:
    """The inputs whose length is open, with their shapes."""
    inputs = ((node.id, node.layer.shape) for node in network if isinstance(node.layer, Input))
    return {id_: shape for id_, shape in inputs if shape.is_open}


def at_length(checker: Checker, arriving: Mapping[str, Shape]) -> Checker:
    """What is known of the network of ``checker`` where these shapes enter by its inputs."""
    found = Checker(Document(checker.network), checker.data_spec, arriving=arriving)
    found.close()
    return found
