"""From an ONNX graph to layers of ours: what is known of each value on the way, and the network under construction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_layout import Layout, natural, sizes_of
from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError
from graph.layers.catalogue import catalogue
from graph.layers.io import Input, Output
from graph.naming import check_name, fresh_name, possible_name
from graph.network import Connection, Network, Node
from graph.open_length import OpenLength
from graph.shapes import TIMED, Kind, Shape

if TYPE_CHECKING:
    from onnx import NodeProto

ANY_BATCH = 7919
"""Stands for the batch in sizes that are calculated, where the file leaves it open: a prime that no layer has."""

ANY_TIME = 5003
"""The same for a number of steps that is open."""

FEATURE = {Kind.VECTOR: 1, Kind.TOKENS: 1, Kind.IMAGE: 1, Kind.SEQUENCE: 2, Kind.VIDEO: 2}
"""Our axis of features or channels."""


class UnreadableError(Exception):
    """An operator cannot be expressed; the text says why, to follow the operator's name."""


@dataclass(frozen=True)
class Border:
    """What a Pad adds before and behind ONNX axes, by their places; ``mode`` and ``number`` say with what."""

    sides: Mapping[int, tuple[int, int]]
    mode: str = "constant"
    number: float = 0.0


@dataclass(frozen=True)
class OnnxValue:
    """A value of the ONNX graph: the output port it comes from, and how its axes lie.

    ``border`` is what a Pad adds, which a convolution takes up if it can; ``factor`` a number that it is multiplied by,
    which attention takes up. Both become layers where nothing does.
    """

    source: str
    port: str
    layout: Layout
    border: Border | None = None
    factor: float = 1.0

    def lying(self, layout: Layout) -> OnnxValue:
        """The same value, its axes lying otherwise."""
        return replace(self, layout=layout)


@dataclass(frozen=True)
class Scores:
    """Products of queries and keys on their way to attention, ``heads`` of them beside each other.

    ``sizes`` are those of the ONNX value; ``weighted`` tells whether the softmax was taken.
    """

    query: OnnxValue
    keys: OnnxValue
    heads: int
    scale: float
    sizes: tuple[int, ...]
    weighted: bool = False


@dataclass(frozen=True)
class Cut:
    """What a slice of features took from where, so that halves that are joined again are what they were."""

    source: OnnxValue
    first: int
    count: int


def input_name(node: NodeProto, at: int) -> str:
    """The name of an input that may be left out; empty where it is."""
    return node.input[at] if at < len(node.input) else ""


LARGEST = 2**26
"""Numbers that one number, or a few, may be repeated to."""


def in_memory(values: Array) -> Array:
    """Numbers that are to be calculated with.

    Raises
    ------
    UnreadableError
        if few of them are repeated so often (`distinct`) that they would take very much memory.
    """
    if values.size > LARGEST and 0 in values.strides:
        raise UnreadableError("repeats a constant more often than there is memory for")
    return values


def distinct(values: Array) -> Array:
    """The numbers that are really there, of an array that repeats some along whole axes without holding them."""
    return values[tuple(slice(0, 1) if stride == 0 else slice(None) for stride in values.strides)]


