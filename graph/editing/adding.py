"""Adding a layer: on a wire, behind another, at the loose end of a wire; each inside an open transaction."""

from __future__ import annotations

from collections.abc import Sequence

from graph.document import Document
from graph.editing import edits
from graph.editing.matching import LooseEnd
from graph.editing.placing import at_port, centred
from graph.layers.base import Layer
from graph.network import Connection, Network, Position


def add_at(document: Document, layer: Layer, place: Position, wire: Connection | None = None) -> str:
    """Add a layer with its card's middle at ``place``, and lead ``wire`` through it; returns its id."""
    added = document.add(layer, centred(layer, *place))
    if wire is not None:
        edits.insert_on(document, wire, added)
    return added


def add_behind(document: Document, layer: Layer, source: str, corner: Position) -> str:
    """Add a layer with its card's corner at ``corner``, fed by the first output of ``source``; returns its id."""
    added = document.add(layer, corner)
    document.set_vertical([added], document.network.node(source).vertical)
    port = document.network.node(source).outputs[0]
    document.connect(Connection(source, port, added, layer.input_ports()[0].name))
    return added


def add_at_end(document: Document, layer: Layer, place: Position, end: LooseEnd) -> str:
    """Add a layer at the loose end of a wire, and connect it where it has a port for it; returns its id."""
    vertical = document.network.node(end.id).vertical
    added = document.add(layer, at_port(layer, place, vertical=vertical, output=not end.output))
    document.set_vertical([added], vertical)
    if end.output and layer.input_ports():
        document.connect(Connection(end.id, end.port, added, layer.input_ports()[0].name))
    elif not end.output and layer.output_ports():
        edits.connect(document, Connection(added, layer.output_ports()[0].name, end.id, end.port))
    return added


def end_of_chain(network: Network, selected: Sequence[str], layer: Layer) -> str | None:
    """The selected layer that a new one would follow: the only one, with an output that feeds nothing yet."""
    if len(selected) != 1 or not layer.input_ports():
        return None
    free = network.node(selected[0]).outputs and not network.out_of(selected[0])
    return selected[0] if free else None
