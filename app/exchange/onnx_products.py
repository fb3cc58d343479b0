"""ONNX's products of matrices: dense layers where one is a constant, else attention."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import (
    NetworkBuilder,
    OnnxValue,
    Scores,
    UnreadableError,
    attributes,
    input_name,
    places,
)
from app.exchange.onnx_layout import Axis, Part, batch_axis, joined, whole
from app.exchange.onnx_settling import scaled, settled, taken
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto


def gemm(builder: NetworkBuilder, node: NodeProto) -> None:
    """Gemm: a dense layer."""
    attrs = attributes(node)
    if attrs.get("transA", 0):
        raise UnreadableError("turns what arrives before it multiplies")
    weight = builder.constant(node.input[1], "its weights") * attrs.get("alpha", 1.0)
    weight = weight if attrs.get("transB", 0) else weight.T
    bias = None
    if input_name(node, 2):
        given = builder.constant(node.input[2], "its biases") * attrs.get("beta", 1.0)
        if given.size not in (1, len(weight)):
            raise UnreadableError("adds biases that differ from sample to sample")
        bias = np.broadcast_to(given.reshape(-1), weight.shape[:1]).copy()
    builder.values[node.output[0]] = dense(builder, taken(builder, node.input[0]), weight, bias, node.input[1])


def matmul(builder: NetworkBuilder, node: NodeProto) -> None:
    """MatMul: a dense layer where it multiplies with weights, else a part of attention."""
    one, other = node.input
    if other in builder.constants:
        weight = builder.constant(other, "its weights")
        if weight.ndim != 2:
            raise UnreadableError("multiplies with several matrices at once")
        builder.values[node.output[0]] = dense(builder, taken(builder, one), weight.T, None, other)
    elif one in builder.constants:
        raise UnreadableError("multiplies along the samples or steps with a constant")
    elif one in builder.scores:
        builder.values[node.output[0]] = _read_out(builder, builder.scores[one], builder.raw(other))
    else:
        builder.scores[node.output[0]] = _scored(builder, builder.raw(one), builder.raw(other))


def dense(builder: NetworkBuilder, value: OnnxValue, weight: Array, bias: Array | None, hint: str) -> OnnxValue:
    """A dense layer along the last ONNX axis, for a vector or at every step; ``weight`` is ``[units, features]``."""
    last = len(value.layout) - 1
    if last == 1 and builder.shape(value).kind is not Kind.VECTOR and batch_axis(value.layout) is not None:
        value = settled(builder, value, [[1 - (batch_axis(value.layout) or 0)]])
    flat = builder.shape(value).kind in (Kind.VECTOR, Kind.SEQUENCE) and builder.feature_place(value) == last
    if not flat and not _is_single(builder, value):
        first = batch_axis(value.layout)
        others = [at for at in range(last) if at != first]
        value = settled(builder, value, [others, [last]] if others else [[last]])
    kind = "dense" if builder.shape(value).kind is Kind.VECTOR else "time_distributed_dense"
    id_ = builder.add(kind, {"in": value}, hint, units=len(weight), bias=bias is not None)
    builder.keep(id_, weight=weight, **({} if bias is None else {"bias": bias}))
    feature = builder.feature(value)
    return OnnxValue(id_, "out", (*value.layout[:last], whole(feature, len(weight))))


def _is_single(builder: NetworkBuilder, value: OnnxValue) -> bool:
    """Whether there is one feature, which lies along the last axis."""
    shape = builder.shape(value)
    return shape.kind in (Kind.VECTOR, Kind.SEQUENCE) and shape.features == 1 and not value.layout[-1]


# Attention


def _lead(value: OnnxValue) -> tuple[Part, ...]:
    """All before the last two axes as one row: samples, then heads."""
    return joined(part for axis in value.layout[:-2] for part in axis)


def _in_heads(builder: NetworkBuilder, value: OnnxValue, features: Axis, time: Axis) -> int:
    """How many heads the features are split into where ``features`` and ``time`` are the last two axes.

    Raises
    ------
    UnreadableError
        if they lie otherwise than attention needs.
    """
    shape = builder.shape(value)
    if shape.kind is not Kind.SEQUENCE:
        raise UnreadableError(f"multiplies {shape.described()} with another value, which only attention does here")
    lies = builder.natural(shape)
    each = math.prod(part.size for part in features)
    heads = shape.features // each
    expected = joined([Part(0, builder.batch), *([Part(2, heads, each)] if heads > 1 else [])])
    inner = () if each == 1 else (Part(2, each),)
    if features != inner or time != lies[1] or _lead(value) != expected:
        raise UnreadableError("multiplies two values otherwise than attention does")
    return heads


def _scored(builder: NetworkBuilder, query: OnnxValue, keys: OnnxValue) -> Scores:
    """Products of each step of one sequence with each of another."""
    if query.border or keys.border or min(len(query.layout), len(keys.layout)) < 3:
        raise UnreadableError("multiplies two values otherwise than attention does")
    query = _sequence(builder, query, -1)
    keys = _sequence(builder, keys, -2)
    heads = _in_heads(builder, query, query.layout[-1], query.layout[-2])
    if heads != _in_heads(builder, keys, keys.layout[-2], keys.layout[-1]):
        raise UnreadableError("multiplies queries and keys of different heads")
    sizes = (*places(query)[:-1], places(keys)[-1])
    return Scores(query, keys, heads, query.factor * keys.factor, sizes)


def _sequence(builder: NetworkBuilder, value: OnnxValue, features: int) -> OnnxValue:
    """A value of three axes as a sequence, whose features lie along one of the last two."""
    if builder.shape(value).kind is Kind.SEQUENCE and builder.feature(value) == 2:
        parts = [part for axis in value.layout for part in axis if part.axis == 2]
        if all(part.axis == 2 for part in value.layout[features]) and parts:
            return value
    if len(value.layout) != 3 or batch_axis(value.layout) != 0:
        return value
    groups = [[1], [2]] if features == -1 else [[2], [1]]
    return replace(settled(builder, replace(value, factor=1.0), groups), factor=value.factor)


def _read_out(builder: NetworkBuilder, scores: Scores, read: OnnxValue) -> OnnxValue:
    """The mean of what is read at each step, weighted by the softmax of scores: attention."""
    if not scores.weighted:
        raise UnreadableError("multiplies scores of attention before their softmax is taken")
    read = _sequence(builder, read, -1)
    heads = _in_heads(builder, read, read.layout[-1], read.layout[-2])
    if heads != scores.heads:
        raise UnreadableError("reads values of other heads than those of the scores")
    query, keys = (OnnxValue(one.source, one.port, one.layout) for one in (scores.query, scores.keys))
    each = builder.shape(query).features // heads
    score, scale = "dot", scores.scale
    if math.isclose(scale * math.sqrt(each), 1.0, rel_tol=1e-5):
        score, scale = "scaled_dot", 1.0
    if not math.isclose(scale, 1.0, rel_tol=1e-6):
        query = scaled(builder, query, np.full(builder.shape(query).features, scale, np.float32))
    ports = {"query": query, "keys": keys}
    own = (read.source, read.port) != (keys.source, keys.port)
    if own:
        ports["values"] = OnnxValue(read.source, read.port, read.layout)
    id_ = builder.add("attention", ports, score=score, heads=heads, own_values=own)
    width = builder.shapes[id_, "out"].features
    inner = width // heads
    time = builder.natural(builder.shapes[id_, "out"])[1]
    lead = scores.sizes[:-2]
    head = () if heads == 1 else (Part(2, heads, inner),)
    batch = (Part(0, builder.batch),)
    front: tuple[Axis, ...] = (joined([*batch, *head]),) if len(lead) == 1 else (batch, head)
    if len(lead) > 2:
        raise UnreadableError("puts samples and heads in more than two axes")
    found = OnnxValue(id_, "out", (*front, time, () if inner == 1 else (Part(2, inner),)))
    return replace(found, factor=read.factor)


def where(builder: NetworkBuilder, node: NodeProto) -> None:
    """Where that only guards the weights of attention against steps that see nothing."""
    weights = [name for name in node.input[1:] if name in builder.scores]
    if len(weights) != 1 or node.input[0] not in builder.scores:
        raise UnreadableError("chooses between values, which no layer does here")
    builder.scores[node.output[0]] = builder.scores[weights[0]]


def is_nan(builder: NetworkBuilder, node: NodeProto) -> None:
    """IsNaN of weights of attention, which are none where each step sees one at least."""
    if node.input[0] not in builder.scores:
        raise UnreadableError("asks which values are missing, which no layer does here")
    builder.scores[node.output[0]] = builder.scores[node.input[0]]
