"""ONNX operators that slide a window: convolutions and poolings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.exchange.onnx_graph import Axis, KnownValue, NetworkBuilder, UnreadableError, attributes, natural
from graph.layers.grid import same_pads
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

Pads = tuple[int, int]

CHANNELS_FIRST: dict[Kind, tuple[Axis, ...]] = {
    Kind.IMAGE: (0, 1, 2, 3),
    Kind.SEQUENCE: (0, 2, 1),
    Kind.VIDEO: (0, 2, 1, 3, 4),
}
"""How axes lie where ONNX slides windows: batch, channels, places."""


class OnnxWindow:
    """Sizes of a window along our axes of places, read from an operator's attributes."""

    def __init__(self, grow: NetworkBuilder, node: NodeProto, held: KnownValue, kernel: list[int]) -> None:
        told = attributes(node)
        kind = grow.shape(held).kind
        places = held.axes[2:]
        if held.plain.axes != CHANNELS_FIRST.get(kind) or None in held.axes[:2]:
            raise UnreadableError(f"slides over {grow.shape(held).described()} whose axes lie otherwise than it needs")
        count = len(places)
        strides = list(told.get("strides", [1] * count))
        dilations = list(told.get("dilations", [1] * count))
        pads = [
            (told.get("pads", [0] * 2 * count)[at], told.get("pads", [0] * 2 * count)[at + count])
            for at in range(count)
        ]
        automatic = told.get("auto_pad", "NOTSET")
        if automatic == "SAME_UPPER" and all(stride == 1 for stride in strides):
            pads = [same_pads(k, d) for k, d in zip(kernel, dilations, strict=True)]
        elif automatic not in ("NOTSET", "VALID", ""):
            raise UnreadableError(f"pads by auto_pad {automatic}, which depends on the size that arrives")
        border = dict(held.border)
        self.kernel, self.strides, self.dilations, self.pads = [], [], [], []
        for at, axis in enumerate(places):
            if axis is None:
                if (kernel[at], strides[at], pads[at]) != (1, 1, (0, 0)):
                    raise UnreadableError("slides along an axis of size 1")
                continue
            before, behind = border.get(axis, (0, 0)) if isinstance(axis, int) else (0, 0)
            self.kernel.append(kernel[at])
            self.strides.append(strides[at])
            self.dilations.append(dilations[at])
            self.pads.append((pads[at][0] + before, pads[at][1] + behind))
        if held.border and any(any(pair) for pair in pads):
            raise UnreadableError("pads twice")

    def padding(self) -> dict[str, Any]:
        """The settings of a convolution's padding."""
        same = [same_pads(k, d) for k, d in zip(self.kernel, self.dilations, strict=True)]
        if not any(any(pair) for pair in self.pads):
            return {"padding": "valid"}
        if self.pads == same and all(stride == 1 for stride in self.strides):
            return {"padding": "same"}
        if len(self.pads) == 1 and self.pads[0] == ((self.kernel[0] - 1) * self.dilations[0], 0):
            return {"padding": "causal"}
        return {"padding": "custom", "padding_size": _one_or_all(self.even())}

    def even(self) -> list[int]:
        """The border of each axis, which has to be alike on both sides."""
        if any(before != behind for before, behind in self.pads):
            raise UnreadableError(f"pads its sides unequally ({self.pads}), which may only be to keep the size")
        return [before for before, _ in self.pads]


def _one_or_all(numbers: list[int]) -> Any:
    return numbers[0] if len(numbers) == 1 else tuple(numbers)


