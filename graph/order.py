"""A checked network in the order in which it runs: what the compiler and the code generator start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.facts import Facts, Severity
from graph.layers.construct import Construct
from graph.layers.io import Input, Output
from graph.network import Network


@dataclass(frozen=True)
class Program:
    """The layers that lead to an output, each after those it depends on."""

    network: Network
    order: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    facts: Mapping[str, Facts]

    def construct(self, id: str) -> Construct:
        """How the layer ``id`` is built."""
        return self.network.layer(id).recipe(self.facts[id].inputs)

    def sources(self, id: str) -> dict[str, tuple[str, str]]:
        """For each input port of the layer, the layer and output port that feed it."""
        arriving = self.network.into(id)
        return {port: (c.source, c.source_port) for port, c in arriving.items()}


def program(network: Network) -> Program:
    """Check ``network`` and put it in order.

    Raises
    ------
    NetloomError
        with the first problem that keeps it from running.
    """
    checker = Checker(Document(network))
    faults = [problem for problem in checker.problems if problem.severity is Severity.ERROR]
    if faults:
        more = f" ({len(faults) - 1} more: run the check for all.)" if len(faults) > 1 else ""
        raise NetloomError(f"The network cannot run yet. {faults[0].message}{more}")
    order = tuple(id_ for id_ in network.ordered() if id_ in checker.useful)
    return Program(
        network=network,
        order=order,
        inputs=tuple(id_ for id_ in order if isinstance(network.layer(id_), Input)),
        outputs=tuple(id_ for id_ in order if isinstance(network.layer(id_), Output)),
        facts={id_: checker.facts(id_) for id_ in order},
    )
