"""ONNX operators by name, each with what it becomes here; those that slide windows or keep states stand beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange import onnx_states, onnx_windows
from app.exchange.onnx_graph import Axis, KnownValue, NetworkBuilder, UnreadableError, attributes, natural
from app.exchange.onnx_windows import CHANNELS_FIRST
from graph.shapes import Kind, Shape

if TYPE_CHECKING:
    from onnx import NodeProto

Reader = Callable[[NetworkBuilder, "NodeProto"], None]


def read(grow: NetworkBuilder, node: NodeProto) -> None:
    """Read one operator: what it says of constants is calculated, everything else becomes layers.

    Raises
    ------
    UnreadableError
        if it cannot be expressed.
    """
    if node.op_type in FOLDS and all(name in grow.constants for name in node.input if name):
        grow.constants[node.output[0]] = FOLDS[node.op_type](grow, node)
        return
    READERS[node.op_type](grow, node)


# Dense layers


def gemm(grow: NetworkBuilder, node: NodeProto) -> None:
    """Gemm: a dense layer on vectors."""
    told = attributes(node)
    held = grow.unbordered(node.input[0]).plain
    weight = grow.constant(node.input[1], "its weights") * told.get("alpha", 1.0)
    weight = weight if told.get("transB", 0) else weight.T
    if told.get("transA", 0) or held.axes != (0, 1):
        raise UnreadableError("multiplies something other than a vector for each sample")
    bias = len(node.input) > 2 and bool(node.input[2])
    id_ = grow.add("dense", {"in": held}, node.input[1], units=weight.shape[0], bias=bias)
    grow.held[node.output[0]] = KnownValue(id_, "out", (0, 1))
    grow.keep(id_, weight=weight)
    if bias:
        values = grow.constant(node.input[2], "its biases") * told.get("beta", 1.0)
        grow.keep(id_, bias=np.broadcast_to(values.reshape(-1), weight.shape[:1]).copy())


def matmul(grow: NetworkBuilder, node: NodeProto) -> None:
    """MatMul with weights: a dense layer, on a sequence one for every step."""
    held = grow.unbordered(node.input[0]).plain
    weight = grow.constant(node.input[1], "its weights")
    shape = grow.shape(held)
    kind = {Kind.VECTOR: "dense", Kind.SEQUENCE: "time_distributed_dense"}.get(shape.kind)
    if weight.ndim != 2 or kind is None or held.axes[-1] != (1 if kind == "dense" else 2):
        raise UnreadableError(f"multiplies {shape.described()} along an axis that a dense layer does not work on")
    id_ = grow.after(node.output[0], kind, held, node.input[1], units=weight.shape[1], bias=False)
    grow.keep(id_, weight=weight.T)


def embed(grow: NetworkBuilder, node: NodeProto) -> None:
    """Gather: rows of a table for tokens; one step, direction or place of size 1 of anything else."""
    if node.input[0] in grow.constants:
        table, held = grow.constants[node.input[0]], grow.unbordered(node.input[1])
        if attributes(node).get("axis", 0) != 0 or table.ndim != 2 or grow.shape(held).kind is not Kind.TOKENS:
            raise UnreadableError("looks something other than tokens up in a table")
        id_ = grow.add("embedding", {"in": held}, node.input[0], vocabulary=table.shape[0], size=table.shape[1])
        grow.keep(id_, weight=table)
        grow.held[node.output[0]] = KnownValue(id_, "out", (0, 1, 2))
        return
    held = grow.value(node.input[0])
    index = grow.constant(node.input[1], "the place that it picks")
    at = attributes(node).get("axis", 0) % len(held.axes)
    axis, rest = held.axes[at], (*held.axes[:at], *held.axes[at + 1 :])
    if index.ndim:
        raise UnreadableError("picks several places at once")
    shape = grow.shape(held)
    if axis is None:
        grow.held[node.output[0]] = held.with_axes(rest)
    elif axis == "D":
        grow.held[node.output[0]] = replace(held, axes=rest, half=int(index) % 2)
    elif axis == 1 and shape.kind is Kind.SEQUENCE and int(index) in (-1, (shape.time or 0) - 1) and held.half is None:
        id_ = grow.add("last_step", {"in": held})
        grow.held[node.output[0]] = KnownValue(id_, "out", tuple(1 if one == 2 else one for one in rest))
    else:
        raise UnreadableError("picks one place, which only the last step of a sequence can be")


# Functions of each value


def simple(kind: str, **renamed: str) -> Reader:
    """An activation; ``renamed`` maps attributes of ONNX to settings of ours."""

    def reader(grow: NetworkBuilder, node: NodeProto) -> None:
        told = attributes(node)
        settings = {ours: told[theirs] for theirs, ours in renamed.items() if theirs in told}
        grow.after(node.output[0], kind, grow.unbordered(node.input[0]), **settings)

    return reader


def softmax(grow: NetworkBuilder, node: NodeProto) -> None:
    """Softmax over the features."""
    held = grow.unbordered(node.input[0]).plain
    if attributes(node).get("axis", -1) % len(held.axes) != grow.feature(held):
        raise UnreadableError("takes the softmax over another axis than the features")
    grow.after(node.output[0], "softmax", held)


def dropout(grow: NetworkBuilder, node: NodeProto) -> None:
    """Dropout, which does nothing when answering."""
    ratio = attributes(node).get("ratio", 0.5)
    if len(node.input) > 1 and node.input[1]:
        ratio = float(grow.constant(node.input[1], "its rate"))
    grow.after(node.output[0], "dropout", grow.unbordered(node.input[0]), rate=min(0.99, float(ratio)))


def passing(grow: NetworkBuilder, node: NodeProto) -> None:
    """Identity and Cast: the same value under another name."""
    grow.held[node.output[0]] = grow.value(node.input[0])


def arithmetic(grow: NetworkBuilder, node: NodeProto) -> None:
    """Add, Sub, Mul and Div: of two values a merging layer, with a constant a scale or shift of each feature."""
    known = [name in grow.constants for name in node.input]
    if not any(known):
        kind = {"Add": "add", "Mul": "multiply"}.get(node.op_type)
        if kind is None:
            raise UnreadableError("takes one value from, or divides by, another")
        merge(grow, node, kind)
        return
    held = grow.unbordered(node.input[known.index(False)])
    if known[0] and node.op_type in ("Sub", "Div"):
        raise UnreadableError("takes a value from a constant, or divides one by it")
    numbers = _per_feature(grow, held, grow.constants[node.input[known.index(True)]])
    if node.op_type == "Add" and _as_bias(grow, node, held, numbers):
        return
    one, zero = np.ones_like(numbers), np.zeros_like(numbers)
    scale, shift = {
        "Add": (one, numbers),
        "Sub": (one, -numbers),
        "Mul": (numbers, zero),
        "Div": (1 / numbers, zero),
    }[node.op_type]
    _scaled(grow, node, held, scale, shift)


def _per_feature(grow: NetworkBuilder, held: KnownValue, values: Array) -> Array:
    """A constant as one number for each feature."""
    features, at = grow.shape(held).features, grow.feature(held)
    spread = values.reshape((1,) * (len(held.axes) - values.ndim) + values.shape)
    if any(size != 1 for place, size in enumerate(spread.shape) if place != at) or spread.size not in (1, features):
        raise UnreadableError("calculates with constants that differ from place to place")
    return np.broadcast_to(spread.reshape(-1).astype(np.float32), (features,)).copy()


def _as_bias(grow: NetworkBuilder, node: NodeProto, held: KnownValue, numbers: Array) -> bool:
    """Take what is added as the biases of the dense layer right before, if there is one without."""
    layer = grow.network.layer(held.source)
    source = next(name for name in node.input if name not in grow.constants)
    if not layer.is_dense or layer.values()["bias"] or grow.uses[source] > 1:
        return False
    grow.replace(held.source, layer.changed(bias=True))
    grow.keep(held.source, bias=numbers)
    grow.held[node.output[0]] = held
    return True


def _scaled(grow: NetworkBuilder, node: NodeProto, held: KnownValue, scale: Array, shift: Array) -> None:
    """A batch normalisation that only scales and shifts, held fixed; one after another become one."""
    source = next(name for name in node.input if name not in grow.constants)
    if held.source in grow.frozen and grow.uses[source] == 1:
        before = {part: grow.weights[f"{held.source}.{part}"] for part in ("weight", "bias")}
        grow.keep(held.source, weight=before["weight"] * scale, bias=before["bias"] * scale + shift)
        grow.held[node.output[0]] = held
        return
    id_ = grow.after(node.output[0], "batch_norm", held, eps=1e-12)
    grow.frozen.append(id_)
    _keep_norm(grow, id_, scale, shift, np.zeros_like(scale), np.ones_like(scale))


def _keep_norm(grow: NetworkBuilder, id_: str, weight: Array, bias: Array, mean: Array, variance: Array) -> None:
    grow.keep(id_, weight=weight, bias=bias, running_mean=mean, running_var=variance)
    grow.keep(id_, num_batches_tracked=np.array(0, np.int64))


def merge(grow: NetworkBuilder, node: NodeProto, kind: str) -> None:
    """A layer in which several values of one shape meet."""
    values = [grow.unbordered(name) for name in node.input]
    if len({one.axes for one in values}) > 1 or len({grow.shape(one) for one in values}) > 1:
        raise UnreadableError("joins values of unlike shapes")
    if len(values) == 1:
        grow.held[node.output[0]] = values[0]
        return
    ports = {f"in{number}": one for number, one in enumerate(values, 1)}
    grow.held[node.output[0]] = KnownValue(grow.add(kind, ports, inputs=len(values)), "out", values[0].axes)


def several(kind: str) -> Reader:
    """Sum and Mean of any number of values."""
    return lambda grow, node: merge(grow, node, kind)


def concat(grow: NetworkBuilder, node: NodeProto) -> None:
    """Concat along features or time."""
    values = [grow.value(name) for name in node.input]
    if [one.half for one in values] == [0, 1] and len({one.source for one in values}) == 1:
        axes: tuple[Axis, ...] = tuple(1 if axis == "H" else axis for axis in values[0].axes)
        grow.held[node.output[0]] = replace(values[0], axes=axes, half=None)
        return
    values = [grow.unbordered(name).plain for name in node.input]
    at = attributes(node)["axis"] % len(values[0].axes)
    axis, shape = values[0].axes[at], grow.shape(values[0])
    if len({one.axes for one in values}) > 1 or axis == 0:
        raise UnreadableError("joins values whose axes lie differently")
    along = "features" if at == grow.feature(values[0]) else "time"
    if along == "time" and (axis != 1 or shape.kind not in (Kind.SEQUENCE, Kind.VIDEO)):
        raise UnreadableError("joins pictures side by side")
    ports = {f"in{number}": one for number, one in enumerate(values, 1)}
    id_ = grow.add("concatenate", ports, inputs=len(values), along=along)
    grow.held[node.output[0]] = KnownValue(id_, "out", values[0].axes)


def split(grow: NetworkBuilder, node: NodeProto) -> None:
    """Split into equal parts along the features."""
    held = grow.unbordered(node.input[0])
    parts, size = len(node.output), grow.shape(held).features / len(node.output)
    given = attributes(node).get("split")
    if given is None and len(node.input) > 1 and node.input[1]:
        given = grow.constant(node.input[1], "its sizes").tolist()
    if attributes(node).get("axis", 0) % len(held.axes) != grow.feature(held) or any(s != size for s in given or []):
        raise UnreadableError("splits otherwise than into equal parts of the features")
    id_ = grow.add("channel_split", {"in": held}, parts=parts)
    for number, name in enumerate(node.output, 1):
        grow.held[name] = KnownValue(id_, f"out{number}", held.axes)


def cut(grow: NetworkBuilder, node: NodeProto) -> None:
    """Slice of the features."""
    held = grow.unbordered(node.input[0])
    told = [grow.constant(name, "what it cuts").tolist() for name in node.input[1:] if name]
    starts, ends = told[0], told[1]
    axes, steps = told[2] if len(told) > 2 else [0], told[3] if len(told) > 3 else [1]
    features = grow.shape(held).features
    if len(starts) != 1 or steps != [1] or axes[0] % len(held.axes) != grow.feature(held):
        raise UnreadableError("cuts out something other than a range of the features")
    first, last = (min(features, at if at >= 0 else at + features) for at in (starts[0], ends[0]))
    grow.after(node.output[0], "slice", held, first=int(first), count=int(last - first))


# Normalisation


def batch_norm(grow: NetworkBuilder, node: NodeProto) -> None:
    """BatchNormalization with its running statistics."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    if grow.feature(held) != 1:
        raise UnreadableError("normalises along another axis than the channels")
    weight, bias, mean, variance = (grow.constant(name, "its statistics") for name in node.input[1:5])
    momentum = round(1 - told.get("momentum", 0.9), 7)
    eps = float(np.format_float_positional(np.float32(told.get("epsilon", 1e-5)), trim="-"))
    id_ = grow.after(node.output[0], "batch_norm", held, node.input[1], momentum=momentum, eps=eps)
    _keep_norm(grow, id_, weight, bias, mean, variance)


