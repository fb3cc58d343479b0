"""ONNX operators that give values another shape: all of them are layout only, which what reads them knows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from app.exchange.onnx_graph import NetworkBuilder, OnnxValue, UnreadableError, attributes, places
from app.exchange.onnx_layout import Layout, reshaped
from app.exchange.onnx_settling import taken

if TYPE_CHECKING:
    from onnx import NodeProto


def _value(builder: NetworkBuilder, name: str) -> OnnxValue:
    """The value, its border made a layer; a factor stays with it."""
    raw = builder.raw(name)
    return raw if raw.border is None else taken(builder, name)


def transpose(builder: NetworkBuilder, node: NodeProto) -> None:
    """Transpose: the axes in another order."""
    value = _value(builder, node.input[0])
    order = attributes(node).get("perm", list(range(len(value.layout)))[::-1])
    builder.values[node.output[0]] = value.lying(tuple(value.layout[at] for at in order))


def squeeze(builder: NetworkBuilder, node: NodeProto) -> None:
    """Squeeze: axes of size 1 go."""
    value, axes = _value(builder, node.input[0]), builder.integers(node, "axes")
    rank = len(value.layout)
    gone = {at for at in range(rank) if not value.layout[at]} if axes is None else {at % rank for at in axes}
    if any(value.layout[at] for at in gone):
        raise UnreadableError("takes an axis away that has a meaning here")
    builder.values[node.output[0]] = value.lying(tuple(axis for at, axis in enumerate(value.layout) if at not in gone))


def unsqueeze(builder: NetworkBuilder, node: NodeProto) -> None:
    """Unsqueeze: axes of size 1 come."""
    value, axes = _value(builder, node.input[0]), builder.integers(node, "axes") or []
    rank = len(value.layout) + len(axes)
    added, waiting = {at % rank for at in axes}, iter(value.layout)
    builder.values[node.output[0]] = value.lying(tuple(() if at in added else next(waiting) for at in range(rank)))


def flatten(builder: NetworkBuilder, node: NodeProto) -> None:
    """Flatten: the axes before a place as one, and those from it on as another."""
    value = _value(builder, node.input[0])
    sizes = places(value)
    at = attributes(node).get("axis", 1)
    at = at + len(sizes) if at < 0 else at
    _reshaped(builder, node, value, [math.prod(sizes[:at]), math.prod(sizes[at:])])


def reshape(builder: NetworkBuilder, node: NodeProto) -> None:
    """Reshape: axes are split and joined."""
    wanted = [int(size) for size in (builder.integers(node, "shape") or [])]
    if node.input[0] in builder.scores:
        _of_scores(builder, node, wanted)
        return
    value = _value(builder, node.input[0])
    _reshaped(builder, node, value, filled(places(value), wanted))


def filled(sizes: tuple[int, ...], wanted: list[int]) -> list[int]:
    """The sizes of a Reshape: 0 is as before, -1 what is left."""
    made = [sizes[at] if size == 0 and at < len(sizes) else size for at, size in enumerate(wanted)]
    known = math.prod(size for size in made if size > 0)
    return [math.prod(sizes) // max(1, known) if size < 0 else size for size in made]


def _reshaped(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, sizes: list[int]) -> None:
    layout: Layout | None = reshaped(value.layout, sizes) if math.prod(sizes) == math.prod(places(value)) else None
    if layout is None:
        raise UnreadableError("gives a shape that cannot be made from what arrives")
    builder.values[node.output[0]] = value.lying(layout)


def _of_scores(builder: NetworkBuilder, node: NodeProto, wanted: list[int]) -> None:
    """Scores of attention, whose samples and heads may be joined or apart."""
    from dataclasses import replace

    scores = builder.scores[node.input[0]]
    sizes = filled(scores.sizes, wanted)
    if tuple(sizes[-2:]) != scores.sizes[-2:] or math.prod(sizes) != math.prod(scores.sizes):
        raise UnreadableError("gives scores of attention another shape")
    builder.scores[node.output[0]] = replace(scores, sizes=tuple(sizes))


def expand(builder: NetworkBuilder, node: NodeProto) -> None:
    """Expand to the sizes that are there already."""
    value = _value(builder, node.input[0])
    wanted = [int(size) for size in builder.constant(node.input[1], "the sizes that it expands to").reshape(-1)]
    if np.broadcast_shapes(places(value), tuple(wanted)) != places(value):
        raise UnreadableError("repeats values, which has no layer here")
    builder.values[node.output[0]] = value


def shape_of(builder: NetworkBuilder, node: NodeProto) -> None:
    """Shape: a constant, in which numbers stand for the batch and for a time that are open."""
    sizes = places(_value(builder, node.input[0]))
    attrs = attributes(node)
    builder.constants[node.output[0]] = np.array(sizes[attrs.get("start", 0) : attrs.get("end")], np.int64)
