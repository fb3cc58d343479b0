"""The network as a directed graph of layers and connections, with their positions, over networkx.

A `Network` is changed only by `graph.changes`, which the document applies; everybody else reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TypeVar

import networkx as nx

from graph.errors import NetloomError
from graph.layers.base import Layer

L = TypeVar("L", bound=Layer)

Position = tuple[float, float]
"""Top left corner of a card on the canvas, in pixels at 100 % zoom."""


@dataclass(frozen=True, order=True)
class Connection:
    """An edge from an output port to an input port. ``(target, target_port)`` is unique in a network."""

    source: str
    source_port: str
    target: str
    target_port: str

    def __str__(self) -> str:
        return f"{self.source}.{self.source_port} -> {self.target}.{self.target_port}"


@dataclass(frozen=True)
class Node:
    """A layer in its place.

    A ``muted`` layer hands its first connected input on as if it were not there. A ``tied`` layer has no weights of
    its own: it uses those of the layer named. A ``vertical`` card has its ports above and below instead of left and
    right; that changes how it is drawn and nothing else.
    """

    id: str
    layer: Layer
    position: Position
    muted: bool = False
    tied: str | None = None
    vertical: bool = False

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the input ports."""
        return tuple(port.name for port in self.layer.input_ports())

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of the output ports."""
        return tuple(port.name for port in self.layer.output_ports())

    def moved(self, position: Position) -> Node:
        """The same layer at another place."""
        node = Node(self.id, self.layer, position, self.muted, self.tied, self.vertical)
        for name in ("inputs", "outputs"):
            if name in self.__dict__:  # ports do not depend on the place, and take long to name for thousands of cards
                node.__dict__[name] = self.__dict__[name]
        return node

    @property
    def mutable(self) -> bool:
        """Whether data can pass the layer by: an end of the network has nothing to hand on."""
        return bool(self.inputs and self.outputs)


class AnnotationKind(StrEnum):
    """What an annotation is: a sticky note, or a frame around layers."""

    NOTE = "note"
    FRAME = "frame"


@dataclass(frozen=True)
class Annotation:
    """A note or a frame on the canvas; it means nothing to the network.

    ``area`` is left, top, width and height in pixels at 100 % zoom; ``hue`` is one of the theme's, from 0 to 7.
    """

    id: str
    kind: AnnotationKind
    text: str
    area: tuple[float, float, float, float]
    hue: int = 0


class Network:
    """Layers by id, and the connections between their ports; always acyclic."""

    def __init__(self, nodes: Iterable[Node] = (), connections: Iterable[Connection] = ()) -> None:
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        # Indices of the layers and of connections by their ends, because networkx's views are slow for single layers.
        self._nodes: dict[str, Node] = {}
        self._into: dict[str, dict[str, Connection]] = {}
        self._out_of: dict[str, dict[Connection, None]] = {}
        self.annotations: dict[str, Annotation] = {}
        for node in nodes:
            self.insert_node(node)
        self.insert_all(connections)

    # Reading

    def __contains__(self, id: object) -> bool:
        return id in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(tuple(self._nodes.values()))

    def node(self, id: str) -> Node:
        """The node called ``id``.

        Raises
        ------
        NetloomError
            if there is none.
        """
        node = self._nodes.get(id)
        if node is None:
            raise NetloomError(f"There is no layer called “{id}” in this network.")
        return node

    def layer(self, id: str) -> Layer:
        """The layer called ``id``."""
        return self.node(id).layer

    def layer_as(self, id: str, kind: type[L]) -> L:
        """The layer called ``id``, which must be of this class."""
        layer = self.layer(id)
        assert isinstance(layer, kind)
        return layer

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids in the order in which the layers were added."""
        return tuple(self._nodes)

    def computes_as(self, other: Network) -> bool:
        """Whether both have the same layers, settings and connections; where layers are drawn does not matter."""

        def computed(network: Network) -> dict[str, tuple[object, ...]]:
            return {node.id: (node.layer, node.muted, node.tied) for node in network}

        return computed(self) == computed(other) and self.connections == other.connections

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All connections, sorted."""
        return tuple(sorted((each for arriving in self._into.values() for each in arriving.values()), key=_parts))

    def into(self, id: str) -> dict[str, Connection]:
        """Connections that arrive at the layer, by input port."""
        return dict(self._into[id])

    def out_of(self, id: str) -> list[Connection]:
        """Connections that leave the layer, sorted."""
        return sorted(self._out_of[id], key=_parts)

    def successors(self, id: str) -> set[str]:
        """Ids of the layers that the layer feeds."""
        return {connection.target for connection in self._out_of[id]}

    def at(self, target: str, port: str) -> Connection | None:
        """The connection that arrives at an input port, if any."""
        return self._into[target].get(port)

    def leading_to(self, ids: Iterable[str]) -> frozenset[str]:
        """Ids of the layers from which a path leads to one of ``ids``, and these themselves."""
        waiting = list(ids)
        leading = set(waiting)
        while waiting:
            for connection in self._into[waiting.pop()].values():
                if connection.source not in leading:
                    leading.add(connection.source)
                    waiting.append(connection.source)
        return frozenset(leading)

    def downstream(self, ids: Iterable[str]) -> list[str]:
        """``ids`` and all layers that depend on them, each after those it depends on."""
        order, seen = list[str](), set[str]()
        for root in ids:
            if root in seen:
                continue
            seen.add(root)
            stack = [(root, iter(self.graph.successors(root)))]
            while stack:
                id_, successors = stack[-1]
                following = next((s for s in successors if s not in seen), None)
                if following is None:
                    order.append(id_)
                    stack.pop()
                else:
                    seen.add(following)
                    stack.append((following, iter(self.graph.successors(following))))
        return order[::-1]

    def lacking(self) -> set[str]:
        """Ids of the layers at which an input is free."""
        return {id_ for id_, node in self._nodes.items() if len(self._into[id_]) < len(node.inputs)}

    def feeding_nothing(self) -> set[str]:
        """Ids of the layers that no connection leaves."""
        return {id_ for id_, leaving in self._out_of.items() if not leaving}

    def reaches(self, start: str, goal: str) -> bool:
        """Whether a path leads from ``start`` to ``goal`` (a layer reaches itself)."""
        waiting, seen = [start], {start}
        while waiting and goal not in seen:
            following = {each.target for each in self._out_of[waiting.pop()]} - seen
            seen |= following
            waiting += following
        return goal in seen

    def ordered(self) -> list[str]:
        """Ids from inputs to outputs; among equals by name, so the order follows from the content alone."""
        missing = {id_: len(arriving) for id_, arriving in self._into.items()}
        ready = [id_ for id_, count in missing.items() if not count]
        heapify(ready)
        order: list[str] = []
        while ready:
            order.append(heappop(ready))
            for connection in self._out_of[order[-1]]:
                missing[connection.target] -= 1
                if not missing[connection.target]:
                    heappush(ready, connection.target)
        return order

    # Rules

    def check_connection(self, connection: Connection) -> None:
        """Refuse a connection that the network cannot hold.

        Raises
        ------
        NetloomError
            naming the reason: unknown layer or port, occupied port, or a cycle.
        """
        self._check_ends(connection)
        if self.reaches(connection.target, connection.source):
            raise _circle(connection)

    def _check_ends(self, connection: Connection) -> None:
        source, target = self.node(connection.source), self.node(connection.target)
        if connection.source_port not in source.outputs:
            raise NetloomError(f"{source.id} has no output called “{connection.source_port}”.")
        if connection.target_port not in target.inputs:
            raise NetloomError(f"{target.id} has no input called “{connection.target_port}”.")
        if self.at(target.id, connection.target_port) is not None:
            raise NetloomError(
                f"The input “{connection.target_port}” of {target.id} is taken: remove its connection first."
            )

    # Writing, for graph.changes and for reading files

    def insert_all(self, connections: Iterable[Connection]) -> None:
        """Check and add many connections at once, in time that grows with their number only.

        Raises
        ------
        NetloomError
            as `check_connection`; it begins with the connection at fault.
        """
        entered = list(connections)
        for connection in entered:
            try:
                self._check_ends(connection)
            except NetloomError as error:
                raise NetloomError(f"connection {connection}: {error}") from None
            self.insert_connection(connection)
        if len(self.ordered()) < len(self):
            circle = {(source, target) for source, target, _ in nx.find_cycle(self.graph)}
            last = next(each for each in reversed(entered) if (each.source, each.target) in circle)
            raise NetloomError(f"connection {last}: {_circle(last)}")

    def insert_node(self, node: Node) -> None:
        """Add a node whose id is free."""
        self.graph.add_node(node.id)
        self._nodes[node.id] = node
        self._into[node.id] = {}
        self._out_of[node.id] = {}

    def remove_node(self, id: str) -> None:
        """Remove a node that has no connections."""
        self.graph.remove_node(id)
        del self._nodes[id], self._into[id], self._out_of[id]

    def replace_node(self, node: Node) -> None:
        """Put ``node`` in the place of the one with its id."""
        self._nodes[node.id] = node

    def insert_connection(self, connection: Connection) -> None:
        """Add a connection that `check_connection` accepts."""
        key = (connection.source_port, connection.target_port)
        self.graph.add_edge(connection.source, connection.target, key=key)
        self._into[connection.target][connection.target_port] = connection
        self._out_of[connection.source][connection] = None

    def remove_connection(self, connection: Connection) -> None:
        """Remove a connection that is there."""
        key = (connection.source_port, connection.target_port)
        self.graph.remove_edge(connection.source, connection.target, key=key)
        del self._into[connection.target][connection.target_port]
        del self._out_of[connection.source][connection]


def _parts(connection: Connection) -> tuple[str, str, str, str]:
    """What connections are sorted by; faster than comparing them themselves."""
    return connection.source, connection.source_port, connection.target, connection.target_port


def _circle(connection: Connection) -> NetloomError:
    source, target = connection.source, connection.target
    return NetloomError(
        f"{source} cannot feed {target}, because {target} already feeds {source}: data would run in a circle."
    )