def layer_norm(grow: NetworkBuilder, node: NodeProto) -> None:
    """LayerNormalization over the features."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    last = len(held.axes) - 1
    if told.get("axis", -1) % len(held.axes) != last or grow.feature(held) != last:
        raise UnreadableError("normalises over other axes than the features")
    bias = len(node.input) > 2 and bool(node.input[2])
    eps = float(np.format_float_positional(np.float32(told.get("epsilon", 1e-5)), trim="-"))
    id_ = grow.after(node.output[0], "layer_norm", held, node.input[1], eps=eps, bias=bias)
    grow.keep(id_, weight=grow.constant(node.input[1], "its scale"))
    if bias:
        grow.keep(id_, bias=grow.constant(node.input[2], "its shift"))


def response(grow: NetworkBuilder, node: NodeProto) -> None:
    """LRN: local response normalisation over an image."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    if held.axes != CHANNELS_FIRST[Kind.IMAGE]:
        raise UnreadableError("normalises something other than an image")
    short = {name: round(float(told.get(theirs, default)), 9) for name, theirs, default in LRN}
    grow.after(node.output[0], "local_response_norm", held, size=told["size"], **short)


LRN = (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))


# Shapes


def transpose(grow: NetworkBuilder, node: NodeProto) -> None:
    """Transpose, which is layout only: what reads it knows how the axes lie."""
    held = grow.value(node.input[0])
    order = attributes(node).get("perm", list(range(len(held.axes)))[::-1])
    grow.held[node.output[0]] = held.with_axes(tuple(held.axes[at] for at in order))


