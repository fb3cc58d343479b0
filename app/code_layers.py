"""What flows through a network, layer by layer, and which layer holds the code of a sample. Without torch."""

from __future__ import annotations

from collections.abc import Mapping

from graph.check import Checker
from graph.document import Document
from graph.layers.io import Output
from graph.network import Network
from graph.shapes import Shape


def shapes_of(network: Network) -> Mapping[str, Shape]:
    """What leaves each layer of a network by its first output, for the layers that lead to an output of the network.

    In the network's order, without its outputs; a layer with a problem is left out.
    """
    checker = Checker(Document(network))
    found: dict[str, Shape] = {}
    for id_ in network.ordered():
        leaving = checker.facts(id_).outputs if id_ in checker.useful else {}
        if leaving and not isinstance(network.layer(id_), Output):
            found[id_] = next(iter(leaving.values()))
    checker.close()
    return found
