"""Repairs where branches of different lengths meet: convolutions and pooling in one of them that keep the length."""

from __future__ import annotations

from collections.abc import Mapping

from graph.checking.fixes import Fix, Replace
from graph.layers.base import Layer, ShapeError
from graph.network import Connection, Network
from graph.shapes import TIMED, Shape


def keeping_lengths(network: Network, id: str, inputs: Mapping[str, Shape]) -> tuple[Fix, ...]:
    """Repairs for a layer at which lengths differ, where one input is what another branch started from."""
    if len(inputs) < 2 or any(shape.kind not in TIMED for shape in inputs.values()):
        return ()
    arriving = network.into(id)
    found = (
        _kept(network, _branch(network, arriving[other], arriving[port]), inputs[port], shape)
        for port in inputs
        for other, shape in inputs.items()
        if other != port and shape.length != inputs[port].length
    )
    return tuple(dict.fromkeys(fix for fix in found if fix is not None))


def _branch(network: Network, end: Connection, start: Connection) -> list[str]:
    """Layers from the output at which ``start`` begins to ``end``, in order; none where they lie otherwise."""
    ids = list[str]()
    while (end.source, end.source_port) != (start.source, start.source_port):
        arriving = tuple(network.into(end.source).values())
        if len(arriving) != 1 or network.node(end.source).muted:
            return []
        ids.append(end.source)
        (end,) = arriving
    return ids[::-1]


def _kept(network: Network, ids: list[str], start: Shape, arrives: Shape) -> Fix | None:
    """The repair that makes a branch keep the length it started with, if that is what changes it."""
    edits, shape = list[Replace](), start
    for id_ in ids:
        layer = network.layer(id_)
        kept = layer if _after(layer, shape).length == start.length else layer.keeping_length()
        if kept is None or (shape := _after(kept, shape)).length != start.length:
            return None
        edits += [Replace(id_, kept)] if kept != layer else []
    if not edits or shape.sizes[1:] != arrives.sizes[1:]:
        return None
    names = " and ".join(edit.target for edit in edits)
    return Fix(f"Let {names} keep the length", tuple(edits))


def _after(layer: Layer, shape: Shape) -> Shape:
    """What leaves a layer of one output; ``shape`` without its length where the layer refuses it."""
    try:
        return next(iter(layer.infer({layer.input_ports()[0].name: shape}).values()))
    except ShapeError:
        return shape.with_length(None)
