"""What the rules for hints read: a checked network, and short walks along its connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.layers.base import Layer
from graph.layers.io import Input, Output
from graph.network import Network, Node
from graph.shapes import Kind, Shape


class HintContext:
    """A checked network; muted layers and layers that lead to no output are looked past.

    ``inner`` says that it is the inside of a block, whose outputs lead on.
    """

    def __init__(self, checker: Checker, *, inner: bool = False) -> None:
        self.network: Network = checker.network
        self._inner = inner
        self._checker = checker

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The layers that count, from inputs to outputs."""
        useful = self._checker.useful
        nodes = (self.network.node(id_) for id_ in self.network.ordered() if id_ in useful)
        return tuple(node for node in nodes if not node.muted)

    @property
    def parameters(self) -> int:
        """Trainable parameters of the network."""
        return self._checker.parameters

    def those(self, wanted: Callable[[Layer], object]) -> Iterator[Node]:
        """The layers that are ``wanted``, from inputs to outputs."""
        return (node for node in self.nodes if wanted(node.layer))

    def layer_info(self, id: str) -> LayerInfo:
        """What is known of a layer."""
        return self._checker.layer_info(id)

    def arriving(self, id: str) -> Shape | None:
        """The shape at a layer's first input, where it is known."""
        return next(iter(self.layer_info(id).inputs.values()), None)

    def leaving(self, id: str) -> Shape | None:
        """The shape at a layer's first output, where it is known."""
        return next(iter(self.layer_info(id).outputs.values()), None)

    def before(self, id: str) -> Node | None:
        """The one layer that feeds a layer with one input, muted ones passed over."""
        node = self.network.node(id)
        while len(node.inputs) == 1:
            connection = self.network.at(node.id, node.inputs[0])
            if connection is None:
                return None
            node = self.network.node(connection.source)
            if not node.muted:
                return node
        return None

    def after(self, id: str) -> Node | None:
        """The one layer that a layer feeds, muted ones passed over; None where there are several or none."""
        while True:
            leaving = self.network.out_of(id)
            if len(leaving) != 1:
                return None
            node = self.network.node(leaving[0].target)
            if not node.muted:
                return node
            id = node.id

    def back(self, id: str, passing: Callable[[Layer], bool]) -> Node | None:
        """The first layer before ``id`` that is not one of those to pass."""
        node = self.before(id)
        while node is not None and passing(node.layer):
            node = self.before(node.id)
        return node

    def final_layers(self) -> Iterator[tuple[Node, Node]]:
        """Each output with the layer whose values leave by it."""
        for node in () if self._inner else self.nodes:
            if isinstance(node.layer, Output) and (before := self.before(node.id)) is not None:
                yield node, before

    def holds(self, wanted: Callable[[Layer], object]) -> bool:
        """Whether one of the layers is ``wanted``, inside blocks too."""
        layers = [node.layer for node in self.network if not node.muted]
        return any(map(wanted, layers)) or any(wanted(inner) for layer in layers for inner in layer.layers_inside())

    def image_inputs(self) -> list[Shape]:
        """Shapes of the inputs that take pictures."""
        shapes = [self.leaving(node.id) for node in self.nodes if isinstance(node.layer, Input)]
        return [shape for shape in shapes if shape is not None and shape.kind is Kind.IMAGE]
