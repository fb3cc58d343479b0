"""The layers whose units are a network's answers, one for each class or number: the output, and what leads up to it."""

from __future__ import annotations

from collections.abc import Iterator

from app.protocol.values import FieldFacts
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.network import Network


def answer_layers(network: Network, output: str) -> Iterator[str]:
    """Ids of the layers whose units are what the output called ``output`` gives, from it backwards."""
    at = output
    while True:
        yield at
        arriving = network.at(at, "in") if _keeps_units(network.layer(at)) else None
        if arriving is None:
            return
        at = arriving.source


def unit_names(network: Network, layer: str, target: FieldFacts) -> tuple[str, ...]:
    """What the units of a layer are called where they are answers about the field ``target``; else none."""
    for node in network:
        of_target = isinstance(node.layer, Output) and node.layer.target in ("", target.name)
        if of_target and layer in answer_layers(network, node.id):
            return target.classes or target.names
    return ()


def _keeps_units(layer: Layer) -> bool:
    return layer.passes_probabilities or bool(layer.final_activation)
