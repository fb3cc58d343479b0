"""Topological order of a checked network: what the compiler and the code generator start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.construct import Construct, Ref
from graph.layers.io import InputLike, Output
from graph.network import Network
from graph.structure.blocks import Block


@dataclass(frozen=True)
class Program:
    """The layers that lead to an output, each after those it depends on."""

    network: Network
    order: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layer_info: Mapping[str, LayerInfo]

    def construct(self, id: str) -> Construct:
        """How the layer ``id`` is built; a muted layer hands its input on."""
        node = self.network.node(id)
        inputs = self.layer_info[id].inputs
        if node.muted:
            passed = Ref(next(iter(inputs)))
            return Construct(None, (), dict.fromkeys(node.outputs, passed))
        return node.layer.recipe(inputs)

    def owner(self, id: str) -> str:
        """The layer whose module ``id`` calls: itself, or the one whose weights it shares."""
        return self.network.node(id).tied or id

    def parts(self, id: str) -> tuple[Program, ...]:
        """The programs inside a block, one for each repetition that has weights of its own."""
        block = self.network.layer(id)
        if not isinstance(block, Block):
            return ()
        repetitions = block.repetitions(self.layer_info[id].inputs)
        return tuple(
            _in_order(block.body.network, repetition, block)
            for repetition in (repetitions[:1] if block.shared else repetitions)
        )

    def sources(self, id: str) -> dict[str, tuple[str, str]]:
        """For each connected input port of the layer, the layer and output port that feed it."""
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
    return _in_order(network, {id_: checker.layer_info(id_) for id_ in checker.useful})


def _in_order(network: Network, info: Mapping[str, LayerInfo], block: Block | None = None) -> Program:
    """The layers of which there are info, in order; a block's ends keep the order of its ports."""
    order = tuple(id_ for id_ in network.ordered() if id_ in info)
    inputs = _data_first(network, [id_ for id_ in order if isinstance(network.layer(id_), InputLike)])
    outputs = _data_first(network, [id_ for id_ in order if isinstance(network.layer(id_), Output)])
    if block is not None:
        inputs, outputs = block.inner_inputs(), block.inner_outputs()
        order = (*inputs, *(id_ for id_ in order if id_ not in inputs))
    return Program(network, order, inputs, outputs, {**{id_: LayerInfo() for id_ in inputs}, **info})


def _data_first(network: Network, ends: list[str]) -> tuple[str, ...]:
    """Inputs or outputs, those that noise leads to behind those that only data leads to."""
    noise = [node.id for node in network if node.layer.draws_noise]
    return tuple(sorted(ends, key=lambda id_: any(network.reaches(source, id_) for source in noise)))
