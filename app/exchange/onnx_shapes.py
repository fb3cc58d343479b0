"""ONNX operators that give values another shape: most are layout only, which what reads them knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.exchange.onnx_graph import Axis, NetworkBuilder, OnnxValue, UnreadableError, attributes, natural
from graph.shapes import Kind, Shape

if TYPE_CHECKING:
    from onnx import NodeProto


def transpose(builder: NetworkBuilder, node: NodeProto) -> None:
    """Transpose, which is layout only: what reads it knows how the axes lie."""
    value = builder.value(node.input[0])
    order = attributes(node).get("perm", list(range(len(value.axes)))[::-1])
    builder.values[node.output[0]] = value.with_axes(tuple(value.axes[at] for at in order))


def squeeze(builder: NetworkBuilder, node: NodeProto) -> None:
    """Squeeze: axes of size 1 go."""
    value, axes = builder.value(node.input[0]), builder.integers(node, "axes")
    dropped = range(len(value.axes)) if axes is None else [at % len(value.axes) for at in axes]
    if any(value.axes[at] is not None for at in dropped if axes is not None):
        raise UnreadableError("takes an axis away that has a meaning here")
    gone = {at for at in dropped if value.axes[at] is None}
    builder.values[node.output[0]] = value.with_axes(
        tuple(axis for at, axis in enumerate(value.axes) if at not in gone)
    )


def unsqueeze(builder: NetworkBuilder, node: NodeProto) -> None:
    """Unsqueeze: axes of size 1 come."""
    value, axes = builder.value(node.input[0]), builder.integers(node, "axes") or []
    rank = len(value.axes) + len(axes)
    added, waiting = {at % rank for at in axes}, iter(value.axes)
    builder.values[node.output[0]] = value.with_axes(
        tuple(None if at in added else next(waiting) for at in range(rank))
    )


def flatten(builder: NetworkBuilder, node: NodeProto) -> None:
    """Flatten: everything of a sample in one row."""
    value = builder.unbordered(node.input[0]).plain
    if attributes(node).get("axis", 1) != 1:
        raise UnreadableError("lays the batch and the values together")
    _flat(builder, node, value)


def _flat(builder: NetworkBuilder, node: NodeProto, value: OnnxValue) -> None:
    shape = builder.shape(value)
    if value.axes != natural(shape):
        raise UnreadableError(f"lays {shape.described()} in a row in another order of axes than Netloom's")
    if shape.kind is Kind.VECTOR:
        builder.values[node.output[0]] = value
        return
    builder.values[node.output[0]] = OnnxValue(builder.add("flatten", {"in": value}), "out", (0, 1))


def reshape(builder: NetworkBuilder, node: NodeProto) -> None:
    """Reshape: axes of size 1 go, directions join their units, a sample becomes a row, or gets another shape."""
    value = builder.value(node.input[0])
    wanted = [int(size) for size in builder.constant(node.input[1], "the shape that it gives").reshape(-1)]
    joined = _joined(value)
    if joined is not None and len(wanted) == len(joined.axes):
        builder.values[node.output[0]] = joined
        return
    value = builder.unbordered(node.input[0]).plain
    shape = builder.shape(value)
    sizes = [value.axes[at] if size == 0 and at < len(value.axes) else size for at, size in enumerate(wanted)]
    if len(sizes) == len(value.axes) and sizes[1:] == [_size(shape, axis) for axis in value.axes[1:]]:
        builder.values[node.output[0]] = value
        return
    if len(wanted) == 2:
        _flat(builder, node, value)
        return
    _given_shape(builder, node, value, wanted[1:])


def _size(shape: Shape, axis: Axis) -> int | None:
    return shape.sizes[axis - 1] if isinstance(axis, int) and axis > 0 else None


def _given_shape(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, sizes: list[int]) -> None:
    shape = builder.shape(value)
    kind = {2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}.get(len(sizes))
    if value.axes != natural(shape) or kind is None or shape.elements is None:
        raise UnreadableError("gives a shape that cannot be made from what arrives")
    rest = int(np.prod([size for size in sizes if size > 0]))
    full = tuple(shape.elements // rest if size == -1 else size for size in sizes)
    id_ = builder.add("reshape", {"in": value}, shape=Shape(kind, full))
    builder.values[node.output[0]] = OnnxValue(id_, "out", natural(Shape(kind, full)))


def _joined(value: OnnxValue) -> OnnxValue | None:
    """Directions and units as the features they are together, where they lie side by side."""
    if "D" not in value.axes or "H" not in value.axes:
        return None
    at = value.axes.index("D")
    if at + 1 >= len(value.axes) or value.axes[at + 1] != "H":
        return None
    feature = 2 if 1 in value.axes else 1
    return value.with_axes((*value.axes[:at], feature, *value.axes[at + 2 :]))


def shape_of(builder: NetworkBuilder, node: NodeProto) -> None:
    """Shape: a constant, with -1 for the batch and for an unknown time."""
    value = builder.value(node.input[0])
    shape = builder.shape(value)
    sizes = [1 if axis is None else _size(shape, axis) or -1 for axis in value.axes]
    attrs = attributes(node)
    builder.constants[node.output[0]] = np.array(sizes[attrs.get("start", 0) : attrs.get("end")], np.int64)
