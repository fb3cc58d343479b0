"""Layers as text: what is copied can be pasted into another window, a mail or a lesson, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graph import strict_json
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.catalogue import parse_layer
from graph.naming import copy_name
from graph.network import Connection, Network, Position

MARK = "netloom-layers"
"""The key that tells our text from any other."""

VERSION = 1
"""Version of the text's form."""

LARGEST = 20_000_000
"""Characters that are looked at; more is not ours."""


def write(network: Network, ids: Iterable[str]) -> str:
    """The layers and the connections among them as JSON text."""
    chosen = list(ids)
    group = set(chosen)
    layers = []
    for id_ in chosen:
        node = network.node(id_)
        entry: dict[str, Any] = {
            "id": id_,
            "kind": node.layer.kind,
            "settings": node.layer.values(),
            "position": list(node.position),
        }
        if node.muted:
            entry["muted"] = True
        if node.vertical:
            entry["turned"] = True
        if node.tied in group:
            entry["linked"] = node.tied
        layers.append(entry)
    inner = [c for c in network.connections if c.source in group and c.target in group]
    wires = [[c.source, c.source_port, c.target, c.target_port] for c in inner]
    return json.dumps({MARK: VERSION, "layers": layers, "connections": wires}, indent=1)


def paste(document: Document, text: str, shift: Position | None = None, corner: Position | None = None) -> list[str]:
    """Add the layers of ``text`` inside an open transaction, under fresh names; returns their ids.

    Parameters
    ----------
    shift
        how far from where they were copied.
    corner
        where the top left of the group goes instead.

    Raises
    ------
    NetloomError
        if the text does not hold layers that this Netloom knows.
    """
    entries, wires, marks = _parse(text)
    if corner is not None and entries:
        left, top = min(place[0] for _, _, place in entries), min(place[1] for _, _, place in entries)
        shift = (corner[0] - left, corner[1] - top)
    dx, dy = shift or (0.0, 0.0)
    names: dict[str, str] = {}
    for id_, layer, (x, y) in entries:
        name = copy_name(id_, layer.stem, document.network)
        names[id_] = document.add(layer, (x + dx, y + dy), name)
    for wire in wires:
        if wire.source not in names or wire.target not in names:
            raise NetloomError(f"The copied connection {wire} names a layer that was not copied with it.")
        document.connect(Connection(names[wire.source], wire.source_port, names[wire.target], wire.target_port))
    for id_, (muted, vertical, owner) in marks.items():
        document.mute(names[id_], muted)
        document.set_vertical([names[id_]], vertical)
        if owner in names:
            document.tie(names[id_], names[owner])
    return list(names.values())


Marks = dict[str, tuple[bool, bool, str]]
"""Which copied layers are muted, which are vertical, and whose weights they use; empty for their own."""


def _parse(text: str) -> tuple[list[tuple[str, Layer, Position]], list[Connection], Marks]:
    foreign = NetloomError("The clipboard holds no layers: copy some on a canvas first.")
    damaged = NetloomError("The copied layers are damaged: copy them again.")
    if len(text) > LARGEST:
        raise foreign
    try:
        content = strict_json.parse(text, "The copied layers")
    except NetloomError:
        raise (damaged if MARK in text[:99] else foreign) from None
    if not isinstance(content, dict) or content.get(MARK) != VERSION:
        raise foreign
    try:
        layers = [_entry(value) for value in content["layers"]]
        wires = [Connection(*(str(part) for part in wire)) for wire in content["connections"]]
        marks = {str(v["id"]): _marks(v) for v in content["layers"]}
    except (KeyError, TypeError, ValueError, OverflowError):
        raise damaged from None
    if len({id_ for id_, _, _ in layers}) < len(layers):
        raise NetloomError("The copied layers are damaged: two have the same name.")
    return layers, wires, marks


def _marks(value: Mapping[str, Any]) -> tuple[bool, bool, str]:
    return value.get("muted") is True, value.get("turned") is True, str(value.get("linked", ""))


def _entry(value: Mapping[str, Any]) -> tuple[str, Layer, Position]:
    id_ = str(value["id"])
    x, y = value["position"]
    place = float(x), float(y)
    if not all(abs(part) < 1e7 for part in place):
        raise ValueError("position")
    return id_, parse_layer(value["kind"], value["settings"], f"Copied layer {id_}"), place
