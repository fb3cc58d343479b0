"""Edits of layers and connections, as steps inside an open transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing.make_room import make_room
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Input
from graph.network import Connection, Network, Node


def counted(verb: str, ids: Sequence[str], noun: str = "layers") -> str:
    """A transaction's name: ``Move conv1``, ``Move 3 layers``."""
    return f"{verb} {ids[0]}" if len(ids) == 1 else f"{verb} {len(ids)} {noun}"


def free_input(network: Network, id: str) -> str | None:
    """The first input port of a layer that nothing arrives at."""
    taken = network.into(id)
    return next((port for port in network.node(id).inputs if port not in taken), None)


def can_grow(layer: Layer) -> bool:
    """Whether the layer merges as many inputs as it is told to, and may be told one more."""
    setting = next((spec for spec in layer.settings() if spec.name == "inputs"), None)
    if setting is None:
        return False
    return setting.complaint(layer.values()["inputs"] + 1) is None


def connect(document: Document, connection: Connection) -> None:
    """Add a connection; what arrived at its input before is replaced."""
    old = document.network.at(connection.target, connection.target_port)
    if old == connection:
        return
    if old is not None:
        document.disconnect(old)
    document.connect(connection)


def input_for(document: Document, id: str) -> str | None:
    """An input of the layer for one more wire: a free one, a new one where the layer can grow, else the first."""
    free = free_input(document.network, id)
    if free is not None:
        return free
    layer = document.network.layer(id)
    if can_grow(layer):
        document.set_values(id, inputs=layer.values()["inputs"] + 1)
        return document.network.node(id).inputs[-1]
    inputs = document.network.node(id).inputs
    return inputs[0] if inputs else None


def remove(document: Document, ids: Iterable[str], connections: Iterable[Connection] = ()) -> None:
    """Remove layers, and connections that are not theirs."""
    for connection in connections:
        if document.network.at(connection.target, connection.target_port) == connection:
            document.disconnect(connection)
    for id_ in ids:
        document.remove(id_)


def fresh(kind: type[Layer], checker: Checker) -> Layer:
    """A new layer of a kind; an input takes the shape that the chosen data brings."""
    expected = checker.data_spec
    shape = expected.inputs.get(expected.default_input) if expected is not None and kind is Input else None
    return kind() if shape is None else Input(shape=shape)


def insert_on(document: Document, connection: Connection, id: str) -> None:
    """Lead a connection through a layer that has an input and an output, and make room for its card."""
    insert_between(document, [connection], id)


def insert_between(document: Document, connections: Sequence[Connection], id: str) -> None:
    """Lead connections that leave one output through a layer, and make room for its card between their ends."""
    network, node, source = document.network, document.network.node(id), connections[0].source
    targets = [network.node(each.target).vertical for each in connections]
    document.set_vertical([id], network.node(source).vertical and all(targets))
    for connection in connections:
        document.disconnect(connection)
    document.connect(Connection(source, connections[0].source_port, id, node.inputs[0]))
    for connection in connections:
        document.connect(Connection(id, node.outputs[0], connection.target, connection.target_port))
    make_room(document, id)


def insertable(network: Network, node: Node, connection: Connection) -> bool:
    """Whether a layer that nothing is connected to can go onto the connection."""
    if not node.inputs or not node.outputs or node.id in (connection.source, connection.target):
        return False
    return node.id not in network or (not network.into(node.id) and not network.out_of(node.id))


def take_out(document: Document, ids: Sequence[str]) -> None:
    """Take layers out of the flow and heal the wires: what fed the group feeds what the group fed."""
    group, network = set(ids), document.network
    feeds = [c for id_ in network.ordered() if id_ in group for c in network.into(id_).values()]
    inner = {c for c in feeds if c.source in group}
    outer = [c for c in feeds if c.source not in group]
    leaving = [c for id_ in ids for c in network.out_of(id_) if c.target not in group]
    for connection in [*outer, *leaving]:
        document.disconnect(connection)
    for connection in leaving:
        source = _feeding(connection.source, outer, inner)
        if source is not None:
            document.connect(Connection(source.source, source.source_port, connection.target, connection.target_port))


def along(network: Network, ids: Iterable[str], *, against: bool) -> list[str]:
    """All layers that ``ids`` lead to along the wires or, against them, depend on; without themselves."""
    seen = dict.fromkeys(ids)
    queue, first = list(seen), len(seen)
    while queue:
        id_ = queue.pop(0)
        ends = [c.source for c in network.into(id_).values()] if against else [c.target for c in network.out_of(id_)]
        new = [end for end in dict.fromkeys(ends) if end not in seen]
        seen.update(dict.fromkeys(new))
        queue += new
    return list(seen)[first:]


def _feeding(id_: str, outer: Sequence[Connection], inner: Iterable[Connection]) -> Connection | None:
    """What arrives from outside at the layer or, through the group, before it."""
    seen, queue = {id_}, [id_]
    while queue:
        current = queue.pop(0)
        arriving = next((c for c in outer if c.target == current), None)
        if arriving is not None:
            return arriving
        before = [c.source for c in inner if c.target == current and c.source not in seen]
        seen.update(before)
        queue += before
    return None


def tie_weights(document: Document, ids: Sequence[str]) -> None:
    """Let layers use the weights, and take the settings, of the first of them.

    Raises
    ------
    NetloomError
        if they are not of one kind.
    """
    owner, *others = ids
    layer = document.network.layer(owner)
    if any(document.network.layer(id_).kind != layer.kind for id_ in others):
        raise NetloomError("Only layers of the same kind can share weights: select layers of one kind.")
    for id_ in others:
        document.set_layer(id_, layer)
        document.tie(id_, owner)
