"""Drawing the networks that ship: layers and connections; the layout gives them their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.data.dataset import DatasetInfo
from graph.document import Document
from graph.drawing.layout import arrange_to_fit
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.network import Connection, Network, Position
from graph.shapes import Shape, vector
from graph.structure.blocks import Block, Body

ROOM = (760.0, 600.0)
"""Room that a drawing may fill, in pixels: what a small window leaves between the palette and the page."""


def layer(kind: str, **settings: object) -> Layer:
    """A layer of the catalogue."""
    return catalogue()[kind]().changed(**settings)


def conv(filters: int, size: int = 3, **settings: object) -> Layer:
    """A 2-D convolution with square kernels."""
    return layer("conv2d", filters=filters, kernel_size=(size, size), **settings)


def dense(units: int) -> Layer:
    """A dense layer."""
    return layer("dense", units=units)


@dataclass
class Drawing:
    """A network that grows layer by layer; its input has the shape that the data brings."""

    info: DatasetInfo | None
    document: Document = field(default_factory=Document)
    places: dict[str, Position] = field(default_factory=dict)
    """Where cards stand, where that says more than an arrangement by rule."""

    def input(self, shape: Shape | None = None) -> str:
        """Add the input, of the data's shape or another that fits it; returns its id."""
        assert self.info is not None, "a block's body begins with inner"
        return self._add(layer("input", shape=shape or self.info.shape), None)

    def reads(self, field: str) -> str:
        """Add an input that reads ``field`` of the data; returns its id."""
        assert self.info is not None
        shape = self.info.input_field(field).shape
        return self._add(layer("input", shape=shape, field=field), field)

    def wire(self, source: str, target: str, port: str) -> None:
        """Connect ``source``, a layer or one of its outputs as ``layer.port``, to a port of ``target``."""
        self._connect(source, target, port)

    def lengths(self, *told: str) -> None:
        """Add an input that tells layers how many steps of each sample count."""
        assert self.info is not None
        source = self._add(layer("input", shape=vector(1), field=self.info.input_field().lengths), None)
        for name in told:
            self._connect(source, name, "lengths")

    def start(self, first: Layer, name: str) -> str:
        """Add a layer that nothing leads to, called ``name``; returns its id."""
        return self._add(first, name)

    def chain(self, start: str, *layers: Layer | tuple[str, Layer]) -> str:
        """Add layers one after another behind ``start``; returns the id of the last.

        A layer may come with the name that it gets, as ``(name, layer)``.
        """
        last = start
        for each in layers:
            name, added = each if isinstance(each, tuple) else (None, each)
            new = self._add(added, name)
            self._connect(last, new, added.input_ports()[0].name)
            last = new
        return last

    def merge(self, merged: Layer, *sources: str) -> str:
        """Add a merging layer behind several; returns its id."""
        new = self._add(merged, None)
        for source, port in zip(sources, merged.input_ports(), strict=True):
            self._connect(source, new, port.name)
        return new

    def output(self, source: str, target: str = "", name: str | None = None, loss: str = "auto") -> None:
        """Add the output behind ``source``."""
        last = layer("output", target=target, loss=loss)
        self.chain(source, last if name is None else (name, last))

    def inner(self, shape: Shape) -> str:
        """Add the input of a block's body, called ``x``; returns its id."""
        return self._add(layer("input", shape=shape), "x")

    def result(self, source: str) -> None:
        """Add the output of a block's body, called ``y``."""
        self.chain(source, ("y", layer("output")))

    def arranged(self) -> Network:
        """The network with every card in its place."""
        with self.document.transaction("Arrange layers"):
            self.document.move(self.places or arrange_to_fit(self.document.network, ROOM))
        return self.document.network

    def _add(self, added: Layer, name: str | None) -> str:
        with self.document.transaction("Add a layer"):
            return self.document.add(added, (0.0, 0.0), name)

    def _connect(self, source: str, target: str, port: str) -> None:
        name, _, leaving = source.partition(".")
        leaving = leaving or self.document.network.node(name).outputs[0]
        with self.document.transaction("Connect"):
            self.document.connect(Connection(name, leaving, target, port))


def block(label: str, shape: Shape, draw: Callable[[Drawing, str], str], repeat: int = 1) -> Layer:
    """A block whose body ``draw`` makes behind an input of ``shape``, and whose last layer it returns."""
    body = Drawing(None)
    body.result(draw(body, body.inner(shape)))
    return Block(label=label, repeat=repeat, body=Body.of(body.arranged()))
