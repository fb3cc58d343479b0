"""What training keeps of a network's values for the backward pass, and the work of a step, from shapes and layers.

Tensors are followed by the memory that they lie in: a value that two layers need, such as what leaves a ReLU and
arrives at a convolution, is kept once, and what is only seen in another shape takes no memory of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from graph.checking.layer_info import LayerInfo
from graph.checking.length_costs import closed
from graph.layers.base import Layer, elements
from graph.layers.io import InputLike, Output
from graph.layers.training_needs import FLOAT, INDEX, Keeps, LayerWork, Work
from graph.network import Network, Node
from graph.shapes import Kind, Shape

Place = tuple[str, str]
"""A layer and one of its output ports."""


@dataclass(frozen=True)
class Needs:
    """What a training step of a network needs for each sample.

    ``kept`` bytes are kept from the forward pass to the backward pass. ``at_input`` and ``at_output`` are the parts of
    that which lie at the input and output layers. ``widest`` are the bytes of all that arrives at and leaves the layer
    where that is the most.
    """

    kept: int = 0
    at_input: int = 0
    at_output: int = 0
    widest: int = 0
    works: tuple[LayerWork, ...] = ()


def needs_of(
    network: Network,
    infos: Mapping[str, LayerInfo],
    *,
    frozen: Collection[str] = (),
    inside: bool = False,
    channels_last: bool | None = None,
) -> Needs | None:
    """What training needs of the layers of ``infos``; None where the number of steps of a sequence is not known.

    The weights of the ``frozen`` layers do not learn. ``inside`` a block gradients go on to what arrives at the input
    layers. ``channels_last`` says how pictures lie in memory; None finds out.
    """
    if channels_last is None:
        channels_last = lays_channels_last(network)
    walk = _Walk(network, infos, frozenset(frozen), inside, channels_last)
    for id_ in network.ordered():
        if id_ in infos and not walk.visit(network.node(id_), infos[id_]):
            return None
    return walk.needs()


def lays_channels_last(network: Network) -> bool:
    """Whether a layer of a network, at any depth, has pictures laid out with their channels last."""
    return any(
        any(layer.lays_channels_last for layer in (node.layer, *node.layer.layers_inside()))
        for node in network
        if not node.muted
    )


@dataclass
class _Walk:
    """The layers from the inputs to the outputs, and what is known of the values so far."""

    network: Network
    infos: Mapping[str, LayerInfo]
    frozen: frozenset[str]
    inside: bool
    channels_last: bool
    memory: dict[Place, Place] = field(default_factory=dict)  # where a value lies
    sizes: dict[Place, int] = field(default_factory=dict)
    learns: dict[Place, bool] = field(default_factory=dict)  # whether gradients come back to it
    held: set[Place] = field(default_factory=set)
    beside: int = 0
    widest: int = 0
    works: list[LayerWork] = field(default_factory=list)

    def visit(self, node: Node, info: LayerInfo) -> bool:
        """Take note of a layer; False where the length of something is not known."""
        inputs, outputs = closed(info.inputs), closed(info.outputs)
        if any(shape.is_open for shape in (*inputs.values(), *outputs.values())):
            return False
        arriving = self.network.into(node.id)
        sources = {port: (arriving[port].source, arriving[port].source_port) for port in inputs if port in arriving}
        before = any(self.learns.get(source, False) for source in sources.values())
        if isinstance(node.layer, InputLike):
            self._begin(node.id, outputs)
        elif node.muted:
            self._pass(node, sources, outputs, before)
        else:
            self._do(node, sources, inputs, outputs, before)
        return True

    def _begin(self, id_: str, outputs: Mapping[str, Shape]) -> None:
        for port, shape in outputs.items():
            self._new((id_, port), shape, self.inside)

    def _new(self, place: Place, shape: Shape, learns: bool) -> None:
        self.memory[place], self.sizes[place], self.learns[place] = place, bytes_of_values(shape), learns

    def _pass(self, node: Node, sources: Mapping[str, Place], outputs: Mapping[str, Shape], learns: bool) -> None:
        """What leaves lies where the first of what arrives does."""
        first = self.memory.get(next(iter(sources.values()), ("", "")))
        for port, shape in outputs.items():
            if first is None:
                self._new((node.id, port), shape, learns)
            else:
                self.memory[node.id, port], self.learns[node.id, port] = first, learns

    def _do(
        self,
        node: Node,
        sources: Mapping[str, Place],
        inputs: Mapping[str, Shape],
        outputs: Mapping[str, Shape],
        before: bool,
    ) -> None:
        layer = node.layer
        learns = (before or self._has_weights(node)) and not layer.stops_gradient
        seen = layer.hands_on(inputs, self.channels_last)
        if seen:
            self._pass(node, sources, outputs, learns)
        else:
            for port, shape in outputs.items():
                self._new((node.id, port), shape, learns)
        passed = sum(map(bytes_of_values, (*inputs.values(), *outputs.values())))
        self.widest = max(self.widest, passed)
        for work in layer.works(inputs, outputs):
            copied = work.kind is Work.VIEW and work.amount and not seen
            kind, passes = Work.VALUES if copied else work.kind, before and work.passes_gradient
            self.works.append(replace(work, kind=kind, passes_gradient=passes))
        if learns:
            self._keep(layer, node.id, sources, inputs, outputs)

    def _keep(
        self,
        layer: Layer,
        id_: str,
        sources: Mapping[str, Place],
        inputs: Mapping[str, Shape],
        outputs: Mapping[str, Shape],
    ) -> None:
        keeps = layer.kept(inputs)
        if Keeps.INPUTS in keeps:
            self.held |= {self.memory[source] for source in sources.values() if source in self.memory}
        if Keeps.OUTPUTS in keeps:
            self.held |= {self.memory[id_, port] for port in outputs}
        self.beside += layer.kept_bytes(inputs, outputs)

    def _has_weights(self, node: Node) -> bool:
        owner = node.tied or node.id
        return owner not in self.frozen and bool(self.infos.get(owner, LayerInfo()).parameters)

    def needs(self) -> Needs:
        """The sum of it all."""
        ends = {node.id: node.layer for node in self.network if isinstance(node.layer, InputLike | Output)}
        arriving = {place for place in self.held if isinstance(ends.get(place[0]), InputLike)}
        leaving = {
            self.memory[id_, "out"]
            for id_, layer in ends.items()
            if isinstance(layer, Output) and (id_, "out") in self.memory
        }
        return Needs(
            self.beside + sum(self.sizes[place] for place in self.held),
            sum(self.sizes[place] for place in arriving),
            sum(self.sizes[place] for place in (self.held & leaving) - arriving),
            self.widest,
            tuple(self.works),
        )


def bytes_of_values(shape: Shape) -> int:
    """Memory of a value for one sample."""
    return elements(shape) * (INDEX if shape.kind is Kind.TOKENS else FLOAT)