def squeeze(grow: NetworkBuilder, node: NodeProto) -> None:
    """Squeeze: axes of size 1 go."""
    held, axes = grow.value(node.input[0]), _axes(grow, node)
    dropped = range(len(held.axes)) if axes is None else [at % len(held.axes) for at in axes]
    if any(held.axes[at] is not None for at in dropped if axes is not None):
        raise UnreadableError("takes an axis away that has a meaning here")
    gone = {at for at in dropped if held.axes[at] is None}
    grow.held[node.output[0]] = held.with_axes(tuple(axis for at, axis in enumerate(held.axes) if at not in gone))


def unsqueeze(grow: NetworkBuilder, node: NodeProto) -> None:
    """Unsqueeze: axes of size 1 come."""
    held, axes = grow.value(node.input[0]), list(_axes(grow, node) or [])
    rank = len(held.axes) + len(axes)
    added, waiting = {at % rank for at in axes}, iter(held.axes)
    grow.held[node.output[0]] = held.with_axes(tuple(None if at in added else next(waiting) for at in range(rank)))


def _axes(grow: NetworkBuilder, node: NodeProto) -> list[int] | None:
    if len(node.input) > 1 and node.input[1]:
        return [int(at) for at in grow.constant(node.input[1], "its axes").reshape(-1)]
    given = attributes(node).get("axes")
    return None if given is None else list(given)


