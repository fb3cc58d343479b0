"""Fixes: edits that repair a problem, as data, applied in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graph.changes import Section
from graph.document import Document
from graph.drawing.cards import STEP
from graph.drawing.make_room import make_room
from graph.layers.base import Layer, Remedy
from graph.layers.catalogue import discover
from graph.network import Connection, Network, Position
from graph.shapes import Shape


@dataclass(frozen=True)
class Insert:
    """Put a new layer on the connection that arrives at ``port`` of ``target``."""

    target: str
    port: str
    layer: Layer

    def apply(self, document: Document) -> None:
        """Cut the connection, add the layer, connect both sides, and make room for its card."""
        connection = document.network.at(self.target, self.port)
        target = document.network.node(self.target)
        new = document.add(self.layer, target.position)
        document.set_vertical([new], target.vertical)
        if connection is not None:
            document.disconnect(connection)
            source = (connection.source, connection.source_port)
            document.connect(Connection(*source, new, self.layer.input_ports()[0].name))
        document.connect(Connection(new, self.layer.output_ports()[0].name, self.target, self.port))
        make_room(document, new)


@dataclass(frozen=True)
class Replace:
    """Give a layer other settings, or put another layer in its place."""

    target: str
    layer: Layer

    def apply(self, document: Document) -> None:
        """Set the layer."""
        document.set_layer(self.target, self.layer)


@dataclass(frozen=True)
class Append:
    """Add a layer behind ``source``, or alone where ``source`` is None."""

    source: str | None
    layer: Layer

    def apply(self, document: Document) -> None:
        """Add the layer, connected if it has an input and there is a source."""
        new = document.add(self.layer, _beside(document, self.source))
        if self.source is not None and self.layer.input_ports():
            port = document.network.node(self.source).outputs[0]
            document.connect(Connection(self.source, port, new, self.layer.input_ports()[0].name))


@dataclass(frozen=True)
class Prepend:
    """Add a layer in front of the free input ``port`` of ``target``."""

    target: str
    port: str
    layer: Layer

    def apply(self, document: Document) -> None:
        """Add and connect the layer, in front of the target where there is room, else below what stands there."""
        x, y = document.network.node(self.target).position
        place = x - STEP, y
        while any(_close(node.position, place) for node in document.network):
            place = place[0], place[1] + STEP / 2
        new = document.add(self.layer, place)
        document.connect(Connection(new, self.layer.output_ports()[0].name, self.target, self.port))


@dataclass(frozen=True)
class Join:
    """Connect a free input."""

    connection: Connection

    def apply(self, document: Document) -> None:
        """Connect."""
        document.connect(self.connection)


@dataclass(frozen=True)
class Lead:
    """Connect an input, in place of what arrives there."""

    connection: Connection

    def apply(self, document: Document) -> None:
        """Remove the connection that is there, and connect."""
        old = document.network.at(self.connection.target, self.connection.target_port)
        if old is not None:
            document.disconnect(old)
        document.connect(self.connection)


@dataclass(frozen=True)
class Remove:
    """Remove a layer and its connections."""

    target: str

    def apply(self, document: Document) -> None:
        """Remove it."""
        document.remove(self.target)


@dataclass(frozen=True)
class Bypass:
    """Take a layer out of the flow: what was connected to it is connected to what follows."""

    target: str

    def apply(self, document: Document) -> None:
        """Remove the layer and heal the wires."""
        network = document.network
        ports = network.into(self.target)
        arriving = next((ports[port] for port in network.node(self.target).inputs if port in ports), None)
        leaving = network.out_of(self.target)
        document.remove(self.target)
        if arriving is not None:
            source = (arriving.source, arriving.source_port)
            for connection in leaving:
                document.connect(Connection(*source, connection.target, connection.target_port))


@dataclass(frozen=True)
class Write:
    """Give another value to a section of the project beside the network."""

    section: str
    value: Section

    def apply(self, document: Document) -> None:
        """Set the section."""
        document.set_section(self.section, self.value)


@dataclass(frozen=True)
class Change:
    """Change some values of a section of the project, and leave the others as they are then."""

    section: str
    values: Mapping[str, Any]

    def apply(self, document: Document) -> None:
        """Set the section."""
        old = document.sections.get(self.section)
        document.set_section(self.section, {**(old if isinstance(old, Mapping) else {}), **self.values})


class Edit(Protocol):
    """One step of a fix, such as those above."""

    def apply(self, document: Document) -> None:
        """Make the edit, inside a transaction."""


@dataclass(frozen=True)
class Fix:
    """A named repair: one click applies it, one undo takes it back."""

    title: str
    edits: tuple[Edit, ...]

    def apply(self, document: Document) -> None:
        """Apply all edits in one transaction named after the fix."""
        with document.transaction(self.title):
            for edit in self.edits:
                edit.apply(document)


def from_remedy(remedy: Remedy, target: str) -> Fix:
    """The repair that a layer proposes for itself, for the layer called ``target``."""
    edits: list[Edit] = [Insert(target, port, layer) for port, layer in remedy.insert]
    if remedy.replace is not None:
        edits.append(Replace(target, remedy.replace))
    return Fix(remedy.title, tuple(edits))


FixOffer = Callable[[Network, str, Mapping[str, Shape]], tuple[Fix, ...]]
"""Fixes for the layer of a network that refuses the shapes arriving at its ports."""

_OFFERS: list[FixOffer] = []


def offers_fixes(offer: FixOffer) -> FixOffer:
    """Register repairs that need more than the layer itself, such as grouping it with others."""
    _OFFERS.append(offer)
    return offer


def offered_fixes(network: Network, id: str, inputs: Mapping[str, Shape]) -> tuple[Fix, ...]:
    """All registered repairs for a layer that refuses ``inputs``."""
    discover()
    return tuple(fix for offer in _OFFERS for fix in offer(network, id, inputs))


def _beside(document: Document, source: str | None) -> Position:
    """A free place: right of ``source``, or right of everything."""
    if source is not None:
        x, y = document.network.node(source).position
        return (x + STEP, y)
    places = [node.position for node in document.network]
    return (max(x for x, _ in places) + STEP, min(y for _, y in places)) if places else (0.0, 0.0)


def _close(first: Position, second: Position) -> bool:
    """Whether cards at both places would overlap."""
    return abs(first[0] - second[0]) < STEP and abs(first[1] - second[1]) < STEP / 2
