"""Depthwise and separable convolutions, which need few weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import positions
from graph.layers.construct import Argument, Construct
from graph.layers.convolution_base import BIAS, KERNEL, SimpleConv2d
from graph.layers.grid import compact, without_defaults
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import FLOAT, LayerWork, Work
from graph.shapes import Shape


class DepthwiseConv2d(SimpleConv2d):
    """Slides a filter of its own over each channel, without mixing channels.

    It looks for a pattern in one map at a time, so it needs K × K weights per map where a full convolution needs
    K × K × channels. A 1 × 1 convolution behind it usually mixes the maps.
    """

    kind: ClassVar[str] = "depthwise_conv2d"
    lays_channels_last: ClassVar[bool] = True
    title: ClassVar[str] = "DepthwiseConv2d"
    stem: ClassVar[str] = "depthwise"
    positional: ClassVar[tuple[str, ...]] = ("kernel_size", "multiplier", "stride")
    aliases: ClassVar[tuple[str, ...]] = (
        "channelwise convolution",
        "mobilenet",
        "grouped convolution",
        "depthwise convolution",
    )

    kernel_size: Size2 = setting((3, 3), KERNEL, minimum=1, maximum=4096, unit="pixels")
    multiplier: int = setting(1, "Number of filters for each channel.", minimum=1, maximum=1024, unit="filters")
    bias: bool = setting(True, BIAS)

    def maps(self, channels: int) -> int:
        """Channels times the multiplier."""
        return channels * self.multiplier

    def split(self, channels: int) -> int:
        """Each channel alone."""
        return channels

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Conv2d`` with as many groups as channels."""
        channels = inputs["in"].features
        arguments: dict[str, Argument] = {
            "in_channels": channels,
            "out_channels": self.maps(channels),
            "kernel_size": compact(self.kernel_size),
            "groups": channels,
            "bias": self.bias,
        }
        return self.bordered("torch.nn.Conv2d", without_defaults(arguments, groups=1, bias=True))

    def summary(self) -> str:
        """Kernel, stride and padding."""
        return self.how() if self.multiplier == 1 else f"× {self.multiplier}, {self.how()}"


class SeparableConv2d(SimpleConv2d):
    """A depthwise convolution and a 1 × 1 convolution in one: first each map alone, then all maps mixed.

    It does nearly what a full convolution does with about a ninth of the weights of a 3 × 3 one: K × K × channels for
    the looking, channels × filters for the mixing. Xception and MobileNet are built of it.
    """

    kind: ClassVar[str] = "separable_conv2d"
    lays_channels_last: ClassVar[bool] = True
    title: ClassVar[str] = "SeparableConv2d"
    stem: ClassVar[str] = "separable"
    positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "stride")
    aliases: ClassVar[tuple[str, ...]] = (
        "depthwise separable",
        "xception",
        "mobilenet",
        "pointwise",
        "separable convolution",
    )
    has_filters: ClassVar[bool] = False
    remark: ClassVar[str] = (
        "Each weight here is one of the channel's own filter times the channel's weight in this map."
    )

    filters: int = setting(16, "Number of maps after mixing.", minimum=1, maximum=65_536, unit="filters")
    kernel_size: Size2 = setting((3, 3), KERNEL, minimum=1, maximum=4096, unit="pixels")
    bias: bool = setting(True, "Whether each map adds a trainable bias after mixing.")

    def weight_count(self, inputs: Mapping[str, Shape]) -> int:
        """Channels x (kernel + filters)."""
        return inputs["in"].features * (math.prod(self.kernel_size) + self.filters)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Each channel after its own filter, before all are mixed."""
        x, out = inputs["in"], outputs["out"]
        return super().kept_bytes(inputs, outputs) + FLOAT * x.features * positions(out)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Two convolutions."""
        x, places = inputs["in"], positions(outputs["out"])
        alone, mixed = math.prod(self.kernel_size), self.filters
        return tuple(
            LayerWork(Work.CONVOLUTION, 2 * x.features * each * places, 1, x.features) for each in (alone, mixed)
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module of two convolutions."""
        arguments: dict[str, Argument] = {
            "channels": inputs["in"].features,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "bias": self.bias,
        }
        return self.bordered("graph.modules.separable.SeparableConv2d", arguments)

    def summary(self) -> str:
        """Filters, kernel, stride and padding."""
        return f"{self.filters:,} filters, {self.how()}"