def flatten(grow: NetworkBuilder, node: NodeProto) -> None:
    """Flatten: everything of a sample in one row."""
    held = grow.unbordered(node.input[0]).plain
    if attributes(node).get("axis", 1) != 1:
        raise UnreadableError("lays the batch and the values together")
    _flat(grow, node, held)


def _flat(grow: NetworkBuilder, node: NodeProto, held: KnownValue) -> None:
    shape = grow.shape(held)
    if held.axes != natural(shape):
        raise UnreadableError(f"lays {shape.described()} in a row in another order of axes than Netloom's")
    if shape.kind is Kind.VECTOR:
        grow.held[node.output[0]] = held
        return
    grow.held[node.output[0]] = KnownValue(grow.add("flatten", {"in": held}), "out", (0, 1))


def reshape(grow: NetworkBuilder, node: NodeProto) -> None:
    """Reshape: axes of size 1 go, directions join their units, a sample becomes a row, or gets another shape."""
    held = grow.value(node.input[0])
    wanted = [int(size) for size in grow.constant(node.input[1], "the shape that it gives").reshape(-1)]
    joined = _joined(held)
    if joined is not None and len(wanted) == len(joined.axes):
        grow.held[node.output[0]] = joined
        return
    held = grow.unbordered(node.input[0]).plain
    shape = grow.shape(held)
    sizes = [held.axes[at] if size == 0 and at < len(held.axes) else size for at, size in enumerate(wanted)]
    if len(sizes) == len(held.axes) and sizes[1:] == [_size(shape, axis) for axis in held.axes[1:]]:
        grow.held[node.output[0]] = held
        return
    if len(wanted) == 2:
        _flat(grow, node, held)
        return
    _given_shape(grow, node, held, wanted[1:])


