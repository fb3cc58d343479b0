"""Serialisation of changes (a write-ahead log of edits): each as a short JSON list that begins with its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.changes import (
    AnnotationSet,
    Change,
    Connected,
    Content,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerMoved,
    LayerRemoved,
    LayerRenamed,
    LayerSet,
    SectionSet,
)
from graph.errors import NetloomError
from graph.project import annotation_json, node_json, parse_annotation, parse_connection, parse_node, parse_position

PLACE = "edit"


def change_json(change: Change) -> list[Any]:
    """A change as JSON: what it leads to, without what was before, which the content knows that it is applied to."""
    kind, parts = _WRITERS[type(change)]
    return [kind, *parts(change)]


def parse_change(value: object, content: Content) -> Change:
    """The change that `change_json` wrote, as one of ``content``.

    Raises
    ------
    NetloomError
        if it is none, or does not fit the content.
    """
    try:
        kind, *parts = value if isinstance(value, list) else []
        return _READERS[kind](content, *parts)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NetloomError("An edit in the journal makes no sense.") from None


def _set(content: Content, id_: str, kind: str, values: Mapping[str, Any]) -> Change:
    node = content.network.node(id_)
    new = parse_node({"id": id_, "kind": kind, "settings": values}, PLACE)
    return LayerSet(id_, node.layer, new.layer)


def _move(content: Content, id_: str, left: float, top: float) -> Change:
    return LayerMoved(id_, content.network.node(id_).position, parse_position([left, top], PLACE))


def _mark(content: Content, value: Mapping[str, Any]) -> Change:
    node = parse_node(value, PLACE)
    return LayerMarked(content.network.node(node.id), node)


def _remark(content: Content, before: str | None, after: Mapping[str, Any] | None) -> Change:
    old = content.network.annotations[before] if before is not None else None
    return AnnotationSet(old, parse_annotation(after, PLACE) if after is not None else None)


_READERS: Mapping[str, Callable[..., Change]] = {
    "add": lambda content, value: LayerAdded(parse_node(value, PLACE)),
    "remove": lambda content, id_: LayerRemoved(content.network.node(id_)),
    "set": _set,
    "move": _move,
    "rename": lambda content, old, new: LayerRenamed(content.network.node(old).id, new),
    "mark": _mark,
    "remark": _remark,
    "connect": lambda content, text: Connected(parse_connection(text, PLACE)),
    "disconnect": lambda content, text: Disconnected(parse_connection(text, PLACE)),
    "section": lambda content, name, value: SectionSet(name, content.sections.get(name), value),
}


_WRITERS: Mapping[type, tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
    LayerAdded: ("add", lambda change: (node_json(change.node),)),
    LayerRemoved: ("remove", lambda change: (change.node.id,)),
    LayerSet: ("set", lambda change: (change.id, change.new.kind, change.new.values())),
    LayerMoved: ("move", lambda change: (change.id, *change.new)),
    LayerRenamed: ("rename", lambda change: (change.old, change.new)),
    LayerMarked: ("mark", lambda change: (node_json(change.new),)),
    AnnotationSet: (
        "remark",
        lambda change: (change.old and change.old.id, change.new and annotation_json(change.new)),
    ),
    Connected: ("connect", lambda change: (str(change.connection),)),
    Disconnected: ("disconnect", lambda change: (str(change.connection),)),
    SectionSet: ("section", lambda change: (change.section, change.new)),
}
