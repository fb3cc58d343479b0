"""What all convolutions share: window, number of weights, costs, and how a value is worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Remedy, positions, refusal
from graph.layers.construct import Argument, Construct, Module, Ref, X, chain, function, own
from graph.layers.grid import ImageLayer, WindowedLayer, same_pads, slide
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import FLOAT, Keeps, Work
from graph.layers.window_rule import Border, How, Pads, WindowRule, slides
from graph.shapes import Kind, Shape, format_sizes, image

FILTERS = "Number of filters, each of which gives one feature map."
KERNEL = "Height and width of a filter."
STRIDE = "Step by which the filter moves."
DILATION = "Distance between neighbouring weights of a filter; 1 leaves no gaps."
GROUPS = "Parts that channels and filters are split into; each filter sees only its part's channels."
BIAS = "Whether each filter adds a trainable bias."
PADDED = "torch.nn.functional.pad"


class Convolution(WindowedLayer, ImageLayer):
    """A window of weights that slides; no layer itself.

    A subclass says how large the window is and how it moves. The settings ``filters``, ``groups``, ``bias`` and
    ``padding_mode`` are read where it has them; where maps and groups follow from something else, it says how.
    """

    family: ClassVar[Family] = Family.CONVOLUTION
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.CONVOLUTION
    weighted_sum: ClassVar[bool] = True
    has_filters: ClassVar[bool] = True
    remark: ClassVar[str] = ""
    """What a reader of the numbers in its window has to know."""

    def pads(self) -> tuple[Pads, ...]:
        """Padding before and after each axis."""
        raise NotImplementedError

    def border_values(self) -> Border:
        """What the padding holds."""
        return Border(getattr(self, "padding_mode", Border.ZEROS))

    def maps(self, channels: int) -> int:
        """Number of maps made from ``channels``: one for each filter."""
        return int(getattr(self, "filters", channels))

    def split(self, channels: int) -> int:
        """Number of groups into which ``channels`` are split."""
        return int(getattr(self, "groups", 1))

    def connection_table(self, channels: int) -> tuple[str, ...]:
        """A line for each channel, 1 where a filter sees it, else 0; empty where the groups say it all."""
        return ()

    # Weights and costs

    def weight_count(self, inputs: Mapping[str, Shape]) -> int:
        """Number of weights at each place of the output, without biases: (channels / groups) x kernel x maps."""
        channels = inputs["in"].features
        return channels // self.split(channels) * math.prod(self.kernel()) * self.maps(channels)

    def bias_count(self, inputs: Mapping[str, Shape]) -> int:
        """One for each map."""
        return self.maps(inputs["in"].features) if getattr(self, "bias", False) else 0

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Weights and biases, all of them trainable."""
        return self.weight_count(inputs) + self.bias_count(inputs)

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Weights and biases at each place of the feature maps; weights that fall on padding are counted too."""
        return (self.weight_count(inputs) + self.bias_count(inputs)) * positions(outputs["out"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each weight and one for each bias, at each place of the feature maps."""
        return (2 * self.weight_count(inputs) + self.bias_count(inputs)) * positions(outputs["out"])

    # The window

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """What arrives with its border, where that is laid around it by a call of its own."""
        if all(step.target != PADDED for step in self.recipe(inputs).steps):
            return 0
        x = inputs["in"]
        sizes = x.sizes[1:] if x.kind is not Kind.SEQUENCE else x.sizes[:1]
        sizes = (x.sizes[0], *x.sizes[2:]) if x.kind is Kind.VIDEO else sizes
        room = zip(sizes, self.pads(), strict=True)
        return FLOAT * x.features * math.prod((size or 1) + sum(pads) for size, pads in room)

    def can_follow(self) -> bool:
        """Over sequences and images."""
        return len(self.kernel()) < 3

    def window_rule(self, x: Shape) -> WindowRule | None:
        """Products with the weights, added."""
        if not self.can_follow():
            return None
        out = self.infer({"in": x})["out"]
        rows, columns = slides(x, out, self.window(), self.pads())
        return WindowRule(
            How.PRODUCTS,
            rows,
            columns,
            x.features,
            out.features,
            self.split(x.features),
            table=self.connection_table(x.features),
            border=self.border_values(),
            along_time=x.kind is Kind.SEQUENCE,
            remark=self.remark,
        )

    # Checks

    def check_groups(self, x: Shape) -> None:
        """Raise `ShapeError` where the groups do not divide the channels of ``x`` and the filters."""
        channels = x.features
        filters, groups = self.maps(channels), self.split(channels)
        if channels % groups == 0 and filters % groups == 0:
            return
        fitting = math.gcd(channels, filters)
        divisor = max(number for number in range(1, groups + 1) if fitting % number == 0)
        rounded = math.ceil(filters / groups) * groups
        word = "features" if x.kind is Kind.SEQUENCE else "channels"
        message = (
            f"{self.title} with {groups} groups needs channels and filters that {groups} divides, "
            f"but {channels} {word} arrive for {filters} filters."
        )
        candidates = [
            Remedy(f"Use {divisor} group{'s' if divisor > 1 else ''}", replace=self.changed(groups=divisor)),
            Remedy(f"Use {rounded} filters", replace=self.changed(filters=rounded)),
        ]
        raise refusal(self, {"in": x}, message, candidates)


