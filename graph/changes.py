"""Changes: edits of a network as frozen values, each with its inverse, addressed by id.

Each change applies itself to the content of a document and knows its inverse. Undo, the recovery journal and every
view are built on these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from graph.layers.base import Layer
from graph.network import Annotation, Connection, Network, Node, Position

Section = Mapping[str, Any] | str | None
"""A part of a project beside the network, as JSON; graph does not look inside."""


@dataclass
class Content:
    """What a document edits: the network and the project's other sections."""

    network: Network
    sections: dict[str, Section] = field(default_factory=dict)


class _Exchange:
    """A change from ``old`` to ``new``, which the change from ``new`` to ``old`` undoes."""

    old: Any
    new: Any

    def inverse(self) -> Self:
        """Back to what was."""
        return type(self)(**{**vars(self), "old": self.new, "new": self.old})


@dataclass(frozen=True)
class LayerAdded:
    """A layer without connections appeared."""

    node: Node

    def apply(self, content: Content) -> None:
        """Insert the node."""
        content.network.insert_node(self.node)

    def inverse(self) -> Change:
        """Its removal."""
        return LayerRemoved(self.node)


@dataclass(frozen=True)
class LayerRemoved:
    """A layer without connections disappeared."""

    node: Node

    def apply(self, content: Content) -> None:
        """Remove the node."""
        content.network.remove_node(self.node.id)

    def inverse(self) -> Change:
        """Its return."""
        return LayerAdded(self.node)


@dataclass(frozen=True)
class LayerSet(_Exchange):
    """A layer's settings changed, or another layer took its place."""

    id: str
    old: Layer
    new: Layer

    def apply(self, content: Content) -> None:
        """Put the new layer in the node."""
        content.network.replace_node(replace(content.network.node(self.id), layer=self.new))


@dataclass(frozen=True)
class LayerMoved(_Exchange):
    """A card moved on the canvas."""

    id: str
    old: Position
    new: Position

    def apply(self, content: Content) -> None:
        """Move the node."""
        content.network.replace_node(content.network.node(self.id).moved(self.new))


@dataclass(frozen=True)
class LayerRenamed(_Exchange):
    """A layer got another id."""

    old: str
    new: str

    def apply(self, content: Content) -> None:
        """Rename the node and the ends of its connections."""
        network = content.network
        node, connections = (
            network.node(self.old),
            [*network.into(self.old).values(), *network.out_of(self.old)],
        )
        for connection in connections:
            network.remove_connection(connection)
        network.remove_node(self.old)
        network.insert_node(replace(node, id=self.new))
        for connection in connections:
            network.insert_connection(renamed(connection, self.old, self.new))
        for follower in [follower for follower in network if follower.tied == self.old]:
            network.replace_node(replace(follower, tied=self.new))


@dataclass(frozen=True)
class LayerMarked(_Exchange):
    """A layer was muted or unmuted, tied to another's weights or given its own."""

    old: Node
    new: Node

    def apply(self, content: Content) -> None:
        """Put the marks of the new node on the layer."""
        content.network.replace_node(self.new)


@dataclass(frozen=True)
class AnnotationSet(_Exchange):
    """A note or frame appeared (``old`` is None), changed, or disappeared (``new`` is None)."""

    old: Annotation | None
    new: Annotation | None

    def apply(self, content: Content) -> None:
        """Store or remove the annotation."""
        if self.old is not None:
            del content.network.annotations[self.old.id]
        if self.new is not None:
            content.network.annotations[self.new.id] = self.new


@dataclass(frozen=True)
class Connected:
    """A connection appeared."""

    connection: Connection

    def apply(self, content: Content) -> None:
        """Insert the connection."""
        content.network.insert_connection(self.connection)

    def inverse(self) -> Change:
        """Its removal."""
        return Disconnected(self.connection)


@dataclass(frozen=True)
class Disconnected:
    """A connection disappeared."""

    connection: Connection

    def apply(self, content: Content) -> None:
        """Remove the connection."""
        content.network.remove_connection(self.connection)

    def inverse(self) -> Change:
        """Its return."""
        return Connected(self.connection)


@dataclass(frozen=True)
class SectionSet(_Exchange):
    """Another section of the project changed: data, plan, notes or about."""

    section: str
    old: Section
    new: Section

    def apply(self, content: Content) -> None:
        """Store the new value; None removes the section."""
        if self.new is None:
            content.sections.pop(self.section, None)
        else:
            content.sections[self.section] = self.new


Change = (
    LayerAdded
    | LayerRemoved
    | LayerSet
    | LayerMoved
    | LayerRenamed
    | LayerMarked
    | AnnotationSet
    | Connected
    | Disconnected
    | SectionSet
)


def renamed(connection: Connection, old: str, new: str) -> Connection:
    """The connection with the layer ``old`` called ``new``."""
    source = new if connection.source == old else connection.source
    target = new if connection.target == old else connection.target
    return replace(connection, source=source, target=target)
