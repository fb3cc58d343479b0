"""ONNX operators that work on each number: activations, arithmetic with constants, and values that meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import (
    NetworkBuilder,
    OnnxValue,
    UnreadableError,
    attributes,
    distinct,
    in_memory,
    input_name,
    places,
)
from app.exchange.onnx_layout import Part, batch_axis, count
from app.exchange.onnx_picks import constant_of_sample
from app.exchange.onnx_settling import keep_norm, scaled, settled, taken
from graph.layers.base import OnnxOperator
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

PLAIN_SOFTMAX = 13
"""The version from which a softmax is taken over one axis; before, over all from that on."""

Reader = Callable[[NetworkBuilder, "NodeProto"], None]


def declared(operator: OnnxOperator, kind: str) -> Reader:
    """The operator that a layer declares as its own."""

    def reader(builder: NetworkBuilder, node: NodeProto) -> None:
        attrs = attributes(node)
        settings = {ours: attrs[theirs] for theirs, ours in operator.settings.items() if theirs in attrs}
        builder.after(node.output[0], kind, taken(builder, node.input[0]), **short(settings))

    return reader


def short(settings: dict[str, Any]) -> dict[str, Any]:
    """Numbers of 32 bits as the shortest that mean the same."""
    return {
        name: float(np.format_float_positional(np.float32(value), trim="-")) if isinstance(value, float) else value
        for name, value in settings.items()
    }


def softmax(kind: str) -> Reader:
    """Softmax and LogSoftmax, over whichever axis."""

    def reader(builder: NetworkBuilder, node: NodeProto) -> None:
        if node.input[0] in builder.scores:
            scores = builder.scores[node.input[0]]
            if kind != "softmax" or attributes(node).get("axis", -1) % len(scores.sizes) != len(scores.sizes) - 1:
                raise UnreadableError("works on scores of attention otherwise than by a softmax over the keys")
            builder.scores[node.output[0]] = replace(scores, weighted=True)
            return
        value = taken(builder, node.input[0])
        rank, first = len(value.layout), batch_axis(value.layout)
        at = attributes(node).get("axis", -1 if builder.version >= PLAIN_SOFTMAX else 1) % rank
        over = [at] if builder.version >= PLAIN_SOFTMAX else list(range(at, rank))
        over = [place for place in over if value.layout[place]] or [at]
        at = over[0]
        if at == first:
            raise UnreadableError("takes the softmax over another axis than the features: over the samples")
        if len(over) > 1 or at != builder.feature_place(value):
            others = [place for place in range(rank) if place not in (*over, first)]
            value = settled(builder, value, [others, over] if others else [over])
        builder.after(node.output[0], kind, value)

    return reader


def dropout(builder: NetworkBuilder, node: NodeProto) -> None:
    """Dropout, which does nothing when answering."""
    ratio = attributes(node).get("ratio", 0.5)
    if input_name(node, 1):
        ratio = float(builder.constant(node.input[1], "its rate"))
    builder.after(node.output[0], "dropout", taken(builder, node.input[0]), rate=min(0.99, float(ratio)))


def passing(builder: NetworkBuilder, node: NodeProto) -> None:
    """Identity and Cast: the same value under another name."""
    if node.input[0] in builder.scores:
        builder.scores[node.output[0]] = builder.scores[node.input[0]]
        return
    builder.values[node.output[0]] = builder.raw(node.input[0])


def clip(builder: NetworkBuilder, node: NodeProto) -> None:
    """Clip: what lies outside two limits is set to them."""
    attrs = attributes(node)
    limits: list[float | None] = []
    for at, name in ((1, "min"), (2, "max")):
        given = input_name(node, at)
        number = float(builder.constant(given, "its limits").reshape(())) if given else attrs.get(name)
        limits.append(number if number is not None and abs(number) < 1e30 else None)
    low, high = limits
    value = taken(builder, node.input[0])
    if (low, high) == (0.0, None):
        builder.after(node.output[0], "relu", value)
    elif low is not None and high is not None:
        builder.after(node.output[0], "hardtanh", value, **short({"low": low, "high": high}))
    else:
        raise UnreadableError("has a limit on one side that is not zero")


def hard_sigmoid(builder: NetworkBuilder, node: NodeProto) -> None:
    """HardSigmoid with torch's slope and middle; with others a scaling before a cut at 0 and 1."""
    attrs, value = attributes(node), taken(builder, node.input[0])
    slope, middle = attrs.get("alpha", 0.2), attrs.get("beta", 0.5)
    if abs(slope - 1 / 6) < 1e-6 and middle == 0.5:
        builder.after(node.output[0], "hard_sigmoid", value)
        return
    features = builder.shape(value).features
    steep = scaled(builder, value, np.full(features, slope, np.float32), np.full(features, middle, np.float32))
    builder.after(node.output[0], "hardtanh", steep, low=0.0, high=1.0)


