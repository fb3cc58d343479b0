"""Edits that hands on the canvas make, as steps inside an open transaction; nothing here knows Qt."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Sequence

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing import cards
from graph.drawing.folding import FOLD_GAP
from graph.drawing.layout import arrange
from graph.layers.base import Layer
from graph.layers.io import Input
from graph.network import Connection, Network, Node, Position
from graph.structure.blocks import Block, Body
from graph.structure.grouping import group


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


def group_in_place(document: Document, checker: Checker, ids: Sequence[str]) -> str:
    """Put layers into a block where the first of them stood, its inside laid out afresh; returns the block's id.

    Where all of them are vertical the block is too, and its inside runs from top to bottom.
    """
    chosen, down = set(ids), all(document.network.node(id_).vertical for id_ in ids)
    first = next((id_ for id_ in document.network.ordered() if id_ in chosen), None)
    place = document.network.node(first).position if first is not None else (0.0, 0.0)
    made = group(document, checker, ids)
    block = document.network.layer(made)
    assert isinstance(block, Block)
    inner = block.body.document()
    with inner.transaction("Arrange layers"):
        inner.set_vertical(inner.network.ids, down)
        inner.move(arrange(inner.network, direction="down" if down else "right"))
    document.set_vertical([made], down)
    document.set_layer(made, block.changed(body=Body.of(inner.network)))
    document.move({made: place})
    return made


def identifier(text: str) -> str:
    """A layer's id made from what a person typed; empty where nothing of it can be one."""
    words = "".join(letter.lower() if letter.isascii() and letter.isalnum() else "_" for letter in text)
    found = re.sub("_+", "_", words).strip("_")
    return found if found[:1].isalpha() and not keyword.iskeyword(found) else ""


def insert_on(document: Document, connection: Connection, id: str) -> None:
    """Lead a connection through a layer that has an input and an output."""
    network, node = document.network, document.network.node(id)
    document.set_vertical([id], network.node(connection.source).vertical and network.node(connection.target).vertical)
    document.disconnect(connection)
    document.connect(Connection(connection.source, connection.source_port, id, node.inputs[0]))
    document.connect(Connection(id, node.outputs[0], connection.target, connection.target_port))


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
        found = next((c for c in outer if c.target == current), None)
        if found is not None:
            return found
        before = [c.source for c in inner if c.target == current and c.source not in seen]
        seen.update(before)
        queue += before
    return None


def beside(network: Network, id: str) -> Position:
    """A place to the right of a card where there is no other card; below a vertical one."""
    x, y = network.node(id).position
    if network.node(id).vertical:
        return clear_place(network, (x, y + cards.box(network.node(id))[3] + cards.COLUMN_GAP))
    return clear_place(network, (x + cards.WIDTH + cards.COLUMN_GAP, y))


def row_of(network: Network, id: str) -> list[str]:
    """The layers that lead to ``id`` in its row of cards, and itself, from left to right."""
    row = [id]
    while True:
        (x, y), found = network.node(row[0]).position, network.into(row[0]).values()
        before = [c.source for c in found if _in_row(network.node(c.source).position, (x, y))]
        if not before:
            return row
        row.insert(0, before[0])


def _in_row(place: Position, behind: Position) -> bool:
    return place[0] < behind[0] and abs(place[1] - behind[1]) < cards.ROW_GAP


def below(network: Network, row: Sequence[str]) -> Position:
    """The place where the next row begins, under a row of cards."""
    boxes = [cards.box(network.node(id_)) for id_ in row]
    top = max(y + height for _, y, _, height in boxes) + FOLD_GAP
    return clear_place(network, (boxes[0][0], math.ceil(top / cards.GRID) * cards.GRID))


def clear_place(network: Network, place: Position, height: float = 76.0) -> Position:
    """The place itself, or the next below it where a card of this height covers no other."""
    x, y = place
    boxes = [cards.box(node) for node in network]
    near = [box for box in boxes if box[0] < x + cards.WIDTH and box[0] + box[2] > x]
    while True:
        hit = next((box for box in near if box[1] < y + height and box[1] + box[3] > y), None)
        if hit is None:
            return x, y
        y = hit[1] + hit[3] + cards.ROW_GAP
