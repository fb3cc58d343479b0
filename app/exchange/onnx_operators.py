"""ONNX operators by name, each with what it becomes here; those of windows, states, shapes, constants stand beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange import onnx_graph, onnx_shapes, onnx_states, onnx_windows
from app.exchange.onnx_constants import FOLDS
from app.exchange.onnx_graph import Axis, NetworkBuilder, OnnxValue, UnreadableError, attributes
from app.exchange.onnx_windows import CHANNELS_FIRST
from graph.layers.base import OnnxOperator
from graph.layers.catalogue import catalogue
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

Reader = Callable[[NetworkBuilder, "NodeProto"], None]


def read(builder: NetworkBuilder, node: NodeProto) -> None:
    """Read one operator: what it says of constants is calculated, everything else becomes layers.

    Raises
    ------
    UnreadableError
        if it cannot be expressed.
    """
    if node.op_type in FOLDS and all(name in builder.constants for name in node.input if name):
        builder.constants[node.output[0]] = FOLDS[node.op_type](builder, node)
        return
    READERS[node.op_type](builder, node)


# Dense layers


def gemm(builder: NetworkBuilder, node: NodeProto) -> None:
    """Gemm: a dense layer on vectors."""
    attrs = attributes(node)
    value = builder.unbordered(node.input[0]).plain
    weight = builder.constant(node.input[1], "its weights") * attrs.get("alpha", 1.0)
    weight = weight if attrs.get("transB", 0) else weight.T
    if attrs.get("transA", 0) or value.axes != (0, 1):
        raise UnreadableError("multiplies something other than a vector for each sample")
    bias = bool(onnx_graph.input_name(node, 2))
    id_ = builder.add("dense", {"in": value}, node.input[1], units=weight.shape[0], bias=bias)
    builder.values[node.output[0]] = OnnxValue(id_, "out", (0, 1))
    builder.keep(id_, weight=weight)
    if bias:
        values = builder.constant(node.input[2], "its biases") * attrs.get("beta", 1.0)
        builder.keep(id_, bias=np.broadcast_to(values.reshape(-1), weight.shape[:1]).copy())


def matmul(builder: NetworkBuilder, node: NodeProto) -> None:
    """MatMul with weights: a dense layer, on a sequence one for every step."""
    value = builder.unbordered(node.input[0]).plain
    weight = builder.constant(node.input[1], "its weights")
    shape = builder.shape(value)
    kind = {Kind.VECTOR: "dense", Kind.SEQUENCE: "time_distributed_dense"}.get(shape.kind)
    if weight.ndim != 2 or kind is None or value.axes[-1] != (1 if kind == "dense" else 2):
        raise UnreadableError(f"multiplies {shape.described()} along an axis that a dense layer does not work on")
    id_ = builder.after(node.output[0], kind, value, node.input[1], units=weight.shape[1], bias=False)
    builder.keep(id_, weight=weight.T)


def embed(builder: NetworkBuilder, node: NodeProto) -> None:
    """Gather: rows of a table for tokens; one step, direction or place of size 1 of anything else."""
    if node.input[0] in builder.constants:
        table, value = builder.constants[node.input[0]], builder.unbordered(node.input[1])
        if attributes(node).get("axis", 0) != 0 or table.ndim != 2 or builder.shape(value).kind is not Kind.TOKENS:
            raise UnreadableError("looks something other than tokens up in a table")
        id_ = builder.add("embedding", {"in": value}, node.input[0], vocabulary=table.shape[0], size=table.shape[1])
        builder.keep(id_, weight=table)
        builder.values[node.output[0]] = OnnxValue(id_, "out", (0, 1, 2))
        return
    value = builder.value(node.input[0])
    index = builder.constant(node.input[1], "the place that it picks")
    at = attributes(node).get("axis", 0) % len(value.axes)
    axis, rest = value.axes[at], (*value.axes[:at], *value.axes[at + 1 :])
    if index.ndim:
        raise UnreadableError("picks several places at once")
    shape = builder.shape(value)
    if axis is None:
        builder.values[node.output[0]] = value.with_axes(rest)
    elif axis == "D":
        builder.values[node.output[0]] = replace(value, axes=rest, half=int(index) % 2)
    elif axis == 1 and shape.kind is Kind.SEQUENCE and int(index) in (-1, (shape.time or 0) - 1) and value.half is None:
        id_ = builder.add("last_step", {"in": value})
        builder.values[node.output[0]] = OnnxValue(id_, "out", tuple(1 if axis == 2 else axis for axis in rest))
    else:
        raise UnreadableError("picks one place, which only the last step of a sequence can be")


# Functions of each value


def declared(operator: OnnxOperator, kind: str) -> Reader:
    """The operator that a layer declares as its own."""

    def reader(builder: NetworkBuilder, node: NodeProto) -> None:
        attrs = attributes(node)
        settings = {ours: attrs[theirs] for theirs, ours in operator.settings.items() if theirs in attrs}
        builder.after(node.output[0], kind, builder.unbordered(node.input[0]), **settings)

    return reader


def softmax(builder: NetworkBuilder, node: NodeProto) -> None:
    """Softmax over the features."""
    value = builder.unbordered(node.input[0]).plain
    if attributes(node).get("axis", -1) % len(value.axes) != builder.feature(value):
        raise UnreadableError("takes the softmax over another axis than the features")
    builder.after(node.output[0], "softmax", value)


def dropout(builder: NetworkBuilder, node: NodeProto) -> None:
    """Dropout, which does nothing when answering."""
    ratio = attributes(node).get("ratio", 0.5)
    if onnx_graph.input_name(node, 1):
        ratio = float(builder.constant(node.input[1], "its rate"))
    builder.after(node.output[0], "dropout", builder.unbordered(node.input[0]), rate=min(0.99, float(ratio)))


def passing(builder: NetworkBuilder, node: NodeProto) -> None:
    """Identity and Cast: the same value under another name."""
    builder.values[node.output[0]] = builder.value(node.input[0])


def arithmetic(builder: NetworkBuilder, node: NodeProto) -> None:
    """Add, Sub, Mul and Div: of two values a merging layer, with a constant a scale or shift of each feature."""
    known = [name in builder.constants for name in node.input]
    if not any(known):
        kind = {"Add": "add", "Mul": "multiply"}.get(node.op_type)
        if kind is None:
            raise UnreadableError("takes one value from, or divides by, another")
        merge(builder, node, kind)
        return
    value = builder.unbordered(node.input[known.index(False)])
    if known[0] and node.op_type in ("Sub", "Div"):
        raise UnreadableError("takes a value from a constant, or divides one by it")
    numbers = _per_feature(builder, value, builder.constants[node.input[known.index(True)]])
    if node.op_type == "Add" and _as_bias(builder, node, value, numbers):
        return
    ones, zeros = np.ones_like(numbers), np.zeros_like(numbers)
    scale, shift = {
        "Add": (ones, numbers),
        "Sub": (ones, -numbers),
        "Mul": (numbers, zeros),
        "Div": (1 / numbers, zeros),
    }[node.op_type]
    _scaled(builder, node, value, scale, shift)


def _per_feature(builder: NetworkBuilder, value: OnnxValue, values: Array) -> Array:
    """A constant as one number for each feature."""
    features, at = builder.shape(value).features, builder.feature(value)
    spread = values.reshape((1,) * (len(value.axes) - values.ndim) + values.shape)
    if any(size != 1 for place, size in enumerate(spread.shape) if place != at) or spread.size not in (1, features):
        raise UnreadableError("calculates with constants that differ from place to place")
    return np.broadcast_to(spread.reshape(-1).astype(np.float32), (features,)).copy()


def _as_bias(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, numbers: Array) -> bool:
    """Take what is added as the biases of the dense layer right before, if there is one without."""
    layer = builder.network.layer(value.source)
    source = next(name for name in node.input if name not in builder.constants)
    if not layer.is_dense or layer.values()["bias"] or builder.uses[source] > 1:
        return False
    builder.replace(value.source, layer.changed(bias=True))
    builder.keep(value.source, bias=numbers)
    builder.values[node.output[0]] = value
    return True


def _scaled(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, scale: Array, shift: Array) -> None:
    """A batch normalisation that only scales and shifts, value fixed; one after another become one."""
    source = next(name for name in node.input if name not in builder.constants)
    if value.source in builder.frozen and builder.uses[source] == 1:
        before = {part: builder.weights[f"{value.source}.{part}"] for part in ("weight", "bias")}
        builder.keep(value.source, weight=before["weight"] * scale, bias=before["bias"] * scale + shift)
        builder.values[node.output[0]] = value
        return
    id_ = builder.after(node.output[0], "batch_norm", value, eps=1e-12)
    builder.frozen.append(id_)
    _keep_norm(builder, id_, scale, shift, np.zeros_like(scale), np.ones_like(scale))


def _keep_norm(builder: NetworkBuilder, id_: str, weight: Array, bias: Array, mean: Array, variance: Array) -> None:
    builder.keep(id_, weight=weight, bias=bias, running_mean=mean, running_var=variance)
    builder.keep(id_, num_batches_tracked=np.array(0, np.int64))


def merge(builder: NetworkBuilder, node: NodeProto, kind: str) -> None:
    """A layer in which several values of one shape meet."""
    values = [builder.unbordered(name) for name in node.input]
    if len({value.axes for value in values}) > 1 or len({builder.shape(value) for value in values}) > 1:
        raise UnreadableError("joins values of unlike shapes")
    if len(values) == 1:
        builder.values[node.output[0]] = values[0]
        return
    ports = {f"in{number}": value for number, value in enumerate(values, 1)}
    builder.values[node.output[0]] = OnnxValue(builder.add(kind, ports, inputs=len(values)), "out", values[0].axes)


def several(kind: str) -> Reader:
    """Sum and Mean of any number of values."""
    return lambda builder, node: merge(builder, node, kind)


def concat(builder: NetworkBuilder, node: NodeProto) -> None:
    """Concat along features or time."""
    values = [builder.value(name) for name in node.input]
    if [value.half for value in values] == [0, 1] and len({value.source for value in values}) == 1:
        axes: tuple[Axis, ...] = tuple(1 if axis == "H" else axis for axis in values[0].axes)
        builder.values[node.output[0]] = replace(values[0], axes=axes, half=None)
        return
    values = [builder.unbordered(name).plain for name in node.input]
    at = attributes(node)["axis"] % len(values[0].axes)
    axis, shape = values[0].axes[at], builder.shape(values[0])
    if len({value.axes for value in values}) > 1 or axis == 0:
        raise UnreadableError("joins values whose axes lie differently")
    along = "features" if at == builder.feature(values[0]) else "time"
    if along == "time" and (axis != 1 or shape.kind not in (Kind.SEQUENCE, Kind.VIDEO)):
        raise UnreadableError("joins pictures side by side")
    ports = {f"in{number}": value for number, value in enumerate(values, 1)}
    id_ = builder.add("concatenate", ports, inputs=len(values), along=along)
    builder.values[node.output[0]] = OnnxValue(id_, "out", values[0].axes)


def split(builder: NetworkBuilder, node: NodeProto) -> None:
    """Split into equal parts along the features."""
    value = builder.unbordered(node.input[0])
    parts, size = len(node.output), builder.shape(value).features / len(node.output)
    unequal = any(given != size for given in builder.integers(node, "split") or [])
    if unequal or attributes(node).get("axis", 0) % len(value.axes) != builder.feature(value):
        raise UnreadableError("splits otherwise than into equal parts of the features")
    id_ = builder.add("channel_split", {"in": value}, parts=parts)
    for number, name in enumerate(node.output, 1):
        builder.values[name] = OnnxValue(id_, f"out{number}", value.axes)


def cut(builder: NetworkBuilder, node: NodeProto) -> None:
    """Slice of the features."""
    value = builder.unbordered(node.input[0])
    limits = [builder.constant(name, "what it cuts").tolist() for name in node.input[1:] if name]
    starts, ends = limits[:2]
    axes, steps = limits[2] if len(limits) > 2 else [0], limits[3] if len(limits) > 3 else [1]
    features = builder.shape(value).features
    if len(starts) != 1 or steps != [1] or axes[0] % len(value.axes) != builder.feature(value):
        raise UnreadableError("cuts out something other than a range of the features")
    first, last = (min(features, at if at >= 0 else at + features) for at in (starts[0], ends[0]))
    builder.after(node.output[0], "slice", value, first=int(first), count=int(last - first))


# Normalisation


def batch_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """BatchNormalization with its running statistics."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    if builder.feature(value) != 1:
        raise UnreadableError("normalises along another axis than the channels")
    weight, bias, mean, variance = (builder.constant(name, "its statistics") for name in node.input[1:5])
    momentum = round(1 - attrs.get("momentum", 0.9), 7)
    id_ = builder.after(node.output[0], "batch_norm", value, node.input[1], momentum=momentum, eps=_epsilon(attrs))
    _keep_norm(builder, id_, weight, bias, mean, variance)