def selu(builder: NetworkBuilder, node: NodeProto) -> None:
    """Selu with the usual numbers, which its attributes have only rounded."""
    attrs = attributes(node)
    alpha, gamma = attrs.get("alpha", 1.6732632), attrs.get("gamma", 1.0507010)
    if abs(alpha - 1.6732632) > 1e-4 or abs(gamma - 1.0507010) > 1e-4:
        raise UnreadableError("has other numbers than SELU's own")
    builder.after(node.output[0], "selu", taken(builder, node.input[0]))


def prelu(builder: NetworkBuilder, node: NodeProto) -> None:
    """PRelu: a slope for each feature, or one for all."""
    value = taken(builder, node.input[0])
    given = builder.constant(node.input[1], "its slopes")
    if given.ndim == 1 and given.size > 1 and builder.feature_place(value) == 1:
        # Files before version 7 of the operators mean channels by one row of slopes.
        given = given.reshape(-1, *[1] * (len(value.layout) - 2))
    slopes = per_feature(builder, value, given)
    if slopes is None:
        raise UnreadableError("has slopes that differ from place to place")
    id_ = builder.after(node.output[0], "prelu", value, node.input[1])
    builder.keep(id_, weight=slopes)


def negative(builder: NetworkBuilder, node: NodeProto) -> None:
    """Neg: times -1."""
    value = taken(builder, node.input[0])
    builder.values[node.output[0]] = scaled(builder, value, np.full(builder.shape(value).features, -1, np.float32))


def power(builder: NetworkBuilder, node: NodeProto) -> None:
    """Pow with the exponent 1 or 2."""
    exponent = builder.constant(node.input[1], "its exponent").reshape(-1)
    value = taken(builder, node.input[0])
    if exponent.size != 1 or exponent[0] not in (1, 2):
        raise UnreadableError("raises to another power than 2")
    times = {f"in{number}": value for number in (1, 2)}
    squared = OnnxValue(builder.add("multiply", times), "out", value.layout) if exponent[0] == 2 else value
    builder.values[node.output[0]] = squared


def largest(builder: NetworkBuilder, node: NodeProto) -> None:
    """Max and Min of two values: joined feature by feature, of which the larger is kept; Min is that of negatives."""
    values = [taken(builder, name) for name in node.input]
    if len(values) != 2 or values[0].layout != values[1].layout:
        raise UnreadableError("takes the largest of values of unlike shapes, or of more than two")
    features = builder.shape(values[0]).features
    turned = np.full(features, -1, np.float32)
    if node.op_type == "Min":
        values = [scaled(builder, value, turned) for value in values]
    joined = builder.add("concatenate", {f"in{at}": value for at, value in enumerate(values, 1)})
    mixed = builder.add("channel_shuffle", {"in": OnnxValue(joined, "out", ())}, groups=2)
    found = OnnxValue(builder.add("maxout", {"in": OnnxValue(mixed, "out", ())}), "out", values[0].layout)
    builder.values[node.output[0]] = scaled(builder, found, turned) if node.op_type == "Min" else found


# Arithmetic


def arithmetic(builder: NetworkBuilder, node: NodeProto) -> None:
    """Add, Sub, Mul and Div: of two values a merging layer, with a constant a scale or shift of each feature."""
    known = [name in builder.constants for name in node.input]
    if not any(known):
        _meet(builder, node)
        return
    name, numbers = node.input[known.index(False)], builder.constants[node.input[known.index(True)]]
    axis = attributes(node).get("axis")
    if axis is not None and name in builder.values:  # how files before version 7 say where a constant lies
        behind = len(builder.values[name].layout) - axis % len(builder.values[name].layout) - numbers.ndim
        numbers = numbers.reshape(*numbers.shape, *[1] * max(0, behind))
    if name in builder.scores:
        _on_scores(builder, node, name, numbers)
        return
    if known[0] and node.op_type == "Div":
        raise UnreadableError("divides a constant by a value")
    one = numbers[(0,) * numbers.ndim] if numbers.size == 1 or (numbers.size and not any(numbers.strides)) else None
    if node.op_type in ("Mul", "Div") and one is not None and builder.raw(name).border is None:
        value = builder.raw(name)
        factor = value.factor * float(one if node.op_type == "Mul" else 1 / one)
        if numbers.ndim <= len(value.layout):
            builder.values[node.output[0]] = replace(value, factor=factor)
            return
    _with_constant(builder, node, taken(builder, name), in_memory(numbers), name)


