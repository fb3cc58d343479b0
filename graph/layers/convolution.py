"""Conv2d and Conv1d: filters that slide over an image or a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Layer, Remedy, refusal
from graph.layers.construct import Argument, BuildStep, Construct, Module, Ref, X, chain, function, method, own
from graph.layers.convolution_base import BIAS, DILATION, FILTERS, GROUPS, KERNEL, STRIDE, Convolution
from graph.layers.grid import as_image, as_sequence, compact, same_pads, slide, span, times, without_defaults
from graph.layers.recurrent import Embedding
from graph.layers.settings import Size2, setting
from graph.layers.window_rule import Pads
from graph.shapes import Kind, Shape, image, sequence

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODE = "What the padding holds: zeros, the mirror image, the edge's value, or the other side."

LARGE_KERNEL = 6
"""Side from which a square kernel may be taken apart, in pixels."""


class Conv2d(Convolution):
    """Slides small filters over an image and writes down how well each place matches.

    A filter is a K x K patch of weights for each channel; the same weights are used at every place, so a filter that
    has learned an edge finds it anywhere, with few parameters. Each filter gives one feature map. Along an axis of
    size W the map has (W - K + 2P)/S + 1 values for padding P and stride S; padding "same" keeps the size.
    """

    kind: ClassVar[str] = "conv2d"
    title: ClassVar[str] = "Conv2d"
    stem: ClassVar[str] = "conv"
    aliases: ClassVar[tuple[str, ...]] = ("convolution", "cnn", "filter", "kernel", "convolutional")

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

    def pads(self) -> tuple[Pads, Pads]:
        """Padding before and after each axis."""
        if self.padding == "same":
            high, wide = map(same_pads, self.kernel_size, self.dilation)
            return high, wide
        above, beside = self.padding_size if self.padding == "custom" else (0, 0)
        return (above, above), (beside, beside)

    def output(self, x: Shape) -> Shape:
        """One map per filter."""
        self.check_groups(x)
        self._check_stride(x)
        self._check_border(x)
        high, wide = self._slid(x)
        if high < 1 or wide < 1:
            self._refuse_small(x)
        return image(self.filters, high, wide)

    def _slid(self, x: Shape) -> tuple[int, int]:
        sizes = (x.size("H"), x.size("W"))
        axes = zip(sizes, self.kernel_size, self.stride, self.pads(), self.dilation, strict=True)
        high, wide = (slide(*axis) for axis in axes)
        return high, wide

    def _check_stride(self, x: Shape) -> None:
        if self.padding != "same" or self.stride == (1, 1):
            return
        border = tuple((k - 1) // 2 * d for k, d in zip(self.kernel_size, self.dilation, strict=True))
        message = f'Conv2d with padding "same" needs stride 1, but its stride is {times(self.stride)}.'
        custom = self.changed(padding="custom", padding_size=border)
        candidates = [
            Remedy(f"Set the padding to {times(border)}", replace=custom),
            Remedy("Use stride 1", replace=self.changed(stride=1)),
        ]
        raise refusal(self, {"in": x}, message, candidates)

    def _check_border(self, x: Shape) -> None:
        """Mirrored or wrapped borders cannot be larger than the image."""
        limit = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        border = (max(self.pads()[0]), max(self.pads()[1]))
        room = (x.size("H"), x.size("W"))
        if limit is None or all(pad <= size + limit for pad, size in zip(border, room, strict=True)):
            return
        raise refusal(
            self,
            {"in": x},
            f'Conv2d with a "{self.padding_mode}" border of {times(border)} needs an image of at least '
            f"{border[0] - limit} x {border[1] - limit}, but {x.described()} arrives.",
            [Remedy("Pad with zeros", replace=self.changed(padding_mode="zeros")), *self._smaller(x)],
        )

    def _refuse_small(self, x: Shape) -> None:
        need = times(tuple(map(span, self.kernel_size, self.dilation)))
        border = "" if self.padding == "valid" else f" with its border of {times(self.padding_size)}"
        message = f"Conv2d needs an image of at least {need}, but {x.described()}{border} arrives."
        same = Remedy('Use padding "same"', replace=self.changed(padding="same", stride=1))
        raise refusal(self, {"in": x}, message, [same, *self._smaller(x)])

    def _smaller(self, x: Shape) -> list[Remedy]:
        """The largest kernel that fits into the image without a border."""
        room = (x.size("H"), x.size("W"))
        kernel = tuple(
            min(k, (size - 1) // d + 1) for k, size, d in zip(self.kernel_size, room, self.dilation, strict=True)
        )
        replace = self.changed(kernel_size=kernel, padding="valid")
        return [Remedy(f"Use a kernel of {times(kernel)} without padding", replace=replace)]

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

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Conv2d``, behind a padding of its own where the two sides differ."""
        padding: Argument = compact(self.padding_size) if self.padding == "custom" else self.padding
        high, wide = self.pads()
        apart = high[0] != high[1] or wide[0] != wide[1]
        arguments: dict[str, Argument] = {
            "in_channels": inputs["in"].features,
            "out_channels": self.filters,
            "kernel_size": compact(self.kernel_size),
            "stride": compact(self.stride),
            "padding": "valid" if apart else padding,
            "dilation": compact(self.dilation),
            "groups": self.groups,
            "bias": self.bias,
            "padding_mode": "zeros" if apart or self.padding == "valid" else self.padding_mode,
        }
        module = Module("torch.nn.Conv2d", without_defaults(arguments, **CONVOLUTION_DEFAULTS))
        if apart:
            # torch does the same inside for even kernels, but warns about it; its order is last axis first.
            return chain(_pad(X, (*wide, *high), self.padding_mode), own(Ref(0)), module=module)
        return chain(own(X), module=module)

    def summary(self) -> str:
        """Filters, kernel, stride and padding."""
        stride = "" if self.stride == (1, 1) else f", stride {times(self.stride)}"
        padding = f"padding {times(self.padding_size)}" if self.padding == "custom" else self.padding
        return f"{self.filters:,} filters, {times(self.kernel_size)}{stride}, {padding}"


