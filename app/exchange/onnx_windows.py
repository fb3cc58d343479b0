"""ONNX operators that slide a window: convolutions and poolings with a window, and what pads before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.exchange.onnx_graph import (
    Border,
    NetworkBuilder,
    OnnxValue,
    UnreadableError,
    attributes,
    input_name,
    places,
)
from app.exchange.onnx_layout import Layout, batch_axis, whole
from app.exchange.onnx_products import dense
from app.exchange.onnx_settling import bordered, settled, taken
from graph.layers.grid import same_pads
from graph.shapes import Kind

if TYPE_CHECKING:
    from onnx import NodeProto

Pads = tuple[int, int]

ORDERS = {3: (2, 1), 4: (1, 2, 3), 5: (2, 1, 3, 4)}
"""For each number of ONNX axes, which of them (batch, channels, places) our axes are."""

LOWEST = -3.4e38
"""What surrounds values of which the largest is taken."""


def channels_first(builder: NetworkBuilder, value: OnnxValue) -> OnnxValue:
    """The value as a sequence, image or video whose ONNX axes are batch, channels and places.

    Raises
    ------
    UnreadableError
        if it has no places, or its samples are not apart.
    """
    order = ORDERS.get(len(value.layout))
    if order is None or batch_axis(value.layout) != 0:
        raise UnreadableError(f"slides over {builder.shape(value).described()} whose axes lie otherwise than it needs")
    if _is_line(builder, value):
        return value
    return settled(builder, value, [[at] for at in order])


def _is_line(builder: NetworkBuilder, value: OnnxValue) -> bool:
    """Whether it is a sequence drawn as a picture of one line."""
    shape = builder.shape(value)
    if shape.kind is not Kind.SEQUENCE or len(value.layout) != 4:
        return False
    lies = builder.natural(shape)
    return value.layout[1] == lies[2] and sorted(value.layout[2:]) == sorted([(), lies[1]])


class OnnxWindow:
    """Sizes of a window along our axes of places, read from an operator's attributes."""

    def __init__(self, builder: NetworkBuilder, node: NodeProto, value: OnnxValue, kernel: list[int]) -> None:
        attrs = attributes(node)
        found = places(value)[2:]
        number = len(found)
        strides = list(attrs.get("strides", [1] * number))
        dilations = list(attrs.get("dilations", [1] * number))
        flat = attrs.get("pads", [0] * 2 * number)
        pads = [(flat[at], flat[at + number]) for at in range(number)]
        automatic = attrs.get("auto_pad", "NOTSET")
        if automatic in ("SAME_UPPER", "SAME_LOWER"):
            axes = zip(found, kernel, strides, dilations, strict=True)
            pads = [_automatic(*axis, automatic == "SAME_UPPER") for axis in axes]
        kept = list(range(number))
        if _is_line(builder, value):
            kept = [at for at in kept if value.layout[at + 2]] or [number - 1]
            others = [at for at in range(number) if at not in kept]
            if any((kernel[at], strides[at], pads[at]) != (1, 1, (0, 0)) for at in others):
                raise UnreadableError("slides along an axis of size 1")
        self.kernel = [kernel[at] for at in kept]
        self.strides = [strides[at] for at in kept]
        self.dilations = [dilations[at] for at in kept]
        self.pads = [pads[at] for at in kept]
        self.kept = kept

    @property
    def is_even(self) -> bool:
        """Whether the border of each axis is alike on both sides."""
        return all(before == behind for before, behind in self.pads)

    def take_up(self, border: Border) -> bool:
        """Take a border before it as its own, where it has none."""
        if any(any(pair) for pair in self.pads) or any(at - 2 not in self.kept for at in border.sides):
            return False
        self.pads = [border.sides.get(at + 2, (0, 0)) for at in self.kept]
        return True

    def padding(self) -> dict[str, Any]:
        """The settings of a convolution's padding; none where its sides are uneven and no layer does that."""
        same = [same_pads(k, d) for k, d in zip(self.kernel, self.dilations, strict=True)]
        if not any(any(pair) for pair in self.pads):
            return {"padding": "valid"}
        if self.pads == same and all(stride == 1 for stride in self.strides):
            return {"padding": "same"}
        if len(self.pads) == 1 and self.pads[0] == ((self.kernel[0] - 1) * self.dilations[0], 0):
            return {"padding": "causal"}
        return {"padding": "custom", "padding_size": one_or_all(self.even())} if self.is_even else {}

    def even(self) -> list[int]:
        """The border of each axis, which has to be alike on both sides."""
        if not self.is_even:
            raise UnreadableError(f"pads its sides unequally ({self.pads}), which no layer here does")
        return [before for before, _ in self.pads]