class SimpleConv2d(Convolution):
    """A convolution over images whose padding either keeps the size or is left out; no layer itself."""

    weighted_sum: ClassVar[bool] = False  # these are parts of a larger convolution, or set by hand

    stride: Size2 = setting((1, 1), STRIDE, minimum=1, maximum=4096, unit="pixels")
    padding: Literal["same", "valid"] = setting(
        "same",
        "Border of zeros around the image: as much as a step of 1 needs to keep the size (same), or none (valid).",
    )

    def pads(self) -> tuple[Pads, ...]:
        """As much as keeps the size at stride 1, or none."""
        return tuple((0, 0) if self.padding == "valid" else same_pads(size, 1) for size in self.kernel())

    def output(self, x: Shape) -> Shape:
        """As many maps as the layer makes, of the size that the window's places give."""
        axes = zip((x.size("H"), x.size("W")), self.kernel(), self.stride, self.pads(), strict=True)
        high, wide = (slide(size, kernel, stride, pads, 1) for size, kernel, stride, pads in axes)
        if high < 1 or wide < 1:
            message = (
                f"{self.title} needs an image of at least {format_sizes(self.kernel())}, "
                f"but one of {format_sizes((x.size('H'), x.size('W')))} arrives."
            )
            raise refusal(
                self, {"in": x}, message, [Remedy('Use padding "same"', replace=self.changed(padding="same"))]
            )
        return image(self.maps(x.features), high, wide)

    def bordered(self, target: str, arguments: Mapping[str, Argument]) -> Construct:
        """The module ``target``, which takes ``stride`` and ``padding`` where they are not torch's own.

        A border that is uneven or holds no zeros is laid around the image by a step of its own.
        """
        stride: dict[str, Argument] = {} if self.stride == (1, 1) else {"stride": self.stride}
        high, wide = self.pads()
        plain = self.border_values() is Border.ZEROS or not any((*high, *wide))
        if plain and high[0] == high[1] and wide[0] == wide[1]:
            pads: dict[str, Argument] = {"padding": (high[0], wide[0])} if any((*high, *wide)) else {}
            return chain(own(X), module=Module(target, {**arguments, **stride, **pads}))
        mode = "constant" if plain else str(self.border_values())
        around = function("torch.nn.functional.pad", X, (*wide, *high), mode=mode)
        return chain(around, own(Ref(0)), module=Module(target, {**arguments, **stride}))

    def how(self) -> str:
        """Kernel, stride and padding for the card."""
        stride = "" if self.stride == (1, 1) else f", stride {format_sizes(self.stride)}"
        return f"{format_sizes(self.kernel())}{stride}, {self.padding}"