@dataclass
class NetworkBuilder:
    """The network while operators are read, with its weights by their names in torch.

    ``constants``, ``values`` and ``scores`` are what is known so far, by the names in the ONNX graph. ``batch`` is the
    number of samples that the file fixes, else `ANY_BATCH`; ``version`` that of its operators.
    """

    uses: Counter[str]
    batch: int = ANY_BATCH
    version: int = 13
    network: Network = field(default_factory=Network)
    weights: dict[str, Array] = field(default_factory=dict)
    frozen: list[str] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    values: dict[str, OnnxValue] = field(default_factory=dict)
    scores: dict[str, Scores] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)
    shapes: dict[tuple[str, str], Shape] = field(default_factory=dict)

    # Values

    def raw(self, name: str) -> OnnxValue:
        """The value called ``name``, with a border and a factor if it has them.

        Raises
        ------
        UnreadableError
            if it is a constant, or was not made by anything that is known.
        """
        if name not in self.values:
            what = "a constant" if name in self.constants else "something that is not there"
            what = "scores of attention" if name in self.scores else what
            raise UnreadableError(f"reads {what} where data is expected")
        return self.values[name]

    def constant(self, name: str, what: str) -> Array:
        """The constant called ``name``; ``what`` it is follows in the reason where it is none."""
        if name not in self.constants:
            raise UnreadableError(f"calculates {what}, which must be a constant here")
        return in_memory(self.constants[name])

    def shape(self, value: OnnxValue) -> Shape:
        """Our shape behind a value."""
        return self.shapes[value.source, value.port]

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        """Our sizes as numbers, the batch first; open ones by what stands for them."""
        length = shape.length
        steps = length.at({origin.name: ANY_TIME for origin in length.origins}) if isinstance(length, OpenLength) else 0
        return (self.batch, *(steps or ANY_TIME if size is None else size for size in shape.sizes))

    def natural(self, shape: Shape) -> Layout:
        """Our axes in our order."""
        return natural(self.sizes(shape))

    def feature(self, value: OnnxValue) -> int:
        """Which of our axes holds the features."""
        return FEATURE[self.shape(value).kind]

    def feature_place(self, value: OnnxValue) -> int | None:
        """Where among the ONNX axes all our features lie; None where they are in parts, or are one."""
        wanted = self.natural(self.shape(value))[self.feature(value)]
        return next((at for at, axis in enumerate(value.layout) if axis and axis == wanted), None)

    # Building

    def enter(self, name: str, shape: Shape, order: tuple[int, ...]) -> None:
        """An input of the graph, whose axes are ours in another ``order``, or lack the features."""
        id_ = self._named(name, Input(shape=shape))
        self.network.insert_node(Node(id_, Input(shape=shape), (0.0, 0.0)))
        if shape.kind in TIMED and shape.time is None:
            shape = shape.with_length(OpenLength.starting(id_))
        self.shapes[id_, "out"] = shape
        lies = self.natural(shape)
        self.values[name] = OnnxValue(id_, "out", tuple(lies[at] for at in order))

    def leave(self, name: str, value: OnnxValue) -> str:
        """An output of the graph, where ``value`` arrives; the id of its layer."""
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

    def layer(self, kind: str, value: OnnxValue, hint: str = "", /, **settings: Any) -> OnnxValue:
        """What leaves a layer behind one value, in its own natural layout."""
        id_ = self.add(kind, {"in": value}, hint, **settings)
        return OnnxValue(id_, "out", self.natural(self.shapes[id_, "out"]))

    def after(self, name: str, kind: str, value: OnnxValue, hint: str = "", /, **settings: Any) -> str:
        """A layer behind one value that leaves the axes as they lie; its result is called ``name``."""
        id_ = self.add(kind, {"in": value}, hint, **settings)
        self.values[name] = OnnxValue(id_, "out", value.layout)
        return id_

    def replace(self, id_: str, layer: Layer) -> None:
        """Give a layer other settings; what its output becomes by them is inferred anew."""
        self.network.replace_node(replace(self.network.node(id_), layer=layer))
        arriving = {port: self.shapes[wire.source, wire.source_port] for port, wire in self.network.into(id_).items()}
        self.shapes |= {(id_, port): shape for port, shape in layer.infer(arriving).items()}

    def keep(self, id_: str, **arrays: Array) -> None:
        """Keep weights of a layer, by their names in torch's module."""
        for name, values in arrays.items():
            self.weights[f"{id_}.{name.replace('__', '.')}"] = np.array(values, order="C")

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
        """A free id: the module's path in ``hint`` (``features_0`` of ``features.0.weight``), or the layer's stem."""
        hint = "" if hint.startswith(("onnx::", "val_")) else hint
        *path, last = hint.strip("/").split("/")[-1].split(".")
        wanted = possible_name("_".join(path) or last)
        try:
            check_name(wanted, self.network)
        except NetloomError:
            return fresh_name(layer.stem, self.network)
        return wanted


def places(value: OnnxValue) -> tuple[int, ...]:
    """The sizes of the ONNX value."""
    return sizes_of(value.layout)


def attributes(node: NodeProto) -> dict[str, Any]:
    """The attributes of an operator; text as text."""
    from onnx.helper import get_attribute_value

    found = {attribute.name: get_attribute_value(attribute) for attribute in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