def _automatic(size: int, kernel: int, stride: int, dilation: int, upper: bool) -> Pads:
    """The border by which the window's places are as many as the steps of the stride."""
    total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return (total // 2, total - total // 2) if upper else (total - total // 2, total // 2)


def one_or_all(numbers: list[int]) -> Any:
    """One number alone, or several."""
    return numbers[0] if len(numbers) == 1 else tuple(numbers)


MODES = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def conv(builder: NetworkBuilder, node: NodeProto) -> None:
    """Conv: a convolution over an image, a sequence or a video; behind global pooling a dense layer."""
    raw, weight = builder.raw(node.input[0]), builder.constant(node.input[1], "its weights")
    bias = input_name(node, 2)
    if raw.border is None and _is_point(raw, weight.shape, attributes(node)):
        flat = builder.constant(bias, "its biases") if bias else None
        point = taken(builder, node.input[0])
        made = dense(builder, point.lying(point.layout[:2]), weight.reshape(weight.shape[:2]), flat, node.input[1])
        builder.values[node.output[0]] = made.lying((*made.layout, *point.layout[2:]))
        return
    value, window, mode = _with_border(builder, node, raw, list(weight.shape[2:]))
    if not window.padding():
        value, mode = _uneven(builder, value, window, 0.0), "constant"
    kind = builder.shape(value).kind
    settings: dict[str, Any] = {"filters": weight.shape[0], "bias": bool(bias), **window.padding()}
    groups = attributes(node).get("group", 1)
    if kind is Kind.VIDEO:
        if mode != "constant":
            raise UnreadableError("convolves video with a border that is not of zeros")
        if settings["padding"] == "custom":
            settings |= {"time_padding": settings["padding_size"][0], "padding_size": settings["padding_size"][1:]}
        settings |= {"groups": groups, "time_dilation": window.dilations[0], "dilation": tuple(window.dilations[1:])}
        settings |= {"frames": window.kernel[0], "kernel_size": tuple(window.kernel[1:])}
        settings |= {"time_stride": window.strides[0], "stride": tuple(window.strides[1:])}
        name = "conv3d"
    else:
        settings |= {"kernel_size": one_or_all(window.kernel), "stride": one_or_all(window.strides)}
        settings |= {"dilation": one_or_all(window.dilations), "groups": groups, "padding_mode": MODES[mode]}
        name = "conv2d" if kind is Kind.IMAGE else "conv1d"
    # A single axis may have been drawn as an image one pixel high.
    weight = weight.reshape(weight.shape[0], weight.shape[1], *window.kernel)
    id_ = builder.add(name, {"in": value}, node.input[1], **settings)
    builder.values[node.output[0]] = _slid(builder, id_, value)
    builder.keep_weight(id_, weight, bias)


def _is_point(value: OnnxValue, shape: tuple[int, ...], attrs: dict[str, Any]) -> bool:
    """Whether a convolution works on one place alone, as behind global pooling."""
    alone = len(value.layout) > 2 and not any(value.layout[2:]) and batch_axis(value.layout) == 0
    small = all(size == 1 for size in shape[2:]) and not any(attrs.get("pads", []))
    return alone and small and attrs.get("group", 1) == 1


def _with_border(
    builder: NetworkBuilder, node: NodeProto, raw: OnnxValue, kernel: list[int]
) -> tuple[OnnxValue, OnnxWindow, str]:
    """What a convolution reads, its window, and what its border holds: that of a Pad before it if it takes it up."""
    if raw.border is not None and raw.factor == 1.0:
        bare = channels_first(builder, OnnxValue(raw.source, raw.port, raw.layout))
        window = OnnxWindow(builder, node, bare, kernel)
        if raw.border.number == 0 and window.take_up(raw.border) and window.padding():
            return bare, window, raw.border.mode
    value = channels_first(builder, taken(builder, node.input[0]))
    return value, OnnxWindow(builder, node, value, kernel), "constant"


def _uneven(builder: NetworkBuilder, value: OnnxValue, window: OnnxWindow, number: float) -> OnnxValue:
    """The value with an uneven border as a layer of its own, which the window then lacks."""
    sides = {at + 2: pair for at, pair in zip(window.kept, window.pads, strict=True)}
    around = bordered(builder, OnnxValue(value.source, value.port, value.layout, Border(sides, "constant", number)))
    window.pads = [(0, 0)] * len(window.pads)
    return around


def _slid(builder: NetworkBuilder, id_: str, value: OnnxValue) -> OnnxValue:
    """What leaves a window that slid over a value: the same axes with other sizes."""
    shape = builder.shapes[id_, "out"]
    lies = builder.natural(shape)
    line = shape.kind is Kind.SEQUENCE and len(value.layout) == 4
    layout: Layout = tuple(lies[at] for at in (0, *_inverse(ORDERS[len(lies)]))) if not line else ()
    if line:
        at = next((place for place in (2, 3) if value.layout[place]), 3)
        layout = tuple(
            lies[0] if place == 0 else lies[2] if place == 1 else lies[1] if place == at else () for place in range(4)
        )
    return OnnxValue(id_, "out", layout)


def _inverse(order: tuple[int, ...]) -> list[int]:
    """For each ONNX axis behind the batch, which of ours it is."""
    return [order.index(at) + 1 for at in range(1, len(order) + 1)]


def conv_transpose(builder: NetworkBuilder, node: NodeProto) -> None:
    """ConvTranspose: a transposed convolution over an image."""
    value, attrs = channels_first(builder, taken(builder, node.input[0])), attributes(node)
    weight = builder.constant(node.input[1], "its weights")
    window = OnnxWindow(builder, node, value, list(weight.shape[2:]))
    if builder.shape(value).kind is not Kind.IMAGE or attrs.get("output_shape"):
        raise UnreadableError("is read for images alone, and without an output shape of its own")
    bias = input_name(node, 2)
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
    builder.values[node.output[0]] = _slid(builder, id_, value)
    builder.keep_weight(id_, weight, bias)


def pool(builder: NetworkBuilder, node: NodeProto) -> None:
    """MaxPool and AveragePool, with a window."""
    value, attrs = channels_first(builder, taken(builder, node.input[0])), attributes(node)
    if len(node.output) > 1 and node.output[1] and builder.uses[node.output[1]]:
        raise UnreadableError("also gives the places of its maxima")
    window = OnnxWindow(builder, node, value, list(attrs["kernel_shape"]))
    average = node.op_type == "AveragePool"
    ceil = bool(attrs.get("ceil_mode", 0))
    if not window.is_even and not ceil and not (average and not attrs.get("count_include_pad", 0)):
        value = _uneven(builder, value, window, 0.0 if average else LOWEST)
    kind = builder.shape(value).kind
    if kind is Kind.VIDEO:
        if window.strides != window.kernel or any(window.even()) or ceil:
            raise UnreadableError("pools video in windows that overlap or stick out")
        mode = "average" if average else "max"
        frames, sides = window.kernel[0], tuple(window.kernel[1:])
        id_ = builder.add("pool3d", {"in": value}, frames=frames, kernel_size=sides, mode=mode)
        builder.values[node.output[0]] = _slid(builder, id_, value)
        return
    settings: dict[str, Any] = {
        "kernel_size": one_or_all(window.kernel),
        "stride": one_or_all(window.strides),
        "padding": one_or_all(window.even()),
        "ceil": ceil,
    }
    if average:
        settings["count_padding"] = bool(attrs.get("count_include_pad", 0))
        if any(d != 1 for d in window.dilations):
            raise UnreadableError("averages windows with gaps")
    else:
        settings["dilation"] = one_or_all(window.dilations)
    axes = "2d" if kind is Kind.IMAGE else "1d"
    id_ = builder.add(f"{'average' if average else 'max'}_pool{axes}", {"in": value}, **settings)
    builder.values[node.output[0]] = _slid(builder, id_, value)


def pad(builder: NetworkBuilder, node: NodeProto) -> None:
    """Pad: kept until the convolution that takes it up, else a layer."""
    value, attrs = taken(builder, node.input[0]), attributes(node)
    pads = builder.integers(node, "pads") or builder.integers(node, "paddings") or []
    number = float(attrs.get("value", 0.0))
    if input_name(node, 2):
        number = float(builder.constant(node.input[2], "what it pads with").reshape(-1)[0])
    number = max(LOWEST, number)
    rank = len(value.layout)
    axes = [at % rank for at in builder.integers(node, "axes", 3) or range(rank)]
    sides = {at: (pads[i], pads[i + len(axes)]) for i, at in enumerate(axes) if pads[i] or pads[i + len(axes)]}
    if not sides:
        builder.values[node.output[0]] = value
        return
    if min(sides) < 2:
        _more_channels(builder, node, value, sides)
        return
    if any(min(pair) < 0 for pair in sides.values()):
        raise UnreadableError("cuts places off")
    value = channels_first(builder, value)
    border = Border(sides, attrs.get("mode", "constant"), number)
    builder.values[node.output[0]] = OnnxValue(value.source, value.port, value.layout, border)


def _more_channels(builder: NetworkBuilder, node: NodeProto, value: OnnxValue, sides: dict[int, Pads]) -> None:
    """Channels of zeros behind the others."""
    at = builder.feature_place(value)
    [(axis, (before, behind))] = sides.items() if len(sides) == 1 else [(-1, (1, 0))]
    if axis != at or before or behind < 0:
        raise UnreadableError("pads the samples or several axes at once")
    channels = builder.shape(value).features + behind
    id_ = builder.add("pad_channels", {"in": value}, channels=channels)
    layout = tuple(
        whole(builder.feature(value), channels) if place == at else lies for place, lies in enumerate(value.layout)
    )
    builder.values[node.output[0]] = OnnxValue(id_, "out", layout)


def resize(builder: NetworkBuilder, node: NodeProto) -> None:
    """Resize and Upsample of an image, by factors or to a size."""
    value, attrs = channels_first(builder, taken(builder, node.input[0])), attributes(node)
    sizes = places(value)
    wanted = _wanted_sizes(builder, node, attrs, sizes)
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear"}.get(attrs.get("mode", "nearest"))
    if mode is None or len(sizes) != 4 or wanted[:2] != list(sizes[:2]):
        raise UnreadableError("resizes otherwise than height and width, to the nearest or between the four nearest")
    corners = attrs.get("coordinate_transformation_mode", "half_pixel") == "align_corners"
    factors = [want // have for want, have in zip(wanted[2:], sizes[2:], strict=True)]
    exact = all(factor * have == want for factor, want, have in zip(factors, wanted[2:], sizes[2:], strict=True))
    settings: dict[str, Any] = (
        {"factor": tuple(factors)} if exact and min(factors) >= 1 else {"size": tuple(wanted[2:])}
    )
    if corners and mode == "bilinear":
        settings["corners"] = True
    id_ = builder.add("upsample2d", {"in": value}, mode=mode, **settings)
    builder.values[node.output[0]] = _slid(builder, id_, value)


def _wanted_sizes(builder: NetworkBuilder, node: NodeProto, attrs: dict[str, Any], sizes: tuple[int, ...]) -> list[int]:
    if "scales" in attrs:
        scales = np.array(attrs["scales"])
        return [int(size * scale) for size, scale in zip(sizes, scales, strict=True)]
    name = next((name for name in node.input[1:] if name and builder.constants.get(name, np.empty(0)).size), "")
    numbers = builder.constant(name, "its size").astype(float).tolist()
    if name == input_name(node, 3):
        return [int(number) for number in numbers]
    return [int(np.floor(size * scale)) for size, scale in zip(sizes, numbers, strict=True)]
