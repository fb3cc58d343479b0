"""ONNX operators that take parts of a value, or join several: Gather, Slice, Split and Concat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_constants import slices
from app.exchange.onnx_graph import Cut, NetworkBuilder, OnnxValue, UnreadableError, attributes, in_memory, places
from app.exchange.onnx_layout import Layout, Part, batch_axis, count
from app.exchange.onnx_settling import settled, taken
from graph.layers.base import Layer
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto


def gather(builder: NetworkBuilder, node: NodeProto) -> None:
    """Gather: rows of a table for tokens; one place, or several in a row, of anything else."""
    if node.input[0] in builder.constants:
        _embed(builder, node)
        return
    value = taken(builder, node.input[0])
    index = builder.constant(node.input[1], "the place that it picks")
    at = attributes(node).get("axis", 0) % len(value.layout)
    size = places(value)[at]
    picked = [int(place) + size if place < 0 else int(place) for place in index.reshape(-1)]
    if picked != list(range(picked[0], picked[0] + len(picked))):
        raise UnreadableError("picks places that do not lie in a row")
    found = part_of(builder, value, at, picked[0], len(picked))
    if index.ndim == 0:
        found = found.lying((*found.layout[:at], *found.layout[at + 1 :]))
    builder.values[node.output[0]] = found


def _embed(builder: NetworkBuilder, node: NodeProto) -> None:
    table, value = builder.constant(node.input[0], "its table"), builder.raw(node.input[1])
    if attributes(node).get("axis", 0) != 0 or table.ndim != 2 or builder.shape(value).kind is not Kind.TOKENS:
        raise UnreadableError("looks something other than tokens up in a table")
    size = table.shape[1]
    id_ = builder.add("embedding", {"in": value}, node.input[0], vocabulary=table.shape[0], size=size)
    builder.keep(id_, weight=table)
    lies = builder.natural(builder.shapes[id_, "out"])[2]
    builder.values[node.output[0]] = OnnxValue(id_, "out", (*value.layout, lies))


def part_of(
    builder: NetworkBuilder, value: OnnxValue, at: int, first: int, size: int, alone: bool = False
) -> OnnxValue:
    """The value with ``size`` indices of one ONNX axis, from ``first`` on; the axis stays.

    ``alone`` tells that nothing else reads the value.

    Raises
    ------
    UnreadableError
        if it is the batch, or is one of places of an image.
    """
    axis = value.layout[at]
    if first < 0 or size < 1 or first + size > count(axis):
        raise UnreadableError("takes places that are not there")
    if size == count(axis):
        return value
    if any(part.axis == 0 for part in axis):
        raise UnreadableError("takes some of the samples of a batch")
    if len(axis) != 1 or not _outermost(builder, value, axis[0]):
        value = settled(builder, value)
        axis = value.layout[at]
    part = axis[0]
    cut = _cut(builder, value, part, first, size, alone)
    left = () if size == 1 else (Part(part.axis, size, part.step),)
    return cut.lying((*value.layout[:at], left, *value.layout[at + 1 :]))


def _outermost(builder: NetworkBuilder, value: OnnxValue, part: Part) -> bool:
    """Whether a range of the part is a range of our axis, which can be sliced."""
    shape = builder.shape(value)
    if part.axis != builder.feature(value) and (part.axis != 1 or shape.kind not in (Kind.SEQUENCE, Kind.VIDEO)):
        return False
    return part.size * part.step == builder.sizes(shape)[part.axis]


def _cut(builder: NetworkBuilder, value: OnnxValue, part: Part, first: int, size: int, alone: bool) -> OnnxValue:
    """Some of the features, or of the steps."""
    if not _outermost(builder, value, part):
        raise UnreadableError(f"takes some places of {builder.shape(value).described()}, which no layer does here")
    start, number = first * part.step, size * part.step
    if part.axis == builder.feature(value):
        return _features(builder, value, start, number)
    total = part.size * part.step
    if number == 1 and start == total - 1 and builder.shape(value).kind is Kind.SEQUENCE:
        id_ = builder.add("last_step", {"in": value})
        return _renamed(builder, OnnxValue(id_, "out", value.layout), {2: 1})
    if start == 0 and alone and _is_causal(builder, value, total - number):
        return OnnxValue(value.source, value.port, value.layout)
    id_ = builder.add("slice", {"in": value}, along="time", first=start, count=number)
    return OnnxValue(id_, "out", value.layout)


def _renamed(builder: NetworkBuilder, value: OnnxValue, axes: dict[int, int]) -> OnnxValue:
    """The value with other numbers for our axes, where a layer dropped one."""
    layout = tuple(tuple(Part(axes.get(p.axis, p.axis), p.size, p.step) for p in axis) for axis in value.layout)
    return value.lying(layout)


def _features(builder: NetworkBuilder, value: OnnxValue, first: int, number: int) -> OnnxValue:
    joined = _one_of_joined(builder, value, first, number)
    if joined is not None:
        return joined
    id_ = builder.add("slice", {"in": value}, first=first, count=number)
    builder.cuts[id_] = Cut(value, first, number)
    return OnnxValue(id_, "out", value.layout)


def _one_of_joined(builder: NetworkBuilder, value: OnnxValue, first: int, number: int) -> OnnxValue | None:
    """Of features that were joined before, those of one input, which need no layer."""
    layer = builder.network.layer(value.source)
    if layer.kind != "concatenate" or layer.values()["along"] != "features":
        return None
    start = 0
    for port in layer.input_ports():
        wire = builder.network.into(value.source)[port.name]
        features = builder.shapes[wire.source, wire.source_port].features
        if (start, features) == (first, number):
            return OnnxValue(wire.source, wire.source_port, value.layout)
        start += features
    return None


def _is_causal(builder: NetworkBuilder, value: OnnxValue, dropped: int) -> bool:
    """Make a convolution causal whose last steps, which look ahead, are dropped: then it never has them."""
    layer: Layer = builder.network.layer(value.source)
    if layer.kind != "conv1d":
        return False
    settings = layer.values()
    reach = (settings["kernel_size"] - 1) * settings["dilation"]
    bordered = settings["padding"] == "custom" and settings["padding_size"] == reach == dropped
    if not bordered or settings["stride"] != 1 or settings["padding_mode"] != "zeros":
        return False
    builder.replace(value.source, layer.changed(padding="causal"))
    return True


def cut(builder: NetworkBuilder, node: NodeProto) -> None:
    """Slice: a range of one axis after another."""
    value = taken(builder, node.input[0])
    for at, wanted in slices(builder, node, len(value.layout)).items():
        start, end, step = wanted.indices(places(value)[at])
        if step != 1:
            raise UnreadableError("skips places or turns them round")
        value = part_of(builder, value, at, start, max(0, end - start), builder.uses[node.input[0]] == 1)
    builder.values[node.output[0]] = value


def split(builder: NetworkBuilder, node: NodeProto) -> None:
    """Split into parts along one axis."""
    value = taken(builder, node.input[0])
    at = attributes(node).get("axis", 0) % len(value.layout)
    total, parts = places(value)[at], len(node.output)
    each = -(-total // parts)
    sizes = builder.integers(node, "split") or [min(each, total - each * number) for number in range(parts)]
    equal = len(set(sizes)) == 1 and 2 <= parts <= 16
    if equal and at == builder.feature_place(value):
        id_ = builder.add("channel_split", {"in": value}, parts=parts)
        left = () if sizes[0] == 1 else (Part(builder.feature(value), sizes[0]),)
        for number, name in enumerate(node.output, 1):
            layout = (*value.layout[:at], left, *value.layout[at + 1 :])
            builder.values[name] = OnnxValue(id_, f"out{number}", layout)
        return
    start = 0
    for name, size in zip(node.output, sizes, strict=True):
        builder.values[name] = part_of(builder, value, at, start, size)
        start += size


# Joining


def concat(builder: NetworkBuilder, node: NodeProto) -> None:
    """Concat along features or time."""
    if any(name in builder.constants for name in node.input):
        _token(builder, node)
        return
    values = [taken(builder, name) for name in node.input]
    at = attributes(node)["axis"] % len(values[0].layout)
    whole = _halves(builder, values, at)
    if whole is None and not _joinable(builder, values, at):
        values = [settled(builder, value) for value in values]
    builder.values[node.output[0]] = whole or _joined(builder, values, at)


def _halves(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int) -> OnnxValue | None:
    """What was cut apart before and is joined again, such as the directions of a recurrent layer."""
    cuts = [builder.cuts.get(value.source) for value in values]
    if any(cut is None for cut in cuts):
        return None
    first = cuts[0]
    assert first is not None
    start, source = 0, first.source
    for cut in cuts:
        assert cut is not None
        if (cut.source.source, cut.source.port, cut.first) != (source.source, source.port, start):
            return None
        start += cut.count
    if start != builder.shape(source).features or len({value.layout for value in values}) != 1:
        return None
    axis = _along(builder, [OnnxValue(source.source, source.port, value.layout) for value in values], at, start)
    return None if axis is None else source.lying((*values[0].layout[:at], axis, *values[0].layout[at + 1 :]))


def _along(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int, total: int) -> tuple[Part, ...] | None:
    """The joined axis, where it is the outermost part of the features in each value; None where it is not."""
    feature = builder.feature(values[0])
    sizes = [count(value.layout[at]) for value in values]
    if any(len(value.layout[at]) > 1 or any(part.axis != feature for part in value.layout[at]) for value in values):
        return None
    step = total // sum(sizes)
    steps = {part.step for value in values for part in value.layout[at]} or {step}
    return (Part(feature, sum(sizes), step),) if steps == {step} and step * sum(sizes) == total else None


def _joinable(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int) -> bool:
    return _feature_axis(builder, values, at) is not None or _is_time(builder, values, at)


def _alike(values: Sequence[OnnxValue], at: int) -> bool:
    return len({(*value.layout[:at], *value.layout[at + 1 :]) for value in values}) == 1


def _feature_axis(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int) -> tuple[Part, ...] | None:
    shapes = [builder.shape(value) for value in values]
    if not _alike(values, at) or len({shape.kind for shape in shapes}) > 1:
        return None
    feature, total = builder.feature(values[0]), sum(shape.features for shape in shapes)
    for value, shape in zip(values, shapes, strict=True):
        others = [part for place, axis in enumerate(value.layout) if place != at for part in axis]
        within = [part for part in others if part.axis == feature]
        held = count(value.layout[at])
        for part in within:
            held *= part.size
        if held != shape.features:
            return None
    return _along(builder, values, at, total)


def _is_time(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int) -> bool:
    kinds = {builder.shape(value).kind for value in values}
    if len(kinds) > 1 or not kinds <= {Kind.SEQUENCE, Kind.VIDEO} or not _alike(values, at):
        return False
    return all(value.layout[at] == builder.natural(builder.shape(value))[1] for value in values) and all(
        len(axis) < 2 for value in values for axis in value.layout
    )


def _joined(builder: NetworkBuilder, values: Sequence[OnnxValue], at: int) -> OnnxValue:
    axis = _feature_axis(builder, values, at)
    along = "features"
    if axis is None and _is_time(builder, values, at):
        along, total = "time", sum(count(value.layout[at]) for value in values)
        axis = (Part(1, total),)
    if axis is None:
        raise UnreadableError("joins values along another axis than features or time")
    ports = {f"in{number}": value for number, value in enumerate(values, 1)}
    if len(values) == 1:
        return values[0]
    id_ = builder.add("concatenate", ports, inputs=len(values), along=along)
    layout: Layout = (*values[0].layout[:at], axis, *values[0].layout[at + 1 :])
    return OnnxValue(id_, "out", layout)


def _token(builder: NetworkBuilder, node: NodeProto) -> None:
    """A step that is the same for every sample, before all others: a class token."""
    known = [name in builder.constants for name in node.input]
    if known != [True, False]:
        raise UnreadableError("joins a value with constants that do not stand before it")
    value = taken(builder, node.input[1])
    token, at = builder.constants[node.input[0]], attributes(node)["axis"] % len(value.layout)
    if builder.shape(value).kind is not Kind.SEQUENCE or builder.feature_place(value) is None:
        value = settled(builder, value)
    first, last = batch_axis(value.layout), builder.feature_place(value)
    if at in (first, last) or first is None or last is None or token.ndim != 3 or token.shape[at] != 1:
        raise UnreadableError("joins a value with constants otherwise than one step before a sequence")
    numbers = in_memory(np.moveaxis(token, first, 0)[0])
    if token.strides[first] and np.any(token != np.take(token, [0], first)):
        raise UnreadableError("joins a value with constants that differ from sample to sample")
    id_ = builder.add("class_token", {"in": value}, node.input[0])
    builder.keep(id_, token=np.ascontiguousarray(numbers.reshape(-1), np.float32))
    lies: Layout = tuple(
        (Part(1, places(value)[at] + 1),) if place == at else axis for place, axis in enumerate(value.layout)
    )
    builder.values[node.output[0]] = OnnxValue(id_, "out", lies)


def constant_of_sample(values: Array, sizes: Sequence[int], first: int | None) -> Array | None:
    """A constant as one of a single sample, where it is the same for all; None where it is not."""
    spread = values.reshape((1,) * (len(sizes) - values.ndim) + values.shape)
    if first is None or spread.shape[first] == 1:
        return spread
    one = np.take(spread, [0], first)
    same = spread.strides[first] == 0 or bool(np.all(spread == one))
    return one if same else None
