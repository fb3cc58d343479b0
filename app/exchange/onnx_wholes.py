"""ONNX operators that work on all places of a value: global pooling, means and sums over axes, normalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from app.exchange.onnx_graph import NetworkBuilder, OnnxValue, UnreadableError, attributes, input_name, places
from app.exchange.onnx_layout import Axis, Part, batch_axis
from app.exchange.onnx_settling import keep_norm, scaled, settled, taken
from app.exchange.onnx_windows import channels_first
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

WHOLE = {Kind.IMAGE: "global_pool2d", Kind.SEQUENCE: "global_pool1d", Kind.VIDEO: "global_pool3d"}


def global_pool(builder: NetworkBuilder, node: NodeProto) -> None:
    """GlobalAveragePool and GlobalMaxPool."""
    value = taken(builder, node.input[0])
    _pooled(builder, node, value, list(range(2, len(value.layout))), True)


def reduce(builder: NetworkBuilder, node: NodeProto) -> None:
    """ReduceMean, ReduceMax and ReduceSum over axes other than the batch."""
    value, attrs = taken(builder, node.input[0]), attributes(node)
    rank = len(value.layout)
    axes = [at % rank for at in builder.integers(node, "axes") or range(rank)]
    _pooled(builder, node, value, axes, bool(attrs.get("keepdims", 1)))


def _pooled(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, axes: list[int], keep: bool) -> None:
    first = batch_axis(value.layout)
    if first is None or first in axes:
        raise UnreadableError("takes a mean, sum or maximum over the samples of a batch")
    sizes = places(value)
    number = math.prod(sizes[at] for at in axes)
    rest = [at for at in range(len(sizes)) if at not in axes and at != first]
    if number > 1:
        value = _grouped(builder, value, [at for at in axes if sizes[at] > 1], rest)
        mode = "max" if "Max" in node.op_type else "average"
        id_ = builder.add(WHOLE[builder.shape(value).kind], {"in": value}, mode=mode)
        feature = builder.feature(value)
        layout = tuple(
            tuple(Part(1, p.size, p.step) if p.axis == feature else p for p in axis) for axis in value.layout
        )
        value = OnnxValue(id_, "out", layout)
        if "Sum" in node.op_type:
            value = scaled(builder, value, np.full(builder.shape(value).features, number, np.float32))
    left: list[Axis] = []
    for at, axis in enumerate(value.layout):
        if at not in axes:
            left.append(axis)
        elif keep:
            left.append(())
    builder.values[node.output[0]] = value.lying(tuple(left))


def _grouped(builder: NetworkBuilder, value: OnnxValue, axes: list[int], rest: list[int]) -> OnnxValue:
    """The value so that ``axes`` are all its places, and the others its features."""
    kind, lies = builder.shape(value).kind, builder.natural(builder.shape(value))
    feature = builder.feature(value) if kind in WHOLE else 0
    held = {part.axis for at in axes for part in value.layout[at]}
    others = {axis for axis in range(1, len(lies)) if axis != feature and lies[axis]}
    if kind in WHOLE and held == others and all(part.axis == feature for at in rest for part in value.layout[at]):
        return value
    return settled(builder, value, [axes, rest])


# Normalisation


def batch_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """BatchNormalization with its running statistics."""
    value, attrs = taken(builder, node.input[0]), attributes(node)
    if builder.feature_place(value) != 1 and not (value.layout[1] == () and builder.shape(value).features == 1):
        value = channels_first(builder, value) if len(value.layout) > 2 else settled(builder, value)
    weight, bias, mean, variance = (builder.constant(name, "its statistics") for name in node.input[1:5])
    momentum = round(1 - attrs.get("momentum", 0.9), 7)
    id_ = builder.after(node.output[0], "batch_norm", value, node.input[1], momentum=momentum, eps=_epsilon(attrs))
    keep_norm(builder, id_, weight, bias, mean, variance)


def layer_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """LayerNormalization over the features, or over all of a sample."""
    value, attrs = taken(builder, node.input[0]), attributes(node)
    rank = len(value.layout)
    at = attrs.get("axis", -1) % rank
    first, last = batch_axis(value.layout), rank - 1
    bias = input_name(node, 2)
    settings: dict[str, Any] = {"eps": _epsilon(attrs), "bias": bool(bias)}
    if at == last:
        if builder.feature_place(value) != last or builder.shape(value).kind not in (Kind.VECTOR, Kind.SEQUENCE):
            others = [place for place in range(last) if place != first]
            value = settled(builder, value, [others, [last]] if others else [[last]])
    elif first == 0 and at == 1:
        value, settings["over"] = settled(builder, value), "sample"
    else:
        raise UnreadableError("normalises over some axes of a sample together")
    id_ = builder.after(node.output[0], "layer_norm", value, node.input[1], **settings)
    builder.keep_weight(id_, builder.constant(node.input[1], "its scale"), bias)


def instance_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """InstanceNormalization: group normalisation of as many groups as it has channels, which may be groups already."""
    value, attrs = taken(builder, node.input[0]), attributes(node)
    weight, bias = (builder.constant(name, "its scale") for name in node.input[1:3])
    shape, feature = builder.shape(value), builder.feature(value)
    groups, features = places(value)[1], shape.features
    grouped = len(value.layout) == 3 and value.layout[1] == (Part(feature, groups, features // groups),)
    if not grouped or groups == features:
        value = channels_first(builder, value)
        shape, feature = builder.shape(value), builder.feature(value)
        features = shape.features
    elif np.any(weight != weight[0]) or np.any(bias != bias[0]):
        raise UnreadableError("scales groups of channels, each by another number")
    else:
        weight, bias = np.full(features, weight[0]), np.full(features, bias[0])
    id_ = builder.after(node.output[0], "group_norm", value, node.input[1], groups=groups, eps=_epsilon(attrs))
    builder.keep(id_, weight=weight, bias=bias)


def group_norm(builder: NetworkBuilder, node: NodeProto) -> None:
    """GroupNormalization."""
    value, attrs = channels_first(builder, taken(builder, node.input[0])), attributes(node)
    features, groups = builder.shape(value).features, attrs["num_groups"]
    parts = [builder.constant(name, "its scale") for name in node.input[1:3]]
    weight, bias = (np.repeat(one, features // groups) if one.size == groups != features else one for one in parts)
    id_ = builder.after(node.output[0], "group_norm", value, node.input[1], groups=groups, eps=_epsilon(attrs))
    builder.keep(id_, weight=weight, bias=bias)


def _epsilon(attrs: dict[str, Any]) -> float:
    """The shortest number that is the file's in 32 bits."""
    return float(np.format_float_positional(np.float32(attrs.get("epsilon", 1e-5)), trim="-"))


def response(builder: NetworkBuilder, node: NodeProto) -> None:
    """LRN: local response normalisation over an image."""
    value, attrs = channels_first(builder, taken(builder, node.input[0])), attributes(node)
    short = {name: round(float(attrs.get(theirs, default)), 9) for name, theirs, default in LRN}
    builder.after(node.output[0], "local_response_norm", value, size=attrs["size"], **short)


LRN = (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))
