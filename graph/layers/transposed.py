"""ConvTranspose2d, which enlarges feature maps with trainable weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Remedy, positions, refusal
from graph.layers.construct import Argument, Construct, single
from graph.layers.convolution_base import BIAS, DILATION, FILTERS, GROUPS, Convolution
from graph.layers.grid import compact, span, without_defaults
from graph.layers.settings import Size2, setting
from graph.layers.window_rule import Window
from graph.shapes import Shape, format_sizes, image


class ConvTranspose2d(Convolution):
    """A convolution run backwards: each pixel paints a weighted copy of the filter into a larger image.

    Decoders and generators use it to enlarge feature maps with trainable weights. Along an axis of size W the output
    has (W - 1) S - 2P + D (K - 1) + E + 1 values, with stride S, padding P cut off at each side, dilation D and E
    extra values; a kernel of 2 with stride 2 doubles the image.
    """

    kind: ClassVar[str] = "conv_transpose2d"
    lays_channels_last: ClassVar[bool] = True
    title: ClassVar[str] = "ConvTranspose2d"
    stem: ClassVar[str] = "upconv"
    aliases: ClassVar[tuple[str, ...]] = (
        "deconvolution",
        "upconv",
        "upsampling",
        "convtranspose2d",
        "decoder",
        "transposed convolution",
    )

    filters: int = setting(16, FILTERS, minimum=1, maximum=65_536, unit="filters")
    kernel_size: Size2 = setting((2, 2), "Height and width of a filter.", minimum=1, maximum=4096, unit="pixels")
    stride: Size2 = setting((2, 2), "How many times larger the image grows.", minimum=1, maximum=4096, unit="pixels")
    padding: Size2 = setting((0, 0), "Border cut off on each side.", minimum=0, maximum=4096, unit="pixels")
    extra: Size2 = setting(
        (0, 0), "Rows and columns added at the end.", minimum=0, maximum=4096, unit="pixels", label="output padding"
    )
    dilation: Size2 = setting((1, 1), DILATION, minimum=1, maximum=4096, unit="pixels")
    groups: int = setting(1, GROUPS, minimum=1, maximum=65_536, unit="groups")
    bias: bool = setting(True, BIAS)

    def output(self, x: Shape) -> Shape:
        """One larger map per filter."""
        self.check_groups(x)
        self._check_extra(x)
        high, wide = self._grown(x)
        if high < 1 or wide < 1:
            message = (
                f"ConvTranspose2d cuts a border of {format_sizes(self.padding)} off, which leaves nothing of the {x} "
                "image that arrives."
            )
            raise refusal(self, {"in": x}, message, [Remedy("Cut nothing off", replace=self.changed(padding=0))])
        return image(self.filters, high, wide)

    def _grown(self, x: Shape) -> tuple[int, int]:
        settings = zip(x.sizes[1:], self.kernel_size, self.stride, self.padding, self.extra, self.dilation, strict=True)
        high, wide = ((size or 0) * s - s - 2 * p + span(k, d) + e for size, k, s, p, e, d in settings)
        return high, wide

    def _check_extra(self, x: Shape) -> None:
        largest = tuple(max(s, d) - 1 for s, d in zip(self.stride, self.dilation, strict=True))
        if all(e <= most for e, most in zip(self.extra, largest, strict=True)):
            return
        fitting = tuple(map(min, self.extra, largest))
        message = (
            f"ConvTranspose2d's output padding must be smaller than its stride or its dilation, "
            f"but it is {format_sizes(self.extra)}."
        )
        candidates = [
            Remedy(f"Use output padding {format_sizes(fitting)}", replace=self.changed(extra=fitting)),
            Remedy("Use no output padding", replace=self.changed(extra=0, padding=0)),
        ]
        raise refusal(self, {"in": x}, message, candidates)

    def can_follow(self) -> bool:
        """Its values are sums of copies, not of a window."""
        return False

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The weights at each pixel that arrives, and the biases at each pixel of the feature maps."""
        weights = self.weight_count(inputs) * positions(inputs["in"])
        return weights + self.bias_count(inputs) * positions(outputs["out"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each weight at each pixel that arrives, one for each bias at each pixel that leaves."""
        weights = 2 * self.weight_count(inputs) * positions(inputs["in"])
        return weights + self.bias_count(inputs) * positions(outputs["out"])

    def window(self) -> Window:
        """The pixels whose copies of the filter overlap at one pixel of the output."""
        high, wide = (
            math.ceil(span(k, d) / s) for k, s, d in zip(self.kernel_size, self.stride, self.dilation, strict=True)
        )
        return Window((high, wide), (1, 1), (1, 1), upsampling=self.stride)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.ConvTranspose2d``."""
        arguments: dict[str, Argument] = {
            "in_channels": inputs["in"].features,
            "out_channels": self.filters,
            "kernel_size": compact(self.kernel_size),
            "stride": compact(self.stride),
            "padding": compact(self.padding),
            "output_padding": compact(self.extra),
            "groups": self.groups,
            "bias": self.bias,
            "dilation": compact(self.dilation),
        }
        defaults: dict[str, Argument] = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1}
        return single("torch.nn.ConvTranspose2d", **without_defaults(arguments, bias=True, **defaults))

    def summary(self) -> str:
        """Filters, kernel and stride."""
        return f"{self.filters:,} filters, {format_sizes(self.kernel_size)}, stride {format_sizes(self.stride)}"
