"""ONNX operators on constants: what they give is calculated here with numpy as the file is read, and becomes no layer.

Sizes that the file leaves open are numbers too while they are calculated (`app.exchange.onnx_graph.ANY_BATCH`); what is
filled or expanded to such a size takes no memory, because numpy repeats without copying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import LARGEST, NetworkBuilder, UnreadableError, attributes, in_memory, input_name

if TYPE_CHECKING:
    from onnx import NodeProto

Fold = Callable[[NetworkBuilder, "NodeProto"], Array]


def fold(builder: NetworkBuilder, node: NodeProto) -> bool:
    """Calculate an operator all of whose inputs are constants; False where it is none, or is not calculated here.

    Raises
    ------
    UnreadableError
        if what it gives would be very large.
    """
    if node.op_type == "Split" and all(name in builder.constants for name in node.input if name):
        for name, part in zip(node.output, _parts(builder, node), strict=True):
            builder.constants[name] = part
        return True
    if node.op_type == "CastLike" and node.input[0] in builder.constants:
        builder.constants[node.output[0]] = builder.constants[node.input[0]]  # all numbers here are of one kind
        return True
    if node.op_type not in FOLDS or not all(name in builder.constants for name in node.input if name):
        return False
    with np.errstate(all="ignore"):
        builder.constants[node.output[0]] = FOLDS[node.op_type](builder, node)
    return True


def _given(builder: NetworkBuilder, node: NodeProto) -> list[Array]:
    return [builder.constants[name] for name in node.input if name]


def _bounded(values: Sequence[Array], sizes: Sequence[int] | None = None) -> None:
    """Refuse what would take very much memory."""
    shape = tuple(sizes) if sizes is not None else np.broadcast_shapes(*(one.shape for one in values))
    if np.prod([float(size) for size in shape]) > LARGEST:
        raise UnreadableError("calculates a very large constant")


def _by(function: Callable[..., Any]) -> Fold:
    """A function of numpy that works on each number."""

    def folded(builder: NetworkBuilder, node: NodeProto) -> Array:
        values = _given(builder, node)
        _bounded(values)
        found = np.asarray(function(*values))
        same = {one.dtype for one in values}
        # numpy makes 64-bit numbers of some 32-bit ones.
        return found.astype(same.pop()) if len(same) == 1 and found.dtype.kind == "f" else found

    return folded


def _divided(one: Array, other: Array) -> Array:
    """As ONNX divides: whole numbers are cut off towards zero."""
    whole = one.dtype.kind in "iu" and other.dtype.kind in "iu"
    return np.asarray(np.trunc(one / other).astype(one.dtype) if whole else one / other)


def _gathered(builder: NetworkBuilder, node: NodeProto) -> Array:
    values, index = (builder.constants[name] for name in node.input)
    axis = attributes(node).get("axis", 0)
    _bounded([], [in_memory(index).size, *(size for at, size in enumerate(values.shape) if at != axis % values.ndim)])
    return np.take(values, index.astype(np.int64), axis=axis)


def _opened(builder: NetworkBuilder, node: NodeProto) -> Array:
    return np.expand_dims(builder.constants[node.input[0]], tuple(builder.integers(node, "axes") or [0]))


def _closed(builder: NetworkBuilder, node: NodeProto) -> Array:
    axes = builder.integers(node, "axes")
    return np.squeeze(builder.constants[node.input[0]], None if axes is None else tuple(axes))


def _listed(builder: NetworkBuilder, node: NodeProto) -> Array:
    values = _given(builder, node)
    _bounded([], [sum(one.size for one in values)])
    return np.concatenate(values, attributes(node)["axis"])


def _same(builder: NetworkBuilder, node: NodeProto) -> Array:
    return builder.constants[node.input[0]]


def _cast(builder: NetworkBuilder, node: NodeProto) -> Array:
    from onnx.helper import tensor_dtype_to_np_dtype

    values = builder.constants[node.input[0]]
    if values.strides and not all(values.strides):
        return values  # an expanded constant keeps taking no memory
    return values.astype(tensor_dtype_to_np_dtype(attributes(node)["to"]))


def _filled(builder: NetworkBuilder, node: NodeProto) -> Array:
    value = attributes(node).get("value")
    number = np.zeros((), np.float32) if value is None else _array(value).reshape(())
    return np.broadcast_to(number, tuple(max(0, int(size)) for size in builder.constants[node.input[0]]))


def _expanded(builder: NetworkBuilder, node: NodeProto) -> Array:
    values, sizes = (builder.constants[name] for name in node.input)
    return np.broadcast_to(values, np.broadcast_shapes(values.shape, tuple(map(int, sizes))))


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
    values, wanted = (builder.constants[name] for name in node.input)
    sizes = [values.shape[at] if size == 0 else int(size) for at, size in enumerate(wanted)]
    if values.size and values.strides and not any(values.strides):
        return np.broadcast_to(values[(0,) * values.ndim], _whole(values, sizes))
    _bounded([values])
    return values.reshape(sizes)


def _whole(values: Array, sizes: list[int]) -> tuple[int, ...]:
    known = int(np.prod([size for size in sizes if size >= 0], dtype=np.int64)) or 1
    return tuple(values.size // known if size < 0 else size for size in sizes)


def _sliced(builder: NetworkBuilder, node: NodeProto) -> Array:
    values = builder.constants[node.input[0]]
    cuts = [slice(None)] * values.ndim
    for axis, cut in slices(builder, node, values.ndim).items():
        cuts[axis] = cut
    return values[tuple(cuts)]


def slices(builder: NetworkBuilder, node: NodeProto, rank: int) -> dict[int, slice]:
    """What a Slice takes along each axis that it names."""
    starts, ends = (builder.integers(node, name, at) or [] for name, at in (("starts", 1), ("ends", 2)))
    axes = builder.integers(node, "axes", 3) or list(range(len(starts)))
    steps = builder.integers(node, "steps", 4) or [1] * len(starts)
    return {
        axis % rank: slice(start, end, step) if step > 0 or end >= -(2**31) else slice(start, None, step)
        for axis, start, end, step in zip(axes, starts, ends, steps, strict=True)
    }


def _parts(builder: NetworkBuilder, node: NodeProto) -> list[Array]:
    values, axis = builder.constants[node.input[0]], attributes(node).get("axis", 0)
    sizes = builder.integers(node, "split")
    cuts = np.cumsum(sizes)[:-1].tolist() if sizes else len(node.output)
    return np.array_split(values, cuts, axis)


def _counted(builder: NetworkBuilder, node: NodeProto) -> Array:
    start, end, step = (builder.constants[name].reshape(()).item() for name in node.input)
    _bounded([], [max(0, int((end - start) / step))])
    numbers: Array = np.arange(start, end, step).astype(builder.constants[node.input[0]].dtype)
    return numbers


def _chosen(builder: NetworkBuilder, node: NodeProto) -> Array:
    condition, one, other = _given(builder, node)
    _bounded([condition, one, other])
    return np.where(condition, one, other)


def _reduced(function: Callable[..., Any]) -> Fold:
    def folded(builder: NetworkBuilder, node: NodeProto) -> Array:
        axes, attrs = builder.integers(node, "axes"), attributes(node)
        values = in_memory(builder.constants[node.input[0]])
        over = None if not axes else tuple(axes)
        return np.asarray(function(values, axis=over, keepdims=bool(attrs.get("keepdims", 1)))).astype(values.dtype)

    return folded


def _size_of(builder: NetworkBuilder, node: NodeProto) -> Array:
    attrs = attributes(node)
    return np.array(builder.constants[node.input[0]].shape[attrs.get("start", 0) : attrs.get("end")], np.int64)


def _triangle(builder: NetworkBuilder, node: NodeProto) -> Array:
    values, places = builder.constants[node.input[0]], input_name(node, 1)
    _bounded([values])
    at = int(builder.constants[places].reshape(())) if places else 0
    return np.triu(values, at) if attributes(node).get("upper", 1) else np.tril(values, at)


FOLDS: dict[str, Fold] = {
    "Abs": _by(np.abs),
    "Add": _by(np.add),
    "And": _by(np.logical_and),
    "Cast": _cast,
    "CastLike": _same,
    "Ceil": _by(np.ceil),
    "Concat": _listed,
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Cos": _by(np.cos),
    "Div": _by(_divided),
    "Equal": _by(np.equal),
    "Exp": _by(np.exp),
    "Expand": _expanded,
    "Floor": _by(np.floor),
    "Gather": _gathered,
    "Greater": _by(np.greater),
    "GreaterOrEqual": _by(np.greater_equal),
    "Identity": _same,
    "Less": _by(np.less),
    "LessOrEqual": _by(np.less_equal),
    "Log": _by(np.log),
    "Max": _by(lambda *values: np.maximum.reduce(np.broadcast_arrays(*values))),
    "Min": _by(lambda *values: np.minimum.reduce(np.broadcast_arrays(*values))),
    "Mod": _by(np.mod),
    "Mul": _by(np.multiply),
    "Neg": _by(np.negative),
    "Not": _by(np.logical_not),
    "Or": _by(np.logical_or),
    "Pow": _by(np.power),
    "Range": _counted,
    "Reciprocal": _by(np.reciprocal),
    "ReduceL2": _reduced(lambda values, **how: np.sqrt(np.sum(np.square(values), **how))),
    "ReduceMax": _reduced(np.max),
    "ReduceMean": _reduced(np.mean),
    "ReduceMin": _reduced(np.min),
    "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum),
    "Reshape": _reshaped,
    "Shape": _size_of,
    "Sin": _by(np.sin),
    "Slice": _sliced,
    "Sqrt": _by(np.sqrt),
    "Squeeze": _closed,
    "Sub": _by(np.subtract),
    "Transpose": _turned,
    "Trilu": _triangle,
    "Unsqueeze": _opened,
    "Where": _chosen,
}
"""Operators that are calculated where all they read is constant."""