def conv(grow: NetworkBuilder, node: NodeProto) -> None:
    """Conv: a convolution over an image, a sequence or a video."""
    held, told = grow.value(node.input[0]), attributes(node)
    weight = grow.constant(node.input[1], "its weights")
    slid = OnnxWindow(grow, node, held, list(weight.shape[2:]))
    bias = len(node.input) > 2 and bool(node.input[2])
    settings: dict[str, Any] = {"filters": weight.shape[0], "bias": bias, **slid.padding()}
    mode = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}[held.mode]
    kind = grow.shape(held).kind
    if kind is Kind.VIDEO:
        if told.get("group", 1) != 1 or any(d != 1 for d in slid.dilations) or mode != "zeros":
            raise UnreadableError("convolves video with groups, dilation or a border that is not of zeros")
        settings |= {"frames": slid.kernel[0], "kernel_size": tuple(slid.kernel[1:])}
        settings |= {"time_stride": slid.strides[0], "stride": tuple(slid.strides[1:])}
        name = "conv3d"
    else:
        settings |= {"kernel_size": _one_or_all(slid.kernel), "stride": _one_or_all(slid.strides)}
        settings |= {"dilation": _one_or_all(slid.dilations), "groups": told.get("group", 1), "padding_mode": mode}
        name = "conv2d" if kind is Kind.IMAGE else "conv1d"
    # A single axis may have been drawn as an image one pixel high.
    weight = weight.reshape(weight.shape[0], weight.shape[1], *slid.kernel)
    id_ = grow.add(name, {"in": held}, node.input[1], **settings)
    grow.held[node.output[0]] = KnownValue(id_, "out", held.axes)
    grow.keep(id_, weight=weight, **({"bias": grow.constant(node.input[2], "its biases")} if bias else {}))


def conv_transpose(grow: NetworkBuilder, node: NodeProto) -> None:
    """ConvTranspose: a transposed convolution over an image."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    weight = grow.constant(node.input[1], "its weights")
    slid = OnnxWindow(grow, node, held, list(weight.shape[2:]))
    if grow.shape(held).kind is not Kind.IMAGE or told.get("output_shape"):
        raise UnreadableError("is read for images alone, and without an output shape of its own")
    bias = len(node.input) > 2 and bool(node.input[2])
    id_ = grow.add(
        "conv_transpose2d",
        {"in": held},
        node.input[1],
        filters=weight.shape[1] * told.get("group", 1),
        kernel_size=tuple(slid.kernel),
        stride=tuple(slid.strides),
        padding=tuple(slid.even()),
        extra=tuple(told.get("output_padding", [0, 0])),
        dilation=tuple(slid.dilations),
        groups=told.get("group", 1),
        bias=bias,
    )
    grow.held[node.output[0]] = KnownValue(id_, "out", held.axes)
    grow.keep(id_, weight=weight, **({"bias": grow.constant(node.input[2], "its biases")} if bias else {}))


def pool(grow: NetworkBuilder, node: NodeProto) -> None:
    """MaxPool and AveragePool, with a window."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    if len(node.output) > 1 and node.output[1]:
        raise UnreadableError("also gives the places of its maxima")
    slid = OnnxWindow(grow, node, held, list(told["kernel_shape"]))
    average = node.op_type == "AveragePool"
    kind = grow.shape(held).kind
    if kind is Kind.VIDEO:
        if slid.strides != slid.kernel or any(slid.even()) or told.get("ceil_mode", 0):
            raise UnreadableError("pools video in windows that overlap or stick out")
        mode = "average" if average else "max"
        grow.after(node.output[0], "pool3d", held, frames=slid.kernel[0], kernel_size=tuple(slid.kernel[1:]), mode=mode)
        return
    settings: dict[str, Any] = {
        "kernel_size": _one_or_all(slid.kernel),
        "stride": _one_or_all(slid.strides),
        "padding": _one_or_all(slid.even()),
        "ceil": bool(told.get("ceil_mode", 0)),
    }
    if average:
        settings["count_padding"] = bool(told.get("count_include_pad", 0))
        if any(d != 1 for d in slid.dilations):
            raise UnreadableError("averages windows with gaps")
    else:
        settings["dilation"] = _one_or_all(slid.dilations)
    axes = "2d" if kind is Kind.IMAGE else "1d"
    grow.after(node.output[0], f"{'average' if average else 'max'}_pool{axes}", held, **settings)


def global_pool(grow: NetworkBuilder, node: NodeProto) -> None:
    """GlobalAveragePool and GlobalMaxPool."""
    held = grow.unbordered(node.input[0])
    _whole(grow, node, held, list(range(2, len(held.axes))), "Average" in node.op_type, keep=True)


