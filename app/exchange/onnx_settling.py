"""ONNX values in a form that a layer of ours can read: axes put in order, borders and factors made layers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import Border, NetworkBuilder, OnnxValue, UnreadableError
from app.exchange.onnx_layout import (
    Axis,
    Layout,
    Part,
    batch_axis,
    count,
    in_order,
    joined,
    sizes_of,
    stored,
)
from graph.shapes import Kind, Shape

KINDS = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}
"""The kind of shape by its number of axes."""

PADDED_BY = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
"""ONNX's modes of padding by torch's names."""

Groups = Sequence[Sequence[int]]
"""For each of our axes, the ONNX axes that it is made of, from the slowest to the fastest."""


def taken(builder: NetworkBuilder, name: str) -> OnnxValue:
    """The value called ``name``, whose border and factor have become layers.

    Raises
    ------
    UnreadableError
        if there is no such value, or its border has no layer.
    """
    value = builder.raw(name)
    if value.border is not None:
        value = bordered(builder, value)
    if value.factor != 1.0:
        value = scaled(builder, value, np.full(builder.shape(value).features, value.factor, np.float32))
    builder.values[name] = value
    return value


def scaled(builder: NetworkBuilder, value: OnnxValue, scale: Array, shift: Array | None = None) -> OnnxValue:
    """The value with each feature multiplied and shifted: a batch normalisation with fixed numbers."""
    shift = np.zeros_like(scale) if shift is None else shift
    bare = OnnxValue(value.source, value.port, value.layout)
    id_ = builder.add("batch_norm", {"in": bare}, eps=1e-12)
    builder.frozen.append(id_)
    keep_norm(builder, id_, scale, shift, np.zeros_like(scale), np.ones_like(scale))
    return OnnxValue(id_, "out", value.layout)


def keep_norm(builder: NetworkBuilder, id_: str, weight: Array, bias: Array, mean: Array, variance: Array) -> None:
    """Keep what a batch normalisation holds."""
    builder.keep(id_, weight=weight, bias=bias, running_mean=mean, running_var=variance)
    builder.keep(id_, num_batches_tracked=np.array(0, np.int64))


def bordered(builder: NetworkBuilder, value: OnnxValue) -> OnnxValue:
    """The value with its border as a layer, which images have."""
    border = value.border or Border({})
    bare = OnnxValue(value.source, value.port, value.layout, None, value.factor)
    if len(value.layout) != 4:
        raise UnreadableError("stands behind a Pad, which only a convolution can take up here")
    image = settled(builder, bare)
    top, bottom = border.sides.get(2, (0, 0))
    left, right = border.sides.get(3, (0, 0))
    if set(border.sides) - {2, 3}:
        raise UnreadableError("stands behind a Pad of something else than height and width")
    settings = {"mode": PADDED_BY[border.mode], "number": border.number}
    return builder.layer("pad2d", image, top=top, bottom=bottom, left=left, right=right, **settings)


def settled(builder: NetworkBuilder, value: OnnxValue, groups: Groups | None = None) -> OnnxValue:
    """The same values where our axes are the ONNX axes in ``groups``: each alone, in their order, without any given.

    Raises
    ------
    UnreadableError
        if the batch is mixed with other axes, or more than four axes would have to be put in another order.
    """
    first = batch_axis(value.layout)
    if first is None:
        raise UnreadableError("works on values whose samples are mixed with other axes")
    if groups is None:
        groups = [[at] for at in range(len(value.layout)) if at != first] or [[]]
    sizes = [math.prod(count(value.layout[at]) for at in group) for group in groups]
    lies = _lying(len(value.layout), first, groups, sizes_of(value.layout), builder.batch)
    wanted = [part for group in groups for at in group for part in value.layout[at]]
    kind = KINDS.get(len(groups))
    if kind is None:
        raise UnreadableError(f"works on {len(groups) + 1} axes at once; up to 5 are read")
    shape = builder.shape(value)
    if shape.kind is kind and all(
        axis == ours
        for axis, ours in zip(
            [joined(part for at in group for part in value.layout[at]) for group in groups],
            builder.natural(shape)[1:],
            strict=True,
        )
    ):
        return value.lying(lies)
    if in_order(wanted):
        return _read_as(builder, value, kind, sizes).lying(lies)
    groups_of = _dealt_out(builder, value, wanted) if shape.kind is kind else None
    if groups_of is not None:
        return builder.layer("channel_shuffle", value, groups=groups_of).lying(lies)
    return _turned(builder, value, wanted, kind, sizes).lying(lies)


def _dealt_out(builder: NetworkBuilder, value: OnnxValue, wanted: Sequence[Part]) -> int | None:
    """The number of groups where only the features change their order, one of each group in turn; None otherwise."""
    feature = builder.feature(value)
    inside = [at for at, part in enumerate(wanted) if part.axis == feature]
    if len(inside) != 2 or inside[1] != inside[0] + 1:
        return None
    inner, outer = (wanted[at] for at in inside)
    back = [*wanted[: inside[0]], outer, inner, *wanted[inside[1] + 1 :]]
    return (
        outer.size
        if in_order(back) and joined((outer, inner)) == joined([Part(feature, outer.size * inner.size)])
        else None
    )


def _lying(rank: int, first: int, groups: Groups, sizes: Sequence[int], batch: int) -> Layout:
    """The layout once each group is an axis of ours."""
    made: list[Axis] = [()] * rank
    made[first] = (Part(0, batch),)
    for number, group in enumerate(groups, 1):
        step = math.prod(sizes[at] for at in group)
        for at in group:
            step //= sizes[at]
            made[at] = () if sizes[at] == 1 else (Part(number, sizes[at], step),)
    return tuple(made)


def _turned(
    builder: NetworkBuilder, value: OnnxValue, wanted: Sequence[Part], kind: Kind, sizes: Sequence[int]
) -> OnnxValue:
    """The values with their parts in another order: read as an axis for each part, turned, and read as ``kind``."""
    parts = _merged(wanted)
    if len(parts) > max(KINDS):
        return _turned_in_steps(builder, value, wanted, kind, sizes)
    memory = stored([group[0] for group in parts])
    order = [next(at for at, group in enumerate(parts) if group[0] == part) for part in memory]
    lengths = [math.prod(part.size for part in parts[at]) for at in order]
    apart = _read_as(builder, value, KINDS[len(lengths)], lengths)
    turned = builder.layer("permute", apart, order=tuple(order.index(at) + 1 for at in range(len(parts))))
    return _read_as(builder, turned, kind, sizes)


def _turned_in_steps(
    builder: NetworkBuilder, value: OnnxValue, wanted: Sequence[Part], kind: Kind, sizes: Sequence[int]
) -> OnnxValue:
    """The same for many parts: one after another is brought to its place, before all that it has to pass."""
    now = stored(wanted)
    for at, part in enumerate(wanted):
        if now[at] == part:
            continue
        found = now.index(part)
        blocks = [now[:at], now[at:found], [part], now[found + 1 :]]
        lengths = [math.prod(each.size for each in block) for block in blocks]
        value = builder.layer("permute", _read_as(builder, value, Kind.VIDEO, lengths), order=(1, 3, 2, 4))
        now = [*now[:at], part, *now[at:found], *now[found + 1 :]]
    return _read_as(builder, value, kind, sizes)


def _merged(wanted: Sequence[Part]) -> list[list[Part]]:
    """The parts, those that stand beside each other in memory and in the wanted order as one."""
    memory = stored(wanted)
    made: list[list[Part]] = []
    for part in wanted:
        at = memory.index(part)
        if made and at > 0 and memory[at - 1] == made[-1][-1]:
            made[-1].append(part)
        else:
            made.append([part])
    return made


def _read_as(builder: NetworkBuilder, value: OnnxValue, kind: Kind, sizes: Sequence[int]) -> OnnxValue:
    """The same values in the same order as another shape."""
    shape = builder.shape(value)
    given = tuple(sizes)
    if shape.kind is kind and builder.sizes(shape)[1:] == given:
        return value.lying(builder.natural(shape))
    if any(size is None for size in shape.sizes):
        raise UnreadableError("gives a sequence of unknown length another shape")
    if math.prod(given) != math.prod(builder.sizes(shape)[1:]):
        raise UnreadableError("reads a part of what arrives as another shape")
    if kind is Kind.VECTOR:
        return builder.layer("flatten", value)
    return builder.layer("reshape", value, shape=Shape(kind, given))


def leave(builder: NetworkBuilder, name: str) -> tuple[str, tuple[int, ...]]:
    """An output of the graph; its layer, and which of the file's axes each of ours is where they lie otherwise.

    Axes that are only turned leave in our order, of which the person is told.
    """
    value = taken(builder, name)
    shape = builder.shape(value)
    lies = builder.natural(shape)
    apart = [axis for axis in lies if axis]
    there = [axis for axis in value.layout if axis]
    order: tuple[int, ...] = ()
    if there != apart and sorted(there, key=str) == sorted(apart, key=str):
        order = tuple(value.layout.index(axis) for axis in apart)
    elif there != apart or len(value.layout) <= len(shape.sizes):
        value = settled(builder, value)
    return builder.leave(name, value), order
