"""ONNX operators on constants: what they give is calculated as the file is read, and becomes no layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import NetworkBuilder, UnreadableError, attributes

if TYPE_CHECKING:
    from onnx import NodeProto


def _gathered(builder: NetworkBuilder, node: NodeProto) -> Array:
    values, index = (builder.constants[name] for name in node.input)
    return np.take(values, index.astype(np.int64), axis=attributes(node).get("axis", 0))


def _opened(builder: NetworkBuilder, node: NodeProto) -> Array:
    return np.expand_dims(builder.constants[node.input[0]], tuple(builder.integers(node, "axes") or [0]))


def _closed(builder: NetworkBuilder, node: NodeProto) -> Array:
    axes = builder.integers(node, "axes")
    return np.squeeze(builder.constants[node.input[0]], None if axes is None else tuple(axes))


def _listed(builder: NetworkBuilder, node: NodeProto) -> Array:
    return np.concatenate([builder.constants[name] for name in node.input], attributes(node)["axis"])


def _same(builder: NetworkBuilder, node: NodeProto) -> Array:
    return builder.constants[node.input[0]]


def _filled(builder: NetworkBuilder, node: NodeProto) -> Array:
    sizes = np.maximum(builder.constants[node.input[0]], 1)
    if np.prod(sizes.astype(float)) > 2**24:
        raise UnreadableError("fills a very large constant")
    value = attributes(node).get("value")
    number = 0.0 if value is None else float(_array(value).reshape(-1)[0])
    return np.full(tuple(int(size) for size in sizes), number, np.float32)


def _array(tensor: Any) -> Array:
    from onnx import numpy_helper

    values: Array = numpy_helper.to_array(tensor)
    return values


def _constant(builder: NetworkBuilder, node: NodeProto) -> Array:
    [(name, value)] = attributes(node).items()
    if name == "value":
        return _array(value)
    if name.startswith(("value_int", "value_float")):
        return np.array(value, np.int64 if "int" in name else np.float32)
    raise UnreadableError(f"is a constant of a kind that is not read ({name})")


def _turned(builder: NetworkBuilder, node: NodeProto) -> Array:
    return np.transpose(builder.constants[node.input[0]], attributes(node).get("perm"))


def _reshaped(builder: NetworkBuilder, node: NodeProto) -> Array:
    return builder.constants[node.input[0]].reshape([int(size) for size in builder.constants[node.input[1]]])


FOLDS: dict[str, Callable[[NetworkBuilder, NodeProto], Array]] = {
    "Cast": _same,
    "Concat": _listed,
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Expand": _same,
    "Gather": _gathered,
    "Identity": _same,
    "Reshape": _reshaped,
    "Squeeze": _closed,
    "Transpose": _turned,
    "Unsqueeze": _opened,
}
"""Operators that are calculated where all they read is constant."""