def _on_scores(builder: NetworkBuilder, node: NodeProto, name: str, numbers: Array) -> None:
    """Scores of attention: scaled by one number, or masked by zeros, which changes nothing."""
    scores = builder.scores[name]
    if not scores.weighted and node.op_type in ("Mul", "Div") and numbers.size == 1:
        one = float(numbers.reshape(-1)[0])
        scale = scores.scale * (one if node.op_type == "Mul" else 1 / one)
        builder.scores[node.output[0]] = replace(scores, scale=scale)
    elif node.op_type == "Add" and not np.any(distinct(numbers)):
        builder.scores[node.output[0]] = scores
    else:
        raise UnreadableError("masks or changes scores of attention, which no layer does here")


def _with_constant(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, numbers: Array, name: str) -> None:
    if numbers.ndim > len(value.layout):
        raise UnreadableError("repeats a value along an axis that it has not")
    if builder.shape(value).kind is Kind.TOKENS:
        raise UnreadableError("calculates with tokens, which only stand for words")
    flat = per_feature(builder, value, numbers)
    if flat is None and any(len({part.axis for part in axis}) > 1 for axis in value.layout):
        value = settled(builder, value)
        flat = per_feature(builder, value, numbers)
    if flat is None:
        if node.op_type in ("Add", "Sub") and not (node.op_type == "Sub" and node.input[0] != name):
            _at_each_step(builder, node, value, numbers if node.op_type == "Add" else -numbers)
            return
        raise UnreadableError("calculates with constants that differ from place to place")
    if node.op_type == "Add" and _as_bias(builder, node, value, flat, name):
        return
    ones, zeros = np.ones_like(flat), np.zeros_like(flat)
    turned = node.op_type == "Sub" and node.input[0] != name
    scale, shift = {
        "Add": (ones, flat),
        "Sub": (-ones, flat) if turned else (ones, -flat),
        "Mul": (flat, zeros),
        "Div": (1 / flat, zeros),
    }[node.op_type]
    _rescaled(builder, node, value, scale, shift, name)


def per_feature(builder: NetworkBuilder, value: OnnxValue, numbers: Array) -> Array | None:
    """A constant as one number for each feature; None where it differs from place to place."""
    shape, feature = builder.shape(value), builder.feature(value)
    sizes = places(value)
    if numbers.size > 1 and numbers.ndim > len(sizes):
        return None
    spread = constant_of_sample(numbers.reshape(()) if numbers.size == 1 else numbers, sizes, batch_axis(value.layout))
    if spread is None:
        return None
    features = builder.sizes(shape)[feature] if shape.kind is not Kind.TOKENS else 1
    parts: list[Part] = []
    lengths: list[int] = []
    for at, axis in enumerate(value.layout):
        inside = bool(axis) and all(part.axis == feature for part in axis)
        if spread.shape[at] != 1 and not inside:
            if np.all(spread == np.take(spread, [0], at)):
                spread = np.take(spread, [0], at)
            else:
                return None
        if inside:
            parts += axis
            lengths += [part.size for part in axis] if spread.shape[at] != 1 else [1] * len(axis)
    table = spread.reshape(lengths) if parts else spread.reshape(())
    order = sorted(range(len(parts)), key=lambda at: -parts[at].step)
    full = np.broadcast_to(table, tuple(part.size for part in parts)).transpose(order).reshape(-1)
    if full.size not in (1, features):
        return None
    return np.broadcast_to(full.astype(np.float32), (features,)).copy()


def _at_each_step(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, numbers: Array) -> None:
    """Numbers of its own for each step of a sequence, added: places."""
    if builder.shape(value).kind is not Kind.SEQUENCE or builder.feature_place(value) is None:
        value = settled(builder, value)
    sizes = places(value)
    spread = constant_of_sample(numbers, sizes, batch_axis(value.layout))
    time = [at for at, axis in enumerate(value.layout) if any(part.axis == 1 for part in axis)]
    last = builder.feature_place(value)
    if builder.shape(value).kind is not Kind.SEQUENCE or spread is None or len(time) != 1 or last is None:
        raise UnreadableError("adds constants that differ from place to place, which only steps of a sequence can have")
    full = np.broadcast_to(spread, [1 if at not in (time[0], last) else size for at, size in enumerate(sizes)])
    table = np.moveaxis(full, (time[0], last), (-2, -1)).reshape(sizes[time[0]], sizes[last])
    hint = next(name for name in node.input if name in builder.constants)
    id_ = builder.after(node.output[0], "position_embedding", value, hint)
    builder.keep(id_, positions=np.ascontiguousarray(table, np.float32))


