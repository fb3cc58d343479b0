"""Drawing the networks that ship: chains of cards in rows, at the distances that the canvas uses."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.data.dataset import DatasetInfo
from graph.document import Document
from graph.fixes import CARD_STEP
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.network import Connection

ROW_STEP = 144.0
"""Distance between rows of cards, in pixels at 100 % zoom: the highest card with a gap."""


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
    """A network that grows from left to right; its input has the shape that the data brings."""

    info: DatasetInfo
    document: Document = field(default_factory=Document)
    columns: dict[str, int] = field(default_factory=dict)

    def input(self) -> str:
        """Add the input; returns its id."""
        return self._add(layer("input", shape=self.info.shape), 0, 0, None)

    def chain(self, start: str, *layers: Layer | tuple[str, Layer], row: float = 0) -> str:
        """Add layers one after another behind ``start``, in a row; returns the id of the last.

        A layer may come with the name that it gets, as ``(name, layer)``.
        """
        last = start
        for each in layers:
            name, added = each if isinstance(each, tuple) else (None, each)
            new = self._add(added, self.columns[last] + 1, row, name)
            self._connect(last, new, "in")
            last = new
        return last

    def merge(self, merged: Layer, *sources: str, row: float = 0) -> str:
        """Add a merging layer behind several; returns its id."""
        new = self._add(merged, max(self.columns[source] for source in sources) + 1, row, None)
        for source, port in zip(sources, merged.input_ports(), strict=True):
            self._connect(source, new, port.name)
        return new

    def output(self, source: str, target: str = "") -> None:
        """Add the output behind ``source``."""
        self.chain(source, layer("output", target=target))

    def _add(self, added: Layer, column: int, row: float, name: str | None) -> str:
        with self.document.transaction("Add a layer"):
            id_ = self.document.add(added, (column * CARD_STEP, row * ROW_STEP), name)
        self.columns[id_] = column
        return id_

    def _connect(self, source: str, target: str, port: str) -> None:
        with self.document.transaction("Connect"):
            self.document.connect(Connection(source, "out", target, port))