def layer_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """LayerNormalization over the features."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    last = len(value.axes) - 1
    if attrs.get("axis", -1) % len(value.axes) != last or builder.feature(value) != last:
        raise UnreadableError("normalises over other axes than the features")
    bias = onnx_graph.input_name(node, 2)
    id_ = builder.after(node.output[0], "layer_norm", value, node.input[1], eps=_epsilon(attrs), bias=bool(bias))
    builder.keep_weight(id_, builder.constant(node.input[1], "its scale"), bias)


def _epsilon(attrs: dict[str, Any]) -> float:
    """The shortest number that is the file's in 32 bits."""
    return float(np.format_float_positional(np.float32(attrs.get("epsilon", 1e-5)), trim="-"))


def response(builder: NetworkBuilder, node: NodeProto) -> None:
    """LRN: local response normalisation over an image."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    if value.axes != CHANNELS_FIRST[Kind.IMAGE]:
        raise UnreadableError("normalises something other than an image")
    short = {name: round(float(attrs.get(theirs, default)), 9) for name, theirs, default in LRN}
    builder.after(node.output[0], "local_response_norm", value, size=attrs["size"], **short)


LRN = (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))


READERS: dict[str, Reader] = {
    **{kind.onnx.name: declared(kind.onnx, name) for name, kind in catalogue().items() if kind.onnx},
    "Add": arithmetic,
    "AveragePool": onnx_windows.pool,
    "BatchNormalization": batch_norm,
    "Cast": passing,
    "Concat": concat,
    "Constant": passing,
    "Conv": onnx_windows.conv,
    "ConvTranspose": onnx_windows.conv_transpose,
    "Div": arithmetic,
    "Dropout": dropout,
    "Flatten": onnx_shapes.flatten,
    "GRU": onnx_states.recurrent,
    "Gather": embed,
    "Gemm": gemm,
    "GlobalAveragePool": onnx_windows.global_pool,
    "GlobalMaxPool": onnx_windows.global_pool,
    "Identity": passing,
    "LRN": response,
    "LSTM": onnx_states.recurrent,
    "LayerNormalization": layer_norm,
    "MatMul": matmul,
    "MaxPool": onnx_windows.pool,
    "Mean": several("average"),
    "Mul": arithmetic,
    "Pad": onnx_windows.pad,
    "RNN": onnx_states.recurrent,
    "ReduceMax": onnx_windows.reduce,
    "ReduceMean": onnx_windows.reduce,
    "Reshape": onnx_shapes.reshape,
    "Resize": onnx_windows.resize,
    "Shape": onnx_shapes.shape_of,
    "Slice": cut,
    "Softmax": softmax,
    "Split": split,
    "Squeeze": onnx_shapes.squeeze,
    "Sub": arithmetic,
    "Sum": several("add"),
    "Transpose": onnx_shapes.transpose,
    "Unsqueeze": onnx_shapes.unsqueeze,
    "Upsample": onnx_windows.resize,
}
"""What each operator becomes."""

KNOWN = frozenset(READERS) | frozenset(FOLDS)