def _as_bias(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, numbers: Array, name: str) -> bool:
    """Take what is added as the biases of the dense layer right before, if there is one without."""
    layer = builder.network.layer(value.source)
    if not layer.is_dense or layer.values()["bias"] or builder.uses[name] > 1:
        return False
    builder.replace(value.source, layer.changed(bias=True))
    builder.keep(value.source, bias=numbers)
    builder.values[node.output[0]] = value
    return True


def _rescaled(
    builder: NetworkBuilder, node: NodeProto, value: OnnxValue, scale: Array, shift: Array, name: str
) -> None:
    """A batch normalisation that only scales and shifts, value fixed; one after another become one."""
    if value.source in builder.frozen and builder.uses[name] == 1:
        before = {part: builder.weights[f"{value.source}.{part}"] for part in ("weight", "bias")}
        weight, bias = before["weight"] * scale, before["bias"] * scale + shift
        keep_norm(builder, value.source, weight, bias, np.zeros_like(weight), np.ones_like(weight))
        builder.values[node.output[0]] = value
        return
    builder.values[node.output[0]] = scaled(builder, value, scale, shift)


# Values that meet


def _meet(builder: NetworkBuilder, node: NodeProto) -> None:
    if any(name in builder.scores for name in node.input):
        raise UnreadableError("masks or changes scores of attention, which no layer does here")
    values = [taken(builder, name) for name in node.input]
    if node.op_type == "Div":
        raise UnreadableError("divides one value by another")
    if node.op_type == "Sub":
        features = builder.shape(values[1]).features
        values[1] = scaled(builder, values[1], np.full(features, -1, np.float32))
    kind = "multiply" if node.op_type == "Mul" else "add"
    builder.values[node.output[0]] = merged(builder, values, kind)


def several(kind: str) -> Reader:
    """Sum and Mean of any number of values."""

    def reader(builder: NetworkBuilder, node: NodeProto) -> None:
        builder.values[node.output[0]] = merged(builder, [taken(builder, name) for name in node.input], kind)

    return reader


def merged(builder: NetworkBuilder, values: list[OnnxValue], kind: str) -> OnnxValue:
    """A layer in which values meet; those with axes of size 1 are repeated before.

    Raises
    ------
    UnreadableError
        if there is no layer that repeats them as is needed.
    """
    if len(values) == 1:
        return values[0]
    rank = max(len(value.layout) for value in values)
    values = [value.lying(((),) * (rank - len(value.layout)) + value.layout) for value in values]
    try:
        sizes = np.broadcast_shapes(*map(places, values))
    except ValueError:
        raise UnreadableError("joins values of unlike sizes") from None
    values = [repeated(builder, value, sizes) for value in values]
    shapes = {(builder.shape(value).kind, builder.sizes(builder.shape(value))) for value in values}
    if len({value.layout for value in values}) > 1 or len(shapes) > 1:
        values = [settled(builder, value) for value in values]
    ports = {f"in{number}": value for number, value in enumerate(values, 1)}
    return OnnxValue(builder.add(kind, ports, inputs=len(values)), "out", values[0].layout)


def repeated(builder: NetworkBuilder, value: OnnxValue, sizes: tuple[int, ...]) -> OnnxValue:
    """The value with its axes of size 1 as long as wanted: over a picture, over time, or over features."""
    missing = [at for at, (axis, size) in enumerate(zip(value.layout, sizes, strict=True)) if count(axis) != size]
    if not missing:
        return value
    first = batch_axis(value.layout)
    if first is None or first in missing:
        raise UnreadableError("gives some of its samples to all")
    others = [at for at in range(len(sizes)) if at != first]
    if len(others) == 3 and missing == others[1:]:
        grown = builder.layer("upsample2d", settled(builder, value), size=(sizes[others[1]], sizes[others[2]]))
        return grown.lying(_placed(grown, first, others))
    if len(others) == 2 and missing == others[:1]:
        flat = settled(builder, value, [others])
        grown = builder.layer("repeat_vector", flat, steps=sizes[others[0]])
        return grown.lying(_placed(grown, first, others))
    if len(others) == 1 and missing == others:
        grown = builder.layer("repeat_vector", settled(builder, value), steps=sizes[others[0]])
        flat = builder.layer("flatten", grown)
        return flat.lying(_placed(flat, first, others))
    raise UnreadableError("repeats a value along axes for which there is no layer here")


def _placed(value: OnnxValue, first: int, others: list[int]) -> tuple[tuple[Part, ...], ...]:
    """The natural layout of a value, each axis at its place among those of ONNX."""
    made: list[tuple[Part, ...]] = [()] * (len(others) + 1)
    made[first] = value.layout[0]
    for at, axis in zip(others, value.layout[1:], strict=True):
        made[at] = axis
    return tuple(made)
