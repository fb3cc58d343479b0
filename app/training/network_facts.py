"""What a list of runs asks of a run's network, worked out once for all who ask. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.io import Output
from graph.network import Network
from graph.shapes import Shape


@dataclass(frozen=True)
class NetworkFacts:
    """The parameters of a network, and the shape that leaves each output, by its id, where it is known."""

    parameters: int
    outputs: Mapping[str, Shape]


@lru_cache(maxsize=1)
def network_facts(network: Network) -> NetworkFacts:
    """The facts of the network of a run, which nobody changes: of the same one they are not worked out again."""
    checker = Checker(Document(network))
    ends = {
        node.id: checker.layer_info(node.id).outputs.get("out") for node in network if isinstance(node.layer, Output)
    }
    facts = NetworkFacts(checker.parameters, {id_: shape for id_, shape in ends.items() if shape is not None})
    checker.close()
    return facts
