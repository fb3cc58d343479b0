"""ONNX operators that slide a window: convolutions and poolings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.exchange import onnx_graph
from app.exchange.onnx_graph import Axis, NetworkBuilder, OnnxValue, UnreadableError, attributes, natural
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

    def __init__(self, builder: NetworkBuilder, node: NodeProto, value: OnnxValue, kernel: list[int]) -> None:
        attrs = attributes(node)
        kind = builder.shape(value).kind
        places = value.axes[2:]
        if value.plain.axes != CHANNELS_FIRST.get(kind) or None in value.axes[:2]:
            raise UnreadableError(
                f"slides over {builder.shape(value).described()} whose axes lie otherwise than it needs"
            )
        count = len(places)
        strides = list(attrs.get("strides", [1] * count))
        dilations = list(attrs.get("dilations", [1] * count))
        pads = [
            (attrs.get("pads", [0] * 2 * count)[at], attrs.get("pads", [0] * 2 * count)[at + count])
            for at in range(count)
        ]
        automatic = attrs.get("auto_pad", "NOTSET")
        if automatic == "SAME_UPPER" and all(stride == 1 for stride in strides):
            pads = [same_pads(k, d) for k, d in zip(kernel, dilations, strict=True)]
        elif automatic not in ("NOTSET", "VALID", ""):
            raise UnreadableError(f"pads by auto_pad {automatic}, which depends on the size that arrives")
        border = dict(value.border)
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
        if value.border and any(any(pair) for pair in pads):
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


def conv(builder: NetworkBuilder, node: NodeProto) -> None:
    """Conv: a convolution over an image, a sequence or a video."""
    value, attrs = builder.value(node.input[0]), attributes(node)
    weight = builder.constant(node.input[1], "its weights")
    window = OnnxWindow(builder, node, value, list(weight.shape[2:]))
    bias = onnx_graph.input_name(node, 2)
    settings: dict[str, Any] = {"filters": weight.shape[0], "bias": bool(bias), **window.padding()}
    mode = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}[value.mode]
    kind = builder.shape(value).kind
    if kind is Kind.VIDEO:
        if attrs.get("group", 1) != 1 or any(d != 1 for d in window.dilations) or mode != "zeros":
            raise UnreadableError("convolves video with groups, dilation or a border that is not of zeros")
        settings |= {"frames": window.kernel[0], "kernel_size": tuple(window.kernel[1:])}
        settings |= {"time_stride": window.strides[0], "stride": tuple(window.strides[1:])}
        name = "conv3d"
    else:
        settings |= {"kernel_size": _one_or_all(window.kernel), "stride": _one_or_all(window.strides)}
        settings |= {"dilation": _one_or_all(window.dilations), "groups": attrs.get("group", 1), "padding_mode": mode}
        name = "conv2d" if kind is Kind.IMAGE else "conv1d"
    # A single axis may have been drawn as an image one pixel high.
    weight = weight.reshape(weight.shape[0], weight.shape[1], *window.kernel)
    id_ = builder.add(name, {"in": value}, node.input[1], **settings)
    builder.values[node.output[0]] = OnnxValue(id_, "out", value.axes)
    builder.keep_weight(id_, weight, bias)


def conv_transpose(builder: NetworkBuilder, node: NodeProto) -> None:
    """ConvTranspose: a transposed convolution over an image."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    weight = builder.constant(node.input[1], "its weights")
    window = OnnxWindow(builder, node, value, list(weight.shape[2:]))
    if builder.shape(value).kind is not Kind.IMAGE or attrs.get("output_shape"):
        raise UnreadableError("is read for images alone, and without an output shape of its own")
    bias = onnx_graph.input_name(node, 2)
    id_ = builder.add(
        "conv_transpose2d",
        {"in": value},
        node.input[1],
        filters=weight.shape[1] * attrs.get("group", 1),
        kernel_size=tuple(window.kernel),
        stride=tuple(window.strides),
        padding=tuple(window.even()),
        extra=tuple(attrs.get("output_padding", [0, 0])),
        dilation=tuple(window.dilations),
        groups=attrs.get("group", 1),
        bias=bool(bias),
    )
    builder.values[node.output[0]] = OnnxValue(id_, "out", value.axes)
    builder.keep_weight(id_, weight, bias)


