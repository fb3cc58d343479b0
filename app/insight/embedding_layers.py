"""What flows through a network, layer by layer, and which layer holds the code of a sample. Without torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.document import Document
from graph.layers.io import Input, Output
from graph.network import Network
from graph.shapes import Kind, Shape

LARGEST = 4096
"""Values of a layer's output up to which it is offered as a code."""


def facts_of(network: Network) -> Mapping[str, LayerInfo]:
    """Shapes and costs of the layers that lead to an output of the network, in the network's order."""
    checker = Checker(Document(network))
    infos = {id_: checker.layer_info(id_) for id_ in network.ordered() if id_ in checker.useful}
    checker.close()
    return infos


def shapes_of(network: Network, facts: Mapping[str, LayerInfo] | None = None) -> Mapping[str, Shape]:
    """What leaves each layer of a network by its first output, for the layers that lead to an output of the network.

    In the network's order, without its outputs; a layer with a problem is left out. ``facts`` are those of the network
    where they are known.
    """
    known = facts_of(network) if facts is None else facts
    return {
        id_: next(iter(info.outputs.values()))
        for id_, info in known.items()
        if info.outputs and not isinstance(network.layer(id_), Output)
    }


def code_layers(network: Network) -> Mapping[str, int]:
    """The layers whose output can be a sample's code, with its number of values, in the network's order.

    Vectors, and images and sequences of at most `LARGEST` values; not what enters the network.
    """
    sizes: dict[str, int] = {}
    for id_, shape in shapes_of(network).items():
        size = shape.elements
        fits = size is not None and size <= LARGEST and shape.kind is not Kind.TOKENS
        if fits and size is not None and not isinstance(network.layer(id_), Input):
            sizes[id_] = size
    return sizes


def bottleneck(network: Network) -> str:
    """The layer through which everything has to pass by the fewest numbers; empty where no layer can be a code.

    The narrowest vector, the last of equals, behind which there is still something with weights: what comes after the
    last weights is the network's answer and no code. Where there is no such vector, the narrowest layer of any kind.
    """
    facts, sizes = facts_of(network), code_layers(network)
    shapes = shapes_of(network, facts)
    codes = [id_ for id_ in sizes if any(facts[later].parameters for later in _behind(network, id_, facts))]
    vectors = [id_ for id_ in codes if shapes[id_].kind is Kind.VECTOR]
    for offered in (vectors, codes, list(sizes)):
        if offered:
            return min(reversed(offered), key=sizes.__getitem__)
    return ""


def _behind(network: Network, id_: str, known: Iterable[str]) -> set[str]:
    """The layers that a layer leads to."""
    reached: set[str] = nx.descendants(network.graph, id_)
    return reached & set(known)


def mirrored(network: Network, code: str) -> tuple[str, str] | None:
    """The two layers of an autoencoder that ought to be equal: what goes into the code, and what is made of it.

    What is made of the code is the last layer that learns of the input by way of the code alone, and what goes in is
    the last layer before the code that has its shape. Where the network's answer itself is made of the code alone, what
    goes in is the input. None where nothing behind the code has the shape of something before it.
    """
    shapes = shapes_of(network)
    inputs = [id_ for id_ in shapes if isinstance(network.layer(id_), Input)]
    around = network.graph.subgraph(set(network.graph) - {code})
    without = set(inputs).union(*(nx.descendants(around, id_) for id_ in inputs if id_ != code))
    only = [id_ for id_ in shapes if id_ in _behind(network, code, shapes) - without]
    before = [id_ for id_ in shapes if id_ in nx.ancestors(network.graph, code)]
    direct = any(isinstance(network.layer(id_), Output) and id_ not in without for id_ in network.ordered())
    sources = [id_ for id_ in before if id_ in inputs] if direct else before
    for made in reversed(only):
        alike = [id_ for id_ in sources if shapes[id_] == shapes[made]]
        if alike:
            return alike[-1], made
    return None
