"""Max and average pooling with a window that slides over an image or a sequence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from graph.layers.base import Family, Layer, Remedy, elements, refusal, where_allowed
from graph.layers.construct import Argument, Construct, Module, channels_first, single
from graph.layers.grid import ImageLayer, WindowedLayer, compact, slide_pool, span
from graph.layers.pooling_whole import GlobalPool1d, GlobalPool2d, sequence_remedies
from graph.layers.settings import Size2, Surroundings, Value, left_empty, setting
from graph.layers.training_needs import FLOAT, INDEX, Keeps, Work
from graph.layers.value_range import Gives
from graph.layers.window_rule import Border, How, WindowRule, slides
from graph.open_length import Length
from graph.shapes import Kind, Shape, format_sizes, image, sequence

KERNEL = "Size of the window."
STRIDE = "Step by which the window moves; empty for windows that touch."
PADDING = "Border added on each side, at most half a window; never the largest or smallest value, and 0 in a sum."
ZEROS = "Border of zeros added on each side, at most half a window."
CEIL = "Whether a last window that sticks out is kept rather than dropped."
TORCH_NAMES = {"ceil": "ceil_mode", "count_padding": "count_include_pad", "divisor": "divisor_override"}
"""Settings that torch calls by other names."""
COUNT = "Whether the zeros of the border count in the average."


def _strides(layer: _Pool, _: Surroundings) -> Value:
    """The step along each axis: that of the window where none is set."""
    return layer.strides()


USUAL = 2
"""The usual side of a window, which halves what it pools."""


class _Pool(WindowedLayer):
    """Checks and costs of pooling with a window, along one axis or two."""

    family: ClassVar[Family] = Family.POOLING
    thing: ClassVar[str]
    """What is pooled, in sentences."""
    unit: ClassVar[str]
    how: ClassVar[How]
    """What becomes of the values in the window."""
    target: ClassVar[str]
    """The class in torch, by its dotted name."""
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.POOLING

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Where the largest value of each window stands; the larger columns where windows of 2 x 2 are halved."""
        if self.how not in (How.LARGEST, How.SMALLEST):
            return 0
        return FLOAT * elements(inputs["in"]) // 2 if self._halves(inputs) else INDEX * elements(outputs["out"])

    def _halves(self, inputs: Mapping[str, Shape]) -> bool:
        """Whether it is done by `graph.modules.pooling_fast`."""
        x = inputs["in"]
        plain = all(spec.name == "kernel_size" or getattr(self, spec.name) == spec.default for spec in self.settings())
        return x.kind is Kind.IMAGE and plain and self.kernel() == (2, 2) and x.features % 8 != 0

    def border(self) -> tuple[int, ...]:
        """The padding along each axis."""
        return self._per_axis("padding")

    def torch_arguments(self) -> dict[str, Argument]:
        """The settings as torch's arguments; the window, and what differs from torch's defaults, which ours are."""
        values = {spec.name: (getattr(self, spec.name), spec.default) for spec in self.settings()}
        return {
            TORCH_NAMES.get(name, name): compact(value) if isinstance(value, tuple) else value
            for name, (value, default) in values.items()
            if name == "kernel_size" or value != default
        }

    def with_sizes(self, **sizes: tuple[int, ...] | None) -> Layer:
        """The layer with other ``kernel_size``, ``stride`` or ``padding``; None stands for zero."""
        axes = len(self.kernel())
        values = {name: size or (0,) * axes for name, size in sizes.items()}
        return self.changed(**{name: size if axes > 1 else size[0] for name, size in values.items()})

    def slid(self, x: Shape, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Output sizes along the axes.

        Raises
        ------
        ShapeError
            if the padding is too large for the window, or the window too large for ``x``.
        """
        self._check_border(x)
        axes = zip(sizes, self.kernel(), self.strides(), self.border(), self.dilations(), strict=True)
        slid = tuple(slide_pool(*axis, getattr(self, "ceil", False)) for axis in axes)
        if min(slid) < 1:
            self._refuse_small(x, sizes)
        self._check_windows(x, sizes, slid)
        return slid

    def _check_border(self, x: Shape) -> None:
        most = tuple(min(k, span(k, d)) // 2 for k, d in zip(self.kernel(), self.dilations(), strict=True))
        if all(pad <= limit for pad, limit in zip(self.border(), most, strict=True)):
            return
        fitting = tuple(map(min, self.border(), most))
        message = (
            f"{self.title}'s padding must be at most half of its window {format_sizes(self.kernel())}, "
            f"but it is {format_sizes(self.border())}."
        )
        wider = tuple(max(k, 2 * pad) for k, pad in zip(self.kernel(), self.border(), strict=True))
        candidates = [
            Remedy(f"Use padding {format_sizes(fitting)}", replace=self.with_sizes(padding=fitting)),
            *where_allowed(f"Use a window of {format_sizes(wider)}", lambda: self.with_sizes(kernel_size=wider)),
            Remedy("Use no padding", replace=self.with_sizes(padding=(0,) * len(most))),
        ]
        raise refusal(self, {"in": x}, message, candidates)

    def _refuse_small(self, x: Shape, sizes: tuple[int, ...]) -> None:
        need = format_sizes(tuple(map(span, self.kernel(), self.dilations())))
        fitting = tuple((n - 1) // d + 1 for n, d in zip(sizes, self.dilations(), strict=True))
        window = tuple(map(min, self.kernel(), fitting))
        usual = tuple(min(USUAL, size) for size in window)
        border = f" with its border of {format_sizes(self.border())}" if any(self.border()) else ""
        raise refusal(
            self,
            {"in": x},
            f"{self.title} needs {self.thing} of at least {need}{self.unit}, but one of "
            f"{format_sizes(sizes)}{self.unit}{border} arrives.",
            [*self._padded(sizes), *map(self._window, dict.fromkeys((window, usual))), *self._instead()],
        )

    def _window(self, window: tuple[int, ...]) -> Remedy:
        """Another window, without a border."""
        return Remedy(
            f"Use a window of {format_sizes(window)}", replace=self.with_sizes(kernel_size=window, padding=None)
        )

    def _padded(self, sizes: tuple[int, ...]) -> list[Remedy]:
        """The least padding that lets the window fit, where that is within its bounds."""
        lacking = (span(k, d) - n for k, d, n in zip(self.kernel(), self.dilations(), sizes, strict=True))
        pads = tuple(max(pad, math.ceil(lack / 2)) for pad, lack in zip(self.border(), lacking, strict=True))
        if any(pad > k // 2 for pad, k in zip(pads, self.kernel(), strict=True)):
            return []
        return [Remedy(f"Set the padding to {format_sizes(pads)}", replace=self.with_sizes(padding=pads))]

    def _instead(self) -> list[Remedy]:
        return []

    def _check_windows(self, x: Shape, sizes: tuple[int, ...], slid: tuple[int, ...]) -> None:
        """Refuse windows with gaps that see nothing but border, where a maximum would be minus infinity."""
        axes = zip(sizes, slid, self.kernel(), self.strides(), self.border(), self.dilations(), strict=True)
        if all(_all_see(*axis) for axis in axes):
            return
        message = (
            f"{self.title} with dilation {format_sizes(self.dilations())} has windows that see only border "
            f"when {x.described()} arrives."
        )
        close = Remedy("Use dilation 1", replace=self.with_sizes(dilation=(1,) * len(sizes)))
        bare = Remedy("Use no padding", replace=self.with_sizes(padding=(0,) * len(sizes)))
        raise refusal(self, {"in": x}, message, [bare, close])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value in the window, for each value that leaves."""
        return math.prod(self.kernel()) * elements(outputs["out"])

    def can_follow(self) -> bool:
        """A window that slides."""
        return True

    def window_rule(self, x: Shape) -> WindowRule:
        """The window over each channel alone."""
        out = self.infer({"in": x})["out"]
        rows, columns = slides(x, out, self.window(), tuple((pad, pad) for pad in self.border()))
        border = Border.NOTHING if self.how.picks else Border.ZEROS
        maps, flat = x.features, x.kind is Kind.SEQUENCE
        return WindowRule(self.how, rows, columns, maps, maps, maps, border=border, along_time=flat)

    def summary(self) -> str:
        """Window, stride and padding."""
        parts = [format_sizes(self.kernel())]
        if self.strides() != self.kernel():
            parts.append(f"stride {format_sizes(self.strides())}")
        if any(self.border()):
            parts.append(f"padding {format_sizes(self.border())}")
        return ", ".join(parts)


def _all_see(size: int, out: int, kernel: int, stride: int, pad: int, dilation: int) -> bool:
    """Whether each window has at least one place inside the axis; without gaps torch's own rules ensure it."""
    if dilation == 1:
        return True
    starts = range(-pad, -pad + out * stride, stride)
    return all(_first_inside(start, dilation) < min(size, start + span(kernel, dilation)) for start in starts)


def _first_inside(start: int, dilation: int) -> int:
    return start if start >= 0 else start % dilation


class _Pool1d(_Pool):
    """Pooling along the time of a sequence."""

    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    thing: ClassVar[str] = "a sequence"
    unit: ClassVar[str] = " steps"

    kernel_size: int = setting(2, KERNEL, minimum=1, maximum=65_536, unit="steps")
    stride: int | None = left_empty(setting(None, STRIDE, minimum=1, maximum=65_536, unit="steps"), _strides)
    padding: int = setting(0, PADDING, minimum=0, maximum=65_536, unit="steps")

    def reads_ahead(self, port: str) -> bool:
        """Windows that reach behind the step at which their value stands."""
        return self.kernel_size > 1

    def output(self, x: Shape) -> Shape:
        """Fewer steps with the same features; an open length stays open."""
        return sequence(self._steps(x), x.features)

    def _steps(self, x: Shape) -> Length:
        if x.time is not None:
            return self.slid(x, (x.time,))[0]
        self._check_border(x)
        axis = self.kernel()[0], self.strides()[0], self.border()[0], self.dilations()[0]
        return None if x.open_length is None else slide_pool(x.open_length, *axis, getattr(self, "ceil", False))

    def keeping_length(self) -> Layer:
        """An odd window that moves by 1, with half of it as border."""
        kernel = min(self.kernel_size | 1, 65_535)
        plain = {"dilation": 1} if hasattr(self, "dilation") else {}
        return self.changed(kernel_size=kernel, stride=1, padding=kernel // 2, ceil=False, **plain)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Embed tokens; read anything else as a sequence."""
        return sequence_remedies(port, shape)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Torch's class between two transpositions."""
        return channels_first(Module(self.target, self.torch_arguments()))

    def _instead(self) -> list[Remedy]:
        return [Remedy("Use GlobalPool1d", replace=GlobalPool1d())]


class Pool2d(ImageLayer, _Pool):
    """Pooling over the height and width of an image."""

    thing: ClassVar[str] = "an image"
    unit: ClassVar[str] = ""

    kernel_size: Size2 = setting((2, 2), KERNEL, minimum=1, maximum=4096, unit="pixels")
    stride: Size2 | None = left_empty(setting(None, STRIDE, minimum=1, maximum=4096, unit="pixels"), _strides)
    padding: Size2 = setting((0, 0), PADDING, minimum=0, maximum=4096, unit="pixels")

    def output(self, x: Shape) -> Shape:
        """A smaller image with the same channels."""
        high, wide = self.slid(x, (x.size("H"), x.size("W")))
        return image(x.features, high, wide)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Torch's class."""
        return single(self.target, **self.torch_arguments())

    def _instead(self) -> list[Remedy]:
        return [Remedy("Use GlobalPool2d", replace=GlobalPool2d())]


class MaxPool2d(Pool2d):
    """Keeps the largest value of each window of an image, channel by channel.

    What matters is that a feature was found, not exactly where; a 2 × 2 window with stride 2 drops three quarters of
    the values and makes the network bear small shifts. Along an axis of size W the output has (W - K + 2P)/S + 1
    values, rounded down.
    """

    kind: ClassVar[str] = "max_pool2d"
    target: ClassVar[str] = "torch.nn.MaxPool2d"
    how: ClassVar[How] = How.LARGEST
    title: ClassVar[str] = "MaxPool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("maxpool2d", "max pooling", "subsampling", "downsampling")

    dilation: Size2 = setting(
        (1, 1), "Distance between neighbouring places of the window.", minimum=1, maximum=4096, unit="pixels"
    )
    ceil: bool = setting(False, CEIL, label="keep partial windows")

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What leaves as well, where windows are halved."""
        return Keeps.BOTH if self._halves(inputs) else Keeps.INPUTS


class AveragePool2d(Pool2d):
    """Keeps the mean of each window of an image, channel by channel.

    It blurs and shrinks where max pooling picks. Along an axis of size W the output has (W - K + 2P)/S + 1 values,
    rounded down. With divisor 1 it gives the sum instead.
    """

    kind: ClassVar[str] = "average_pool2d"
    target: ClassVar[str] = "torch.nn.AvgPool2d"
    how: ClassVar[How] = How.MEAN
    title: ClassVar[str] = "AvgPool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("avgpool2d", "mean pooling", "sum pooling", "subsampling", "average pooling")
    is_linear: ClassVar[bool] = True

    padding: Size2 = setting((0, 0), ZEROS, minimum=0, maximum=4096, unit="pixels")
    ceil: bool = setting(False, CEIL, label="keep partial windows")
    count_padding: bool = setting(True, COUNT)
    divisor: int | None = left_empty(
        setting(None, "Number to divide the sum by; empty for the size of the window.", minimum=1, maximum=16_777_216),
        lambda layer, _: math.prod(layer.kernel()),
    )

    def window_rule(self, x: Shape) -> WindowRule:
        """What the sum is divided by, as set."""
        return replace(super().window_rule(x), counts_border=self.count_padding, divisor=self.divisor)


class MaxPool1d(_Pool1d):
    """Keeps the largest value of each window of time steps, feature by feature.

    It shortens a sequence and keeps that something happened, not exactly when. T steps become (T - K + 2P)/S + 1,
    rounded down.
    """

    kind: ClassVar[str] = "max_pool1d"
    target: ClassVar[str] = "torch.nn.MaxPool1d"
    how: ClassVar[How] = How.LARGEST
    title: ClassVar[str] = "MaxPool1d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("maxpool1d", "max pooling", "temporal pooling")

    dilation: int = setting(
        1, "Distance between neighbouring places of the window.", minimum=1, maximum=65_536, unit="steps"
    )
    ceil: bool = setting(False, CEIL, label="keep partial windows")


class AveragePool1d(_Pool1d):
    """Keeps the mean of each window of time steps, feature by feature.

    It smooths and shortens a sequence, like a moving average read off every few steps. T steps become
    (T - K + 2P)/S + 1, rounded down.
    """

    kind: ClassVar[str] = "average_pool1d"
    target: ClassVar[str] = "torch.nn.AvgPool1d"
    how: ClassVar[How] = How.MEAN
    title: ClassVar[str] = "AvgPool1d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("avgpool1d", "mean pooling", "moving average", "average pooling")
    is_linear: ClassVar[bool] = True

    padding: int = setting(0, ZEROS, minimum=0, maximum=65_536, unit="steps")
    ceil: bool = setting(False, CEIL, label="keep partial windows")
    count_padding: bool = setting(True, COUNT)

    def window_rule(self, x: Shape) -> WindowRule:
        """What the sum is divided by, as set."""
        return replace(super().window_rule(x), counts_border=self.count_padding)