def _size(shape: Shape, axis: Axis) -> int | None:
    return shape.sizes[axis - 1] if isinstance(axis, int) and axis > 0 else None


def _given_shape(grow: NetworkBuilder, node: NodeProto, held: KnownValue, sizes: list[int]) -> None:
    shape = grow.shape(held)
    kind = {2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}.get(len(sizes))
    if held.axes != natural(shape) or kind is None or shape.elements is None:
        raise UnreadableError("gives a shape that cannot be told from what arrives")
    rest = int(np.prod([size for size in sizes if size > 0]))
    told = tuple(shape.elements // rest if size == -1 else size for size in sizes)
    id_ = grow.add("reshape", {"in": held}, shape=Shape(kind, told))
    grow.held[node.output[0]] = KnownValue(id_, "out", natural(Shape(kind, told)))


def _joined(held: KnownValue) -> KnownValue | None:
    """Directions and units as the features they are together, where they lie side by side."""
    if "D" not in held.axes or "H" not in held.axes:
        return None
    at = held.axes.index("D")
    if at + 1 >= len(held.axes) or held.axes[at + 1] != "H":
        return None
    feature = 2 if 1 in held.axes else 1
    return held.with_axes((*held.axes[:at], feature, *held.axes[at + 2 :]))


def shape_of(grow: NetworkBuilder, node: NodeProto) -> None:
    """Shape: a constant, with -1 for the batch and for an unknown time."""
    held = grow.value(node.input[0])
    shape = grow.shape(held)
    sizes = [1 if axis is None else _size(shape, axis) or -1 for axis in held.axes]
    told = attributes(node)
    grow.constants[node.output[0]] = np.array(sizes[told.get("start", 0) : told.get("end")], np.int64)


# Constants


def _gathered(grow: NetworkBuilder, node: NodeProto) -> Array:
    values, index = (grow.constants[name] for name in node.input)
    return np.take(values, index.astype(np.int64), axis=attributes(node).get("axis", 0))


def _opened(grow: NetworkBuilder, node: NodeProto) -> Array:
    return np.expand_dims(grow.constants[node.input[0]], tuple(_axes(grow, node) or [0]))


def _closed(grow: NetworkBuilder, node: NodeProto) -> Array:
    axes = _axes(grow, node)
    return np.squeeze(grow.constants[node.input[0]], None if axes is None else tuple(axes))


def _listed(grow: NetworkBuilder, node: NodeProto) -> Array:
    return np.concatenate([grow.constants[name] for name in node.input], attributes(node)["axis"])


def _same(grow: NetworkBuilder, node: NodeProto) -> Array:
    return grow.constants[node.input[0]]


def _filled(grow: NetworkBuilder, node: NodeProto) -> Array:
    sizes = np.maximum(grow.constants[node.input[0]], 1)
    if np.prod(sizes.astype(float)) > 2**24:
        raise UnreadableError("fills a very large constant")
    value = attributes(node).get("value")
    number = 0.0 if value is None else float(_array(value).reshape(-1)[0])
    return np.full(tuple(int(size) for size in sizes), number, np.float32)


def _array(tensor: Any) -> Array:
    from onnx import numpy_helper

    values: Array = numpy_helper.to_array(tensor)
    return values


def _constant(grow: NetworkBuilder, node: NodeProto) -> Array:
    [(name, value)] = attributes(node).items()
    if name == "value":
        return _array(value)
    if name.startswith(("value_int", "value_float")):
        return np.array(value, np.int64 if "int" in name else np.float32)
    raise UnreadableError(f"is a constant of a kind that is not read ({name})")


def _turned(grow: NetworkBuilder, node: NodeProto) -> Array:
    return np.transpose(grow.constants[node.input[0]], attributes(node).get("perm"))


def _reshaped(grow: NetworkBuilder, node: NodeProto) -> Array:
    return grow.constants[node.input[0]].reshape([int(size) for size in grow.constants[node.input[1]]])


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

READERS: dict[str, Reader] = {
    "Abs": simple("absolute"),
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
    "Elu": simple("elu", alpha="alpha"),
    "Flatten": flatten,
    "GRU": onnx_states.recurrent,
    "Gather": embed,
    "Gelu": simple("gelu", approximate="approximate"),
    "Gemm": gemm,
    "GlobalAveragePool": onnx_windows.global_pool,
    "GlobalMaxPool": onnx_windows.global_pool,
    "Identity": passing,
    "LRN": response,
    "LSTM": onnx_states.recurrent,
    "LayerNormalization": layer_norm,
    "LeakyRelu": simple("leaky_relu", alpha="slope"),
    "MatMul": matmul,
    "MaxPool": onnx_windows.pool,
    "Mean": several("average"),
    "Mul": arithmetic,
    "Pad": onnx_windows.pad,
    "RNN": onnx_states.recurrent,
    "ReduceMax": onnx_windows.reduce,
    "ReduceMean": onnx_windows.reduce,
    "Relu": simple("relu"),
    "Reshape": reshape,
    "Resize": onnx_windows.resize,
    "Shape": shape_of,
    "Sigmoid": simple("sigmoid"),
    "Slice": cut,
    "Softmax": softmax,
    "Split": split,
    "Squeeze": squeeze,
    "Sub": arithmetic,
    "Sum": several("add"),
    "Tanh": simple("tanh"),
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
    "Upsample": onnx_windows.resize,
}
"""What each operator becomes."""

KNOWN = frozenset(READERS) | frozenset(FOLDS)
