"""The difference between two networks, as the changes that lead from one to the other."""

from __future__ import annotations

from graph.changes import (
    AnnotationSet,
    Change,
    Connected,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerMoved,
    LayerRemoved,
    LayerSet,
)
from graph.network import Network, Node


def changes_between(old: Network, new: Network) -> tuple[Change, ...]:
    """Changes that turn ``old`` into ``new``, in an order in which they can be applied.

    Layers are identified by id, so a renamed layer is one that went and one that came.
    """
    before, after = set(old.connections), set(new.connections)
    kept = [id_ for id_ in old.ids if id_ in new]
    return (
        *(Disconnected(connection) for connection in sorted(before - after)),
        *(LayerRemoved(old.node(id_)) for id_ in old.ids if id_ not in new),
        *(LayerAdded(new.node(id_)) for id_ in new.ids if id_ not in old),
        *(change for id_ in kept for change in _node_changes(old.node(id_), new.node(id_))),
        *(Connected(connection) for connection in sorted(after - before)),
        *_annotation_changes(old, new),
    )


def _node_changes(old: Node, new: Node) -> list[Change]:
    changes: list[Change] = []
    if old.layer != new.layer:
        changes.append(LayerSet(old.id, old.layer, new.layer))
    if old.position != new.position:
        changes.append(LayerMoved(old.id, old.position, new.position))
    if (old.muted, old.tied, old.vertical) != (new.muted, new.tied, new.vertical):
        unmarked = Node(new.id, new.layer, new.position, old.muted, old.tied, old.vertical)
        changes.append(LayerMarked(unmarked, new))
    return changes


def _annotation_changes(old: Network, new: Network) -> list[Change]:
    names = sorted(set(old.annotations) | set(new.annotations))
    pairs = [(old.annotations.get(name), new.annotations.get(name)) for name in names]
    return [AnnotationSet(before, after) for before, after in pairs if before != after]