def pool(builder: NetworkBuilder, node: NodeProto) -> None:
    """MaxPool and AveragePool, with a window."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    if len(node.output) > 1 and node.output[1]:
        raise UnreadableError("also gives the places of its maxima")
    window = OnnxWindow(builder, node, value, list(attrs["kernel_shape"]))
    average = node.op_type == "AveragePool"
    kind = builder.shape(value).kind
    if kind is Kind.VIDEO:
        if window.strides != window.kernel or any(window.even()) or attrs.get("ceil_mode", 0):
            raise UnreadableError("pools video in windows that overlap or stick out")
        mode = "average" if average else "max"
        builder.after(
            node.output[0], "pool3d", value, frames=window.kernel[0], kernel_size=tuple(window.kernel[1:]), mode=mode
        )
        return
    settings: dict[str, Any] = {
        "kernel_size": _one_or_all(window.kernel),
        "stride": _one_or_all(window.strides),
        "padding": _one_or_all(window.even()),
        "ceil": bool(attrs.get("ceil_mode", 0)),
    }
    if average:
        settings["count_padding"] = bool(attrs.get("count_include_pad", 0))
        if any(d != 1 for d in window.dilations):
            raise UnreadableError("averages windows with gaps")
    else:
        settings["dilation"] = _one_or_all(window.dilations)
    axes = "2d" if kind is Kind.IMAGE else "1d"
    builder.after(node.output[0], f"{'average' if average else 'max'}_pool{axes}", value, **settings)


def global_pool(builder: NetworkBuilder, node: NodeProto) -> None:
    """GlobalAveragePool and GlobalMaxPool."""
    value = builder.unbordered(node.input[0])
    _whole(builder, node, value, list(range(2, len(value.axes))), "Average" in node.op_type, keep=True)


def reduce(builder: NetworkBuilder, node: NodeProto) -> None:
    """ReduceMean and ReduceMax over all places."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    places = [at % len(value.axes) for at in builder.integers(node, "axes") or []]
    _whole(builder, node, value, places, node.op_type == "ReduceMean", keep=bool(attrs.get("keepdims", 1)))


def _whole(
    builder: NetworkBuilder, node: NodeProto, value: OnnxValue, places: list[int], average: bool, keep: bool
) -> None:
    shape = builder.shape(value)
    ours = {value.axes[at] for at in places} - {None}
    expected = {axis for axis in natural(shape) if axis != 0} - {builder.feature_of(value)}
    if ours != expected or shape.kind not in (Kind.IMAGE, Kind.SEQUENCE, Kind.VIDEO):
        raise UnreadableError("takes the mean or maximum over other axes than all places")
    kind = {Kind.IMAGE: "global_pool2d", Kind.SEQUENCE: "global_pool1d", Kind.VIDEO: "global_pool3d"}[shape.kind]
    id_ = builder.add(kind, {"in": value}, mode="average" if average else "max")
    left: list[Axis] = []
    for at, axis in enumerate(value.axes):
        if at in places:
            left += [None] if keep else []
        else:
            left.append(1 if axis == builder.feature_of(value) else axis)
    builder.values[node.output[0]] = OnnxValue(id_, "out", tuple(left))


def pad(builder: NetworkBuilder, node: NodeProto) -> None:
    """Pad: kept until the convolution that takes it up."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    pads = builder.integers(node, "pads") or []
    mode = attrs.get("mode", "constant")
    filled = onnx_graph.input_name(node, 2)
    if mode == "constant" and filled and np.any(builder.constant(filled, "what it pads with") != 0):
        raise UnreadableError("pads with other numbers than zeros")
    axes = [at % len(value.axes) for at in builder.integers(node, "axes", 3) or range(len(value.axes))]
    border = [(value.axes[at], (pads[i], pads[i + len(axes)])) for i, at in enumerate(axes)]
    placed = tuple((axis, pair) for axis, pair in border if any(pair) and isinstance(axis, int))
    feature = builder.feature_of(value)
    if any(axis in (0, feature) for axis, _ in placed) or any(min(pair) < 0 for _, pair in placed):
        raise UnreadableError("pads the features or the batch, or cuts off")
    builder.values[node.output[0]] = OnnxValue(value.source, value.port, value.axes, placed, mode)


def resize(builder: NetworkBuilder, node: NodeProto) -> None:
    """Resize and Upsample by whole factors."""
    value, attrs = builder.unbordered(node.input[0]), attributes(node)
    name = next((name for name in node.input[1:] if name and builder.constants.get(name, np.empty(0)).size), "")
    scales = builder.constant(name, "its size").astype(float).tolist()
    if name == onnx_graph.input_name(node, 3):
        sizes = [None, *builder.shape(value).sizes]
        scales = [1.0 if want in (-1, have) else want / (have or 1) for want, have in zip(scales, sizes, strict=True)]
    mode = {"nearest": "nearest", "linear": "bilinear"}.get(attrs.get("mode", "nearest"))
    exact = attrs.get("coordinate_transformation_mode", "half_pixel") in (
        "asymmetric",
        "half_pixel",
        "pytorch_half_pixel",
    )
    whole = len(scales) == 4 and scales[:2] == [1.0, 1.0] and all(s >= 1 and s == int(s) for s in scales)
    if mode is None or not exact or not whole or value.axes != (0, 1, 2, 3):
        raise UnreadableError("resizes otherwise than by whole factors, to the nearest or between the four nearest")
    builder.after(node.output[0], "upsample2d", value, factor=(int(scales[2]), int(scales[3])), mode=mode)
