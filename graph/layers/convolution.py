"""Conv2d and Conv1d: filters that slide over an image or a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from graph.layers.base import Layer, Remedy, refusal
from graph.layers.construct import Argument, BuildStep, Construct, Module, X, chain, function, last, method, own
from graph.layers.convolution_base import BIAS, DILATION, FILTERS, GROUPS, KERNEL, STRIDE, Convolution
from graph.layers.grid import as_image, as_sequence, compact, same_pads, slide, slide_open, span, without_defaults
from graph.layers.recurrent import Embedding
from graph.layers.settings import Size2, setting
from graph.layers.window_rule import Pads
from graph.open_length import Length
from graph.shapes import Kind, Shape, format_sizes, image, sequence

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODE = "What the padding holds: zeros, the mirror image, the edge's value, or the other side."

LARGE_KERNEL = 6
"""Side from which a square kernel may be taken apart, in pixels."""


CONVOLUTION_DEFAULTS: Mapping[str, Argument] = {
    "stride": 1,
    "padding": "valid",
    "dilation": 1,
    "groups": 1,
    "bias": True,
    "padding_mode": "zeros",
}
"""What torch's convolutions assume ("valid" is no padding)."""


class _PaddedConvolution(Convolution):
    """Conv2d and Conv1d: filters, groups, and a padding that holds what it is set to; no layer itself.

    Subclasses declare the settings, in the order of their forms, for the number of their axes.
    """

    thing: ClassVar[str]
    """What is convolved, in sentences."""
    unit: ClassVar[str] = ""

    if TYPE_CHECKING:
        filters: int
        padding: str
        groups: int
        padding_mode: PaddingMode
        bias: bool

    def pads(self) -> tuple[Pads, ...]:
        """Padding before and after each axis."""
        if self.padding == "same":
            return tuple(map(same_pads, self.kernel(), self.dilations()))
        if self.padding == "causal":
            return tuple((d * (k - 1), 0) for k, d in zip(self.kernel(), self.dilations(), strict=True))
        custom = self.padding == "custom"
        return tuple((size, size) if custom else (0, 0) for size in self._per_axis("padding_size"))

    def check_stride(self, x: Shape) -> None:
        """Raise `ShapeError` where padding that keeps the size meets a stride that does not."""
        if self.padding != "same" or max(self.strides()) == 1:
            return
        border = tuple((k - 1) // 2 * d for k, d in zip(self.kernel(), self.dilations(), strict=True))
        message = f'{self.title} with padding "same" needs stride 1, but its stride is {format_sizes(self.strides())}.'
        custom = self.changed(padding="custom", padding_size=compact(border))
        candidates = [
            Remedy(f"Set the padding to {format_sizes(border)}", replace=custom),
            Remedy("Use stride 1", replace=self.changed(stride=1)),
        ]
        if x.kind is Kind.SEQUENCE:
            candidates.append(Remedy('Use padding "causal"', replace=self.changed(padding="causal")))
        raise refusal(self, {"in": x}, message, candidates)

    def slid(self, x: Shape, room: tuple[int, ...]) -> tuple[int, ...]:
        """Output sizes along the axes, of which ``x`` has the sizes ``room``.

        Raises
        ------
        ShapeError
            if the border is too large for ``x``, or the window.
        """
        self._check_border(x, room)
        axes = zip(room, self.kernel(), self.strides(), self.pads(), self.dilations(), strict=True)
        sizes = tuple(slide(*axis) for axis in axes)
        if min(sizes) < 1:
            need = format_sizes(tuple(map(span, self.kernel(), self.dilations())))
            padding = format_sizes(self._per_axis("padding_size"))
            border = f" with its border of {padding}{self.unit}" if self.padding == "custom" else ""
            room_needed = f"{self.thing} of at least {need}{self.unit}"
            message = f"{self.title} needs {room_needed}, but one of {format_sizes(room)}{self.unit}{border} arrives."
            same = Remedy('Use padding "same"', replace=self.changed(padding="same", stride=1))
            raise refusal(self, {"in": x}, message, [same, self._smaller(room)])
        return sizes

    def _check_border(self, x: Shape, room: tuple[int, ...]) -> None:
        """Mirrored or wrapped borders cannot be larger than what they surround."""
        limit = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        border = tuple(map(max, self.pads()))
        if limit is None or all(pad <= size + limit for pad, size in zip(border, room, strict=True)):
            return
        need = format_sizes(tuple(pad - limit for pad in border))
        message = (
            f'{self.title} with a "{self.padding_mode}" border of {format_sizes(border)}{self.unit} needs {self.thing} '
            f"of at least {need}{self.unit}, but one of {format_sizes(room)}{self.unit} arrives."
        )
        zeros = Remedy("Pad with zeros", replace=self.changed(padding_mode="zeros"))
        raise refusal(self, {"in": x}, message, [zeros, self._smaller(room)])

    def _smaller(self, room: tuple[int, ...]) -> Remedy:
        """The largest kernel that fits without a border."""
        axes = zip(self.kernel(), room, self.dilations(), strict=True)
        kernel = tuple(min(k, (size - 1) // d + 1) for k, size, d in axes)
        replace = self.changed(kernel_size=compact(kernel), padding="valid")
        return Remedy(f"Use a kernel of {format_sizes(kernel)} without padding", replace=replace)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Torch's convolution, behind a padding of its own where the two sides differ.

        A sequence is transposed before and after, since torch wants the channels before the time.
        """
        apart = any(before != behind for before, behind in self.pads())
        plain = apart or self.padding in ("valid", "causal")
        padding: Argument = compact(self._per_axis("padding_size")) if self.padding == "custom" else self.padding
        arguments: dict[str, Argument] = {
            "in_channels": inputs["in"].features,
            "out_channels": self.filters,
            "kernel_size": compact(self.kernel()),
            "stride": compact(self.strides()),
            "padding": "valid" if plain else padding,
            "dilation": compact(self.dilations()),
            "groups": self.groups,
            "bias": self.bias,
            "padding_mode": "zeros" if plain else self.padding_mode,
        }
        along = len(self.kernel()) == 1
        module = Module(f"torch.nn.Conv{len(self.kernel())}d", without_defaults(arguments, **CONVOLUTION_DEFAULTS))
        steps: list[BuildStep] = [method("transpose", X, 1, 2)] if along else []
        if apart:
            # torch does the same inside for even kernels, but warns about it; its order is last axis first.
            mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
            pads = tuple(size for axis in reversed(self.pads()) for size in axis)
            steps.append(function("torch.nn.functional.pad", last(steps), pads, mode=mode))
        steps.append(own(last(steps)))
        return chain(*steps, *([method("transpose", last(steps), 1, 2)] if along else []), module=module)

    def summary(self) -> str:
        """Filters, kernel, stride and padding."""
        stride = "" if max(self.strides()) == 1 else f", stride {format_sizes(self.strides())}"
        padding = (
            f"padding {format_sizes(self._per_axis('padding_size'))}" if self.padding == "custom" else self.padding
        )
        return f"{self.filters:,} filters, {format_sizes(self.kernel())}{stride}, {padding}"


class Conv2d(_PaddedConvolution):
    """Slides small filters over an image and writes down how well each place matches.

    A filter is a K × K patch of weights for each channel; the same weights are used at every place, so a filter that
    has learned an edge finds it anywhere, with few parameters. Each filter gives one feature map. Along an axis of
    size W the map has (W - K + 2P)/S + 1 values for padding P and stride S; padding "same" keeps the size.
    """

    kind: ClassVar[str] = "conv2d"
    lays_channels_last: ClassVar[bool] = True
    title: ClassVar[str] = "Conv2d"
    stem: ClassVar[str] = "conv"
    aliases: ClassVar[tuple[str, ...]] = ("convolution", "cnn", "filter", "kernel", "convolutional")
    thing: ClassVar[str] = "an image"

    filters: int = setting(16, FILTERS, minimum=1, maximum=65_536, unit="filters")
    kernel_size: Size2 = setting((3, 3), KERNEL, minimum=1, maximum=4096, unit="pixels")
    stride: Size2 = setting((1, 1), STRIDE, minimum=1, maximum=4096, unit="pixels")
    padding: Literal["valid", "same", "custom"] = setting(
        "same", "Border around the image: none (valid), as much as keeps the size (same), or set by hand (custom)."
    )
    padding_size: Size2 = setting(
        (1, 1), "Border added on each side.", minimum=0, maximum=4096, unit="pixels", when=("padding", ("custom",))
    )
    dilation: Size2 = setting((1, 1), DILATION, minimum=1, maximum=4096, unit="pixels")
    groups: int = setting(1, GROUPS, minimum=1, maximum=65_536, unit="groups")
    padding_mode: PaddingMode = setting("zeros", PADDING_MODE, when=("padding", ("same", "custom")))
    bias: bool = setting(True, BIAS)

    def output(self, x: Shape) -> Shape:
        """One map per filter."""
        self.check_groups(x)
        self.check_stride(x)
        high, wide = self.slid(x, (x.size("H"), x.size("W")))
        return image(self.filters, high, wide)

    def small_kernels(self) -> tuple[Layer, int] | None:
        """Kernels of 3 x 3, half as many as one side of a large square one."""
        side = self.kernel_size[0]
        plain = self.stride == self.dilation == (1, 1) and self.groups == 1
        if not plain or self.kernel_size != (side, side) or side < LARGE_KERNEL:
            return None
        padding = "valid" if self.padding == "valid" else "same"
        return self.changed(kernel_size=(3, 3), padding=padding), side // 2

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """A 1-D convolution for a sequence, or the values read as an image."""
        if shape.kind is not Kind.SEQUENCE:
            return as_image(port, shape)
        padding = self.padding if self.stride[0] == 1 else "valid"
        along = Conv1d(filters=self.filters, kernel_size=self.kernel_size[0], stride=self.stride[0], padding=padding)
        return (Remedy("Use Conv1d", replace=along), *as_image(port, shape))


class Conv1d(_PaddedConvolution):
    """Slides filters along time: each sees all features of K neighbouring steps.

    It finds short patterns in a series wherever they occur. The sequence's features are its channels. With padding
    "causal" a step sees only itself and earlier ones, as forecasting demands; "same" looks both ways. Along T steps
    the output has (T - K + 2P)/S + 1 steps.
    """

    kind: ClassVar[str] = "conv1d"
    title: ClassVar[str] = "Conv1d"
    stem: ClassVar[str] = "conv"
    aliases: ClassVar[tuple[str, ...]] = ("convolution", "temporal convolution", "tcn", "causal convolution")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    thing: ClassVar[str] = "a sequence"
    unit: ClassVar[str] = " steps"

    filters: int = setting(16, FILTERS, minimum=1, maximum=65_536, unit="filters")
    kernel_size: int = setting(3, "Length of a filter.", minimum=1, maximum=65_536, unit="steps")
    stride: int = setting(1, STRIDE, minimum=1, maximum=65_536, unit="steps")
    padding: Literal["valid", "same", "causal", "custom"] = setting(
        "same", "Steps added: none (valid), as many as keep the length (same), in front only (causal), or by hand."
    )
    padding_size: int = setting(
        1, "Steps added at each end.", minimum=0, maximum=65_536, unit="steps", when=("padding", ("custom",))
    )
    dilation: int = setting(1, DILATION, minimum=1, maximum=65_536, unit="steps")
    groups: int = setting(1, GROUPS, minimum=1, maximum=65_536, unit="groups")
    padding_mode: PaddingMode = setting("zeros", PADDING_MODE, when=("padding", ("same", "causal", "custom")))
    bias: bool = setting(True, BIAS)

    def output(self, x: Shape) -> Shape:
        """One feature per filter; an open length stays open."""
        self.check_groups(x)
        self.check_stride(x)
        self._check_future(x)
        return sequence(self._steps(x), self.filters)

    def _steps(self, x: Shape) -> Length:
        if x.time is not None:
            return self.slid(x, (x.time,))[0]
        axis = self.kernel_size, self.stride, self.pads()[0], self.dilation
        return slide_open(x.open_length, *axis)

    def reads_ahead(self, port: str) -> bool:
        """Filters that reach behind the step at which their sum stands."""
        return self.pads()[0][0] < (self.kernel_size - 1) * self.dilation

    def reading_forwards(self) -> Layer:
        """All padding in front."""
        return self.changed(padding="causal", stride=1)

    def keeping_length(self) -> Layer:
        """A step of 1, and a border that makes up for the filter."""
        return self.changed(padding="causal" if self.padding == "causal" else "same", stride=1)

    def _check_future(self, x: Shape) -> None:
        if self.padding == "causal" and self.padding_mode in ("reflect", "circular"):
            message = (
                f'Conv1d with padding "causal" must not see the future, which "{self.padding_mode}" would show it.'
            )
            zeros = Remedy("Pad with zeros", replace=self.changed(padding_mode="zeros"))
            first = Remedy("Repeat the first step", replace=self.changed(padding_mode="replicate"))
            raise refusal(self, {"in": x}, message, [zeros, first])

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Embed tokens, use the 2-D layer for an image, or read the values as a sequence."""
        if shape.kind is Kind.TOKENS:
            return (Remedy("Insert Embedding", insert=((port, Embedding()),)),)
        if shape.kind is Kind.IMAGE:
            kernel, stride = min(self.kernel_size, 4096), min(self.stride, 4096)
            padding: Literal["valid", "same"] = "same" if self.padding == "same" and stride == 1 else "valid"
            plane = Conv2d(filters=self.filters, kernel_size=(kernel, kernel), stride=(stride, stride), padding=padding)
            return (Remedy("Use Conv2d", replace=plane), *as_sequence(port, shape))
        return as_sequence(port, shape)
