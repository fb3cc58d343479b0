"""Networks that are built in code, of the same layers that the editor has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from graph.document import Document
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.network import Connection
from graph.network import Network as LayerGraph

LayerWithSettings: TypeAlias = str | tuple[str, Mapping[str, Any]]
"""A kind of layer, such as ``relu``, or a kind with settings: ``("dense", {"units": 10})``."""


class Network:
    """A network that grows layer by layer.

    >>> network = Network()
    >>> image = network.add("input", shape={"kind": "image", "sizes": [1, 8, 8]})
    >>> left = network.add("conv2d", image, filters=4)
    >>> right = network.add("conv2d", image, filters=4, kernel_size=[5, 5])
    >>> both = network.add("concatenate", left, right)
    >>> network.chain(both, "relu", "flatten", ("dense", {"units": 10}), "output")
    """

    def __init__(self) -> None:
        self._document = Document(LayerGraph())

    def add(self, kind: str, *sources: str, name: str | None = None, **settings: Any) -> str:
        """Add a layer behind others, and return the id by which later ones name it.

        Parameters
        ----------
        kind
            the layer's kind, as project files and ``main.py layers`` name it: ``conv2d``, ``lstm``, ``add`` ...
        sources
            ids of the layers whose outputs it takes, in the order of its inputs; ``lstm1.state`` names one of several
            outputs. A layer that merges gets as many inputs as it has sources.
        name
            its id; None makes one of its kind.
        settings
            its settings; those left out have their defaults.

        Raises
        ------
        NetloomError
            if there is no such kind, setting or source, or the connection cannot be; the network is as before.
        """
        document = self._document
        layer = parse_layer(kind, settings, name or kind)
        if "inputs" in type(layer).model_fields and "inputs" not in settings and len(sources) > 1:
            layer = layer.changed(inputs=len(sources))
        with document.transaction(f"Add {kind}"):
            id_ = document.add(layer, name=name)
            ports = document.network.node(id_).inputs
            if len(sources) > len(ports):
                raise NetloomError(
                    f"“{id_}” ({kind}) takes {len(ports)} inputs, and {len(sources)} sources were given; give fewer."
                )
            for source, port in zip(sources, ports, strict=False):
                document.connect(Connection(*self._end(source), id_, port))
        return id_

    def chain(self, source: str | None, *layers: LayerWithSettings) -> str:
        """Add layers one behind the other, the first behind ``source`` (None: behind nothing); the id of the last.

        Raises
        ------
        NetloomError
            as `add`; the layers before the one that was refused are there.
        """
        last = source
        for layer in layers:
            kind, settings = (layer, {}) if isinstance(layer, str) else layer
            last = self.add(kind, *(() if last is None else (last,)), **settings)
        if last is None:
            raise NetloomError("A chain needs one layer at least; name its kind, such as “dense”.")
        return last

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all layers, from inputs to outputs."""
        return tuple(self._document.network.ordered())

    def network(self) -> LayerGraph:
        """The network as projects hold it, its cards arranged from inputs to outputs."""
        document = self._document
        with document.transaction("Arrange"):
            document.move(arrange(document.network))
        return document.network

    def _repr_svg_(self) -> str:
        """The drawing, which notebooks show."""
        from app.exchange.svg_out import svg

        return svg(self.network())

    def _end(self, source: str) -> tuple[str, str]:
        """A layer and the port of it that ``source`` names."""
        network = self._document.network
        if source in network:
            outputs: Iterable[str] = network.node(source).outputs
            return source, next(iter(outputs), "out")
        id_, _, port = source.rpartition(".")
        if id_ in network:
            return id_, port
        raise NetloomError(f"There is no layer “{source}” to connect; there are {', '.join(network.ids) or 'none'}.")