def reduce(grow: NetworkBuilder, node: NodeProto) -> None:
    """ReduceMean and ReduceMax over all places."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    given = told.get("axes")
    if given is None and len(node.input) > 1 and node.input[1]:
        given = grow.constant(node.input[1], "its axes").tolist()
    places = [at % len(held.axes) for at in (given or [])]
    _whole(grow, node, held, places, node.op_type == "ReduceMean", keep=bool(told.get("keepdims", 1)))


def _whole(
    grow: NetworkBuilder, node: NodeProto, held: KnownValue, places: list[int], average: bool, keep: bool
) -> None:
    shape = grow.shape(held)
    ours = {held.axes[at] for at in places} - {None}
    expected = {axis for axis in natural(shape) if axis != 0} - {grow.feature_of(held)}
    if ours != expected or shape.kind not in (Kind.IMAGE, Kind.SEQUENCE, Kind.VIDEO):
        raise UnreadableError("takes the mean or maximum over other axes than all places")
    kind = {Kind.IMAGE: "global_pool2d", Kind.SEQUENCE: "global_pool1d", Kind.VIDEO: "global_pool3d"}[shape.kind]
    id_ = grow.add(kind, {"in": held}, mode="average" if average else "max")
    left: list[Axis] = []
    for at, axis in enumerate(held.axes):
        if at in places:
            left += [None] if keep else []
        else:
            left.append(1 if axis == grow.feature_of(held) else axis)
    grow.held[node.output[0]] = KnownValue(id_, "out", tuple(left))


def pad(grow: NetworkBuilder, node: NodeProto) -> None:
    """Pad: kept until the convolution that takes it up."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    pads = grow.constant(node.input[1], "its border").tolist() if len(node.input) > 1 else list(told["pads"])
    mode = told.get("mode", "constant")
    filled = grow.constant(node.input[2], "what it pads with") if len(node.input) > 2 and node.input[2] else np.zeros(1)
    if mode == "constant" and np.any(filled != 0):
        raise UnreadableError("pads with other numbers than zeros")
    axes = list(range(len(held.axes)))
    if len(node.input) > 3 and node.input[3]:
        axes = [int(at) % len(held.axes) for at in grow.constant(node.input[3], "its axes")]
    border = [(held.axes[at], (int(pads[i]), int(pads[i + len(axes)]))) for i, at in enumerate(axes)]
    placed = tuple((axis, pair) for axis, pair in border if any(pair) and isinstance(axis, int))
    feature = grow.feature_of(held)
    if any(axis in (0, feature) for axis, _ in placed) or any(min(pair) < 0 for _, pair in placed):
        raise UnreadableError("pads the features or the batch, or cuts off")
    grow.held[node.output[0]] = KnownValue(held.source, held.port, held.axes, placed, mode)


def resize(grow: NetworkBuilder, node: NodeProto) -> None:
    """Resize and Upsample by whole factors."""
    held, told = grow.unbordered(node.input[0]), attributes(node)
    name = next((one for one in node.input[1:] if one and grow.constants.get(one, np.empty(0)).size), "")
    scales = grow.constant(name, "its size").astype(float).tolist()
    if name == (node.input[3] if len(node.input) > 3 else None):
        sizes = [None, *grow.shape(held).sizes]
        scales = [1.0 if want in (-1, have) else want / (have or 1) for want, have in zip(scales, sizes, strict=True)]
    mode = {"nearest": "nearest", "linear": "bilinear"}.get(told.get("mode", "nearest"))
    exact = told.get("coordinate_transformation_mode", "half_pixel") in (
        "asymmetric",
        "half_pixel",
        "pytorch_half_pixel",
    )
    whole = len(scales) == 4 and scales[:2] == [1.0, 1.0] and all(s >= 1 and s == int(s) for s in scales)
    if mode is None or not exact or not whole or held.axes != (0, 1, 2, 3):
        raise UnreadableError("resizes otherwise than by whole factors, to the nearest or between the four nearest")
    grow.after(node.output[0], "upsample2d", held, factor=(int(scales[2]), int(scales[3])), mode=mode)
