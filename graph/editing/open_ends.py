"""Open ends of chains beside which a layer can be dropped: outputs that feed nothing, inputs that nothing feeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph.document import Document
from graph.drawing import cards
from graph.drawing.routing import WirePath, direct
from graph.editing import edits
from graph.layers.base import Layer
from graph.network import Connection, Network, Node, Position

REACH = 140.0
"""How far from an open end a layer is still beside it, along the wire."""

ASIDE = 48.0
"""And across it."""


@dataclass(frozen=True)
class OpenEnd:
    """A port of a layer that a new one would be connected to."""

    id: str
    port: str
    output: bool
    """Whether it is an output, so that a layer that takes it is looked for."""

    def wire(self, node: Node) -> Connection:
        """The connection between the end and another layer's first port."""
        if self.output:
            return Connection(self.id, self.port, node.id, node.inputs[0])
        return Connection(node.id, node.outputs[0], self.id, self.port)


def open_end_beside(
    network: Network, layer: Layer, corner: Position, id: str = "", near: Iterable[str] | None = None
) -> OpenEnd | None:
    """The nearest open end beside a card, or None.

    Parameters
    ----------
    corner
        where the card is, or would be.
    id
        the layer, if it is in the network already; it is not connected to anything then.
    near
        the layers to look at; all without it.
    """
    best: tuple[float, OpenEnd] | None = None
    for other in network.ids if near is None else near:
        node = network.node(other)
        if other == id:
            continue
        probe = Node(id, layer, corner, vertical=node.vertical)
        for end in _ends(network, node, probe):
            distance = _distance(node, probe, end)
            if distance is not None and (best is None or distance < best[0]):
                best = distance, end
    return best[1] if best else None


def join(document: Document, id: str, end: OpenEnd) -> None:
    """Connect a layer to an open end, and turn and level its card like the one that it joins; in a transaction."""
    other = document.network.node(end.id)
    document.set_vertical([id], other.vertical)
    node = document.network.node(id)
    axis = 0 if other.vertical else 1
    place = list(node.position)
    if abs(place[axis] - other.position[axis]) < ASIDE / 2:
        place[axis] = other.position[axis]
        document.move({id: (place[0], place[1])})
    edits.connect(document, end.wire(node))


def offered_line(network: Network, layer: Layer, corner: Position, end: OpenEnd) -> WirePath:
    """The wire that would join a card to an open end."""
    node = network.node(end.id)
    probe = Node("", layer, corner, vertical=node.vertical)
    begin, finish = _wire_ends(node, probe, end)
    return direct(begin, finish, (node.vertical, node.vertical))


def _ends(network: Network, node: Node, probe: Node) -> list[OpenEnd]:
    """The open ends of a layer that the new one has a port for."""
    ends = []
    if probe.inputs and node.outputs and not network.successors(node.id):
        ends.append(OpenEnd(node.id, node.outputs[0], True))
    if probe.outputs and (free := edits.free_input(network, node.id)) is not None:
        ends.append(OpenEnd(node.id, free, False))
    return ends


def _wire_ends(node: Node, probe: Node, end: OpenEnd) -> tuple[Position, Position]:
    """Where the wire between an open end and the new card would begin and end."""
    if end.output:
        return cards.output_place(node, end.port), cards.input_place(probe, probe.inputs[0])
    return cards.output_place(probe, probe.outputs[0]), cards.input_place(node, end.port)


def _distance(node: Node, probe: Node, end: OpenEnd) -> float | None:
    """How far the card's port is from the end, or None where it is not beside it."""
    begin, finish = _wire_ends(node, probe, end)
    along, across = finish[0] - begin[0], finish[1] - begin[1]
    if node.vertical:
        along, across = across, along
    return along + abs(across) if 0 <= along <= REACH and abs(across) <= ASIDE else None
