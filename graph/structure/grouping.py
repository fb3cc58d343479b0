"""Grouping layers into a block and taking a block apart again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.io import Input, InputLike, Output
from graph.naming import check_name, copy_name, fresh_name, possible_name
from graph.network import Connection, Network, Node
from graph.shapes import Shape, vector
from graph.structure.blocks import Block, Body, Timed

GAP = 224.0
"""Distance between the cards inside and those of the block's ends, in pixels at 100 % zoom."""


def group(document: Document, checker: Checker, ids: Collection[str], name: str | None = None) -> str:
    """Put the layers ``ids`` into a new block and return its id.

    Wires that cross the border become ports. Must be called inside a transaction.

    Raises
    ------
    NetloomError
        if there is nothing to group, an end of the network is among the layers, or the data would leave the group
        and come back.
    """
    chosen = [id_ for id_ in document.network.ids if id_ in set(ids)]
    _check_group(document.network, chosen)
    network, inner = document.network, Document()
    entering = [c for id_ in chosen for c in network.into(id_).values() if c.source not in chosen]
    leaving = [c for id_ in chosen for c in network.out_of(id_) if c.target not in chosen]
    with inner.transaction("Group"):
        _copy_inside(inner, network, chosen)
        entries = _add_entries(inner, checker, entering)
        exits = _add_exits(inner, network, chosen, leaving)
    place = _corner(network, chosen)
    block = Block(body=Body.of(inner.network), label=name or "")
    for id_ in chosen:
        document.remove(id_)
    block_id = document.add(block, place, _free(name, network))
    for connection in entering:
        port = entries[connection.source, connection.source_port]
        if document.network.at(block_id, port) is None:
            document.connect(Connection(connection.source, connection.source_port, block_id, port))
    for connection in leaving:
        port = exits[connection.source, connection.source_port]
        document.connect(Connection(block_id, port, connection.target, connection.target_port))
    return block_id


def ungroup(document: Document, id: str) -> tuple[str, ...]:
    """Put the layers of a block in its place and return their ids. Must be called inside a transaction.

    Raises
    ------
    NetloomError
        if the layer is no block, or one that runs more than once.
    """
    node = document.network.node(id)
    block = node.layer
    if not isinstance(block, Block) or isinstance(block, Timed) or block.repeat > 1:
        raise NetloomError(f"{id} cannot be taken apart: only a block that runs once can.")
    body = block.body.network
    arriving, leaving = document.network.into(id), document.network.out_of(id)
    document.remove(id)
    names = _unpack(document, body, node)
    for wire in body.connections:
        begin = _begin(body, wire, names, arriving)
        if begin is None:
            continue
        if not isinstance(body.layer(wire.target), Output):
            document.connect(Connection(*begin, names[wire.target], wire.target_port))
            continue
        for connection in leaving:
            if connection.source_port == wire.target:
                document.connect(Connection(*begin, connection.target, connection.target_port))
    return tuple(names.values())


def _check_group(network: Network, chosen: list[str]) -> None:
    if not chosen:
        raise NetloomError("Nothing is selected to group: select layers first.")
    for id_ in chosen:
        if isinstance(network.layer(id_), InputLike | Output):
            raise NetloomError(f"{id_} is an end of the network and stays outside of groups: leave it out.")
    outside = {c.target for id_ in chosen for c in network.out_of(id_) if c.target not in chosen}
    back = set(network.downstream(outside)) & set(chosen)
    if back:
        raise NetloomError(
            f"These layers cannot be grouped, because data would leave the group and come back at {sorted(back)[0]}: "
            "select what lies between as well."
        )


def _copy_inside(inner: Document, network: Network, chosen: list[str]) -> None:
    left, top = _corner(network, chosen)
    for id_ in chosen:
        node = network.node(id_)
        inner.add(node.layer, (node.position[0] - left + GAP, node.position[1] - top), id_)
        inner.set_vertical([id_], node.vertical)
        if node.muted:
            inner.mute(id_, True)
    for id_ in chosen:
        owner = network.node(id_).tied
        if owner in chosen:
            inner.tie(id_, owner)
        for connection in network.into(id_).values():
            if connection.source in chosen:
                inner.connect(connection)


def _add_entries(inner: Document, checker: Checker, entering: Iterable[Connection]) -> dict[tuple[str, str], str]:
    """One input layer inside for each value that enters."""
    entries: dict[tuple[str, str], str] = {}
    for connection in entering:
        key = (connection.source, connection.source_port)
        if key not in entries:
            shape = checker.layer_info(connection.source).outputs.get(connection.source_port)
            name = "x" if "x" not in inner.network else fresh_name("x", inner.network)
            entries[key] = inner.add(
                Input(shape=shape.with_length(shape.time) if shape else _unknown()), (0.0, 112.0 * len(entries)), name
            )
        inner.connect(Connection(entries[key], "out", connection.target, connection.target_port))
    return entries


def _unknown() -> Shape:
    """Stands for a shape that the checker does not know yet."""
    return vector(1)


def _add_exits(
    inner: Document, network: Network, chosen: list[str], leaving: Iterable[Connection]
) -> dict[tuple[str, str], str]:
    """One output layer inside for each value that leaves, or for each loose end where none does."""
    values = list(dict.fromkeys((c.source, c.source_port) for c in leaving))
    if not values:
        loose = [id_ for id_ in chosen if not network.out_of(id_)]
        values = [(id_, port) for id_ in loose for port in network.node(id_).outputs[:1]]
    right = max(inner.network.node(id_).position[0] for id_ in chosen) + GAP
    exits: dict[tuple[str, str], str] = {}
    for index, (source, port) in enumerate(values):
        name = "y" if "y" not in inner.network else fresh_name("y", inner.network)
        exits[source, port] = inner.add(Output(), (right, 112.0 * index), name)
        inner.connect(Connection(source, port, exits[source, port], "in"))
    return exits


def _corner(network: Network, ids: Iterable[str]) -> tuple[float, float]:
    places = [network.node(id_).position for id_ in ids]
    return (min(x for x, _ in places), min(y for _, y in places))


def _free(name: str | None, network: Network) -> str | None:
    """``name`` if it can be the block's id, else one made from it, else None for the usual."""
    if name is None:
        return None
    try:
        check_name(name, network)
    except NetloomError:
        stem = possible_name(name.lower()).replace("_", "")
        return fresh_name(stem, network) if stem else None
    return name


def _unpack(document: Document, body: Network, node: Node) -> dict[str, str]:
    inside = [each for each in body if not isinstance(each.layer, InputLike | Output)]
    if not inside:
        return {}
    left, top = _corner(body, [each.id for each in inside])
    names: dict[str, str] = {}
    for each in inside:
        name = copy_name(each.id, each.layer.stem, document.network)
        place = (node.position[0] + each.position[0] - left, node.position[1] + each.position[1] - top)
        names[each.id] = document.add(each.layer, place, name)
        document.set_vertical([names[each.id]], each.vertical)
        if each.muted:
            document.mute(names[each.id], True)
    for each in inside:
        if each.tied and each.tied in names:
            document.tie(names[each.id], names[each.tied])
    return names


def _begin(
    body: Network, wire: Connection, names: Mapping[str, str], arriving: Mapping[str, Connection]
) -> tuple[str, str] | None:
    """Where a wire of the body begins once the block is gone; None if nothing arrived there."""
    if not isinstance(body.layer(wire.source), InputLike):
        return (names[wire.source], wire.source_port)
    outer = arriving.get(wire.source)
    return (outer.source, outer.source_port) if outer else None
