"""From an ONNX graph to layers of ours: what is known of each value on the way, and the network under construction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError
from graph.layers.catalogue import catalogue
from graph.layers.io import Input, Output
from graph.naming import check_name, fresh_name, possible_name
from graph.network import Connection, Network, Node
from graph.shapes import Kind, Shape

if TYPE_CHECKING:
    from onnx import NodeProto

Axis = int | str | None
"""One axis of an ONNX tensor: an axis of ours (0 is the batch), ``D`` or ``H`` (directions and units, which together
are a recurrent layer's features), or None for an axis of size 1 that ours do not have."""

FEATURE = {Kind.VECTOR: 1, Kind.TOKENS: 1, Kind.IMAGE: 1, Kind.SEQUENCE: 2, Kind.VIDEO: 2}
"""Our axis of features or channels."""


class UnreadableError(Exception):
    """An operator cannot be expressed; the text says why, to follow the operator's name."""


@dataclass(frozen=True)
class OnnxValue:
    """A value of the ONNX graph: the output port it comes from, and how its axes lie.

    ``border`` is what a Pad before it adds to each of our axes, which only a convolution can take up; ``mode`` says
    with what. ``half`` is the direction that was picked of a recurrent layer that has two.
    """

    source: str
    port: str
    axes: tuple[Axis, ...]
    border: tuple[tuple[int, tuple[int, int]], ...] = ()
    mode: str = "constant"
    half: int | None = None

    def with_axes(self, axes: tuple[Axis, ...]) -> OnnxValue:
        """The same value, its axes lying otherwise."""
        return replace(self, axes=axes)

    @property
    def plain(self) -> OnnxValue:
        """Without axes of size 1."""
        return self.with_axes(tuple(axis for axis in self.axes if axis is not None))


def input_name(node: NodeProto, at: int) -> str:
    """The name of an input that may be left out; empty where it is."""
    return node.input[at] if at < len(node.input) else ""


def natural(shape: Shape) -> tuple[Axis, ...]:
    """The axes in our order."""
    return tuple(range(len(shape.sizes) + 1))


class NetworkBuilder:
    """The network while operators are read, with its weights by their names in torch.

    ``constants`` and ``values`` are the values known so far, by their names in the ONNX graph. In a constant that
    was told from a shape, -1 stands for the batch or for an unknown time.
    """

    def __init__(self, uses: Counter[str]) -> None:
        self.network = Network()
        self.weights: dict[str, Array] = {}
        self.frozen: list[str] = []
        self.constants: dict[str, Array] = {}
        self.values: dict[str, OnnxValue] = {}
        self.uses = uses
        self.shapes: dict[tuple[str, str], Shape] = {}

    # Values

    def value(self, name: str) -> OnnxValue:
        """The value called ``name``.

        Raises
        ------
        UnreadableError
            if it is a constant, or was not made by anything that is known.
        """
        if name not in self.values:
            what = "a constant" if name in self.constants else "something that is not there"
            raise UnreadableError(f"reads {what} where data is expected")
        return self.values[name]

    def unbordered(self, name: str) -> OnnxValue:
        """The same, where a border before it cannot be taken up."""
        value = self.value(name)
        if value.border:
            raise UnreadableError("stands behind a Pad, which only a convolution can take up")
        if value.half is not None:
            raise UnreadableError("reads one direction of a recurrent layer that has two")
        return value

    def constant(self, name: str, what: str) -> Array:
        """The constant called ``name``; ``what`` it is follows in the reason where it is none."""
        if name not in self.constants:
            raise UnreadableError(f"calculates {what}, which must be a constant here")
        return self.constants[name]

    def shape(self, value: OnnxValue) -> Shape:
        """Our shape behind a value."""
        return self.shapes[value.source, value.port]

    def feature(self, value: OnnxValue) -> int:
        """Where among the ONNX axes our features lie.

        Raises
        ------
        UnreadableError
            if they are split over two axes.
        """
        at = FEATURE[self.shape(value).kind]
        if at not in value.axes:
            raise UnreadableError("works on the features of a recurrent layer while its directions are apart")
        return value.axes.index(at)

    def feature_of(self, value: OnnxValue) -> int:
        """Which of our axes are the features."""
        return FEATURE[self.shape(value).kind]

    # Building

    def enter(self, name: str, shape: Shape, axes: tuple[Axis, ...]) -> None:
        """An input of the graph."""
        id_ = self._named(name, Input(shape=shape))
        self.network.insert_node(Node(id_, Input(shape=shape), (0.0, 0.0)))
        self.shapes[id_, "out"] = shape
        self.values[name] = OnnxValue(id_, "out", axes)

    def leave(self, name: str) -> str:
        """An output of the graph; returns the id of its layer."""
        value = self.unbordered(name).plain
        if value.axes != natural(self.shape(value)):
            raise UnreadableError("leaves with its axes in another order than Netloom's")
        id_ = self._named(name if name not in self.network else f"{name}_out", Output())
        self.network.insert_node(Node(id_, Output(), (0.0, 0.0)))
        self.network.insert_connection(Connection(value.source, value.port, id_, "in"))
        return id_

    def add(self, kind: str, into: Mapping[str, OnnxValue], hint: str = "", /, **settings: Any) -> str:
        """A layer of the catalogue behind the values ``into``, by port; its id, which follows ``hint`` if it can.

        Raises
        ------
        UnreadableError
            if the layer refuses its settings or what arrives.
        """
        try:
            layer = catalogue()[kind]().changed(**settings)
            shapes = layer.infer({port: self.shape(value) for port, value in into.items()})
        except (NetloomError, ShapeError) as error:
            raise UnreadableError(f"gives a layer that cannot be: {error}") from None
        id_ = self._named(hint, layer)
        self.network.insert_node(Node(id_, layer, (0.0, 0.0)))
        for port, value in into.items():
            self.network.insert_connection(Connection(value.source, value.port, id_, port))
        self.shapes |= {(id_, port): shape for port, shape in shapes.items()}
        return id_

    def replace(self, id_: str, layer: Layer) -> None:
        """Give a layer other settings, which change no shape."""
        self.network.replace_node(replace(self.network.node(id_), layer=layer))

    def after(self, name: str, kind: str, value: OnnxValue, hint: str = "", /, **settings: Any) -> str:
        """A layer behind one value that leaves the axes as they lie; its result is called ``name``."""
        id_ = self.add(kind, {"in": value}, hint, **settings)
        self.values[name] = OnnxValue(id_, "out", value.axes)
        return id_

    def keep(self, id_: str, **arrays: Array) -> None:
        """Keep weights of a layer, by their names in torch's module."""
        for name, values in arrays.items():
            self.weights[f"{id_}.{name}"] = np.array(values, order="C")

    def keep_weight(self, id_: str, weight: Array, bias: str) -> None:
        """Keep a weight and, where it has a name in the graph, a bias."""
        self.keep(id_, weight=weight, **({"bias": self.constant(bias, "its biases")} if bias else {}))

    def integers(self, node: NodeProto, name: str, at: int = 1) -> list[int] | None:
        """Whole numbers that an attribute holds or, in later versions of ONNX, a constant input; None without them."""
        given, source = attributes(node).get(name), input_name(node, at)
        if given is None and source:
            given = self.constant(source, f"its {name}").reshape(-1)
        return None if given is None else [int(number) for number in given]

    def _named(self, hint: str, layer: Layer) -> str:
        """A free id: what stands before the first dot of ``hint``, or the layer's stem with a number."""
        wanted = possible_name(hint.strip("/").split(".")[0].split("/")[-1])
        try:
            check_name(wanted, self.network)
        except NetloomError:
            return fresh_name(layer.stem, self.network)
        return wanted


def attributes(node: NodeProto) -> dict[str, Any]:
    """The attributes of an operator; text as text."""
    from onnx.helper import get_attribute_value

    found = {attribute.name: get_attribute_value(attribute) for attribute in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