CONVOLUTION_DEFAULTS: Mapping[str, Argument] = {
    "stride": 1,
    "padding": "valid",
    "dilation": 1,
    "groups": 1,
    "bias": True,
    "padding_mode": "zeros",
}
"""What torch's convolutions assume ("valid" is no padding)."""


def _pad(value: Ref, pads: tuple[int, ...], mode: PaddingMode) -> BuildStep:
    return function("torch.nn.functional.pad", value, pads, mode="constant" if mode == "zeros" else mode)


class Conv1d(Convolution):
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

    def pads(self) -> tuple[Pads]:
        """Steps added in front and behind."""
        if self.padding == "same":
            return (same_pads(self.kernel_size, self.dilation),)
        if self.padding == "causal":
            return ((self.dilation * (self.kernel_size - 1), 0),)
        size = self.padding_size if self.padding == "custom" else 0
        return ((size, size),)

    def output(self, x: Shape) -> Shape:
        """One feature per filter; an unknown length stays unknown."""
        self.check_groups(x)
        self._check_padding(x)
        if x.time is None:
            return sequence(None, self.filters)
        self._check_border(x, x.time)
        steps = slide(x.time, self.kernel_size, self.stride, self.pads()[0], self.dilation)
        if steps < 1:
            self._refuse_short(x, x.time)
        return sequence(steps, self.filters)

    def _check_padding(self, x: Shape) -> None:
        if self.padding == "same" and self.stride > 1:
            border = (self.kernel_size - 1) // 2 * self.dilation
            message = f'Conv1d with padding "same" needs stride 1, but its stride is {self.stride}.'
            custom = self.changed(padding="custom", padding_size=border)
            causal = self.changed(padding="causal")
            candidates = [
                Remedy(f"Set the padding to {border}", replace=custom),
                Remedy("Use stride 1", replace=self.changed(stride=1)),
                Remedy('Use padding "causal"', replace=causal),
            ]
            raise refusal(self, {"in": x}, message, candidates)
        if self.padding == "causal" and self.padding_mode in ("reflect", "circular"):
            message = (
                f'Conv1d with padding "causal" must not see the future, which "{self.padding_mode}" would show it.'
            )
            zeros = Remedy("Pad with zeros", replace=self.changed(padding_mode="zeros"))
            first = Remedy("Repeat the first step", replace=self.changed(padding_mode="replicate"))
            raise refusal(self, {"in": x}, message, [zeros, first])

    def _check_border(self, x: Shape, time: int) -> None:
        limit = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        border = max(self.pads()[0])
        if limit is None or border <= time + limit:
            return
        message = (
            f'Conv1d with a "{self.padding_mode}" border of {border} steps needs at least {border - limit} steps, '
            f"but {x.described()} arrives."
        )
        zeros = Remedy("Pad with zeros", replace=self.changed(padding_mode="zeros"))
        raise refusal(self, {"in": x}, message, [zeros, *self._shorter(time)])

    def _refuse_short(self, x: Shape, time: int) -> None:
        need = span(self.kernel_size, self.dilation)
        border = f" with {self.padding_size} steps added at each end" if self.padding == "custom" else ""
        message = f"Conv1d needs a sequence of at least {need} steps, but {x.described()}{border} arrives."
        same = Remedy('Use padding "same"', replace=self.changed(padding="same", stride=1))
        raise refusal(self, {"in": x}, message, [same, *self._shorter(time)])

    def _shorter(self, time: int) -> list[Remedy]:
        kernel = min(self.kernel_size, (time - 1) // self.dilation + 1)
        replace = self.changed(kernel_size=kernel, padding="valid")
        return [Remedy(f"Use a kernel of {kernel} without padding", replace=replace)]

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

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Conv1d`` between two transpositions, since torch wants the channels before the time."""
        ((front, behind),) = self.pads()
        apart = front != behind
        padding: Argument = self.padding_size if self.padding == "custom" else self.padding
        plain = self.padding in ("valid", "causal") or apart
        arguments: dict[str, Argument] = {
            "in_channels": inputs["in"].features,
            "out_channels": self.filters,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "padding": "valid" if plain else padding,
            "dilation": self.dilation,
            "groups": self.groups,
            "bias": self.bias,
            "padding_mode": "zeros" if plain else self.padding_mode,
        }
        module = Module("torch.nn.Conv1d", without_defaults(arguments, **CONVOLUTION_DEFAULTS))
        steps: list[BuildStep] = [method("transpose", X, 1, 2)]
        if apart:
            steps.append(_pad(Ref(0), (front, behind), self.padding_mode))
        steps.append(own(Ref(len(steps) - 1)))
        return chain(*steps, method("transpose", Ref(len(steps) - 1), 1, 2), module=module)

    def summary(self) -> str:
        """Filters, kernel, stride and padding."""
        stride = "" if self.stride == 1 else f", stride {self.stride}"
        padding = f"padding {self.padding_size}" if self.padding == "custom" else self.padding
        return f"{self.filters:,} filters, {self.kernel_size}{stride}, {padding}"
