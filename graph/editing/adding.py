"""Adding a layer: on a wire, behind another or between it and what follows, beside the open end of a chain, at the
loose end of a wire; each inside an open transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.document import Document
from graph.editing import edits
from graph.editing.matching import LooseEnd
from graph.editing.open_ends import OpenEnd, join
from graph.editing.placing import at_port, beside, centred
from graph.layers.base import Layer
from graph.network import Connection, Network, Position


def add_at(
    document: Document, layer: Layer, place: Position, wire: Connection | None = None, end: OpenEnd | None = None
) -> str:
    """Add a layer with its card's middle at ``place``; lead ``wire`` through it, or connect it to an open ``end``.

    Returns its id.
    """
    added = document.add(layer, centred(layer, *place))
    if wire is not None:
        edits.insert_on(document, wire, added)
    elif end is not None:
        join(document, added, end)
    return added


def add_behind(document: Document, layer: Layer, source: str, corner: Position) -> str:
    """Add a layer fed by the first output of ``source``; returns its id.

    Where that feeds others already, the layer goes between, if it has an output for them. Else its card's corner is at
    ``corner``.
    """
    network = document.network
    port = network.node(source).outputs[0]
    leaving = [each for each in network.out_of(source) if each.source_port == port]
    if leaving and layer.output_ports():
        added = document.add(layer, beside(network, source, clear=False))
        edits.insert_between(document, leaving, added)
        return added
    added = document.add(layer, corner)
    document.set_vertical([added], network.node(source).vertical)
    document.connect(Connection(source, port, added, layer.input_ports()[0].name))
    return added


def add_in_a_row(
    document: Document, layers: Sequence[Layer], first: Callable[[Layer], str], corner: Callable[[str], Position]
) -> list[str]:
    """Add layers, each behind the one before; returns their ids.

    ``first`` adds the first of them. ``corner`` gives the place behind a layer that nothing follows.
    """
    added = [first(layers[0])]
    for layer in layers[1:]:
        last = document.network.node(added[-1])
        if last.outputs and layer.input_ports():
            added.append(add_behind(document, layer, last.id, corner(last.id)))
        else:
            added.append(document.add(layer, beside(document.network, last.id)))
    return added


def add_at_end(document: Document, layer: Layer, place: Position, end: LooseEnd) -> str:
    """Add a layer at the loose end of a wire, and connect it where it has a port for it; returns its id."""
    vertical = document.network.node(end.id).vertical
    added = document.add(layer, at_port(layer, place, vertical=vertical, output=not end.output))
    document.set_vertical([added], vertical)
    node = document.network.node(added)
    if node.inputs if end.output else node.outputs:
        edits.connect(document, end.wire(node))
    return added


def followed(network: Network, selected: Sequence[str], layer: Layer) -> str | None:
    """The selected layer that a new one would follow: the only one, with an output, if the new one has an input."""
    if len(selected) != 1 or not layer.input_ports():
        return None
    return selected[0] if network.node(selected[0]).outputs else None
