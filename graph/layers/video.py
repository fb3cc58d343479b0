"""Conv3d and 3-D pooling over the frames of a video."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Remedy, elements, refusal
from graph.layers.construct import Argument, Construct, Module, Ref, X, chain, channels_first, function, method, own
from graph.layers.convolution_base import BIAS, DILATION, FILTERS, GROUPS, Convolution
from graph.layers.grid import WindowedLayer, same_pads, slide, slide_open
from graph.layers.pooling_whole import Mode
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import INDEX, Keeps, Work
from graph.layers.value_range import Gives
from graph.layers.window_rule import Pads
from graph.shapes import Kind, Shape, format_sizes, video

Triple = tuple[int, int, int]


class _Clip(WindowedLayer):
    """A window of frames, height and width that slides over a video."""

    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VIDEO,)

    frames: int = setting(3, "Number of frames in the window.", minimum=1, maximum=1024, unit="frames")
    kernel_size: Size2 = setting((3, 3), "Height and width of the window.", minimum=1, maximum=1024, unit="pixels")

    def kernel(self) -> Triple:
        """Frames, height and width of the window."""
        return (self.frames, *self.kernel_size)

    def pads(self) -> tuple[Pads, Pads, Pads]:
        """Padding before and after each axis."""
        return (0, 0), (0, 0), (0, 0)

    def slid(self, x: Shape, channels: int) -> Shape:
        """The video that the window's places make; an open time stays open.

        Raises
        ------
        ShapeError
            if the window does not fit.
        """
        axes = tuple(zip(self.kernel(), self.strides(), self.pads(), self.dilations(), strict=True))
        time = slide_open(x.open_length, *axes[0]) if x.time is None else slide(x.time, *axes[0])
        high, wide = slide(x.size("H"), *axes[1]), slide(x.size("W"), *axes[2])
        if min(high, wide) < 1 or (isinstance(time, int) and time < 1):
            first = 0 if x.time is not None else 1  # frames are compared where their number is known
            there = (x.time, x.size("H"), x.size("W"))[first:]
            message = (
                f"{self.title} needs a video of at least {format_sizes(self.kernel()[first:])}, but one of "
                f"{format_sizes(there)} arrives."
            )
            raise refusal(self, {"in": x}, message, self._smaller(x))
        return video(time, channels, high, wide)

    def _smaller(self, x: Shape) -> list[Remedy]:
        kernel = (min(self.kernel_size[0], x.size("H")), min(self.kernel_size[1], x.size("W")))
        frames = min(self.frames, x.time or self.frames)
        title = f"Use a window of {format_sizes((frames, *kernel))}"
        return [Remedy(title, replace=self.changed(frames=frames, kernel_size=kernel))]


class Conv3d(_Clip, Convolution):
    """Slides filters over the frames of a video, so that they see motion as well as form.

    A filter is a block of K frames by K × K pixels for each channel. It finds a short event, such as an edge that
    moves to the right, wherever and whenever it happens. A clip of T frames becomes one of (T - K + 2P)/S + 1.
    """

    kind: ClassVar[str] = "conv3d"
    title: ClassVar[str] = "Conv3d"
    has_filters: ClassVar[bool] = False  # a filter over time is no picture
    stem: ClassVar[str] = "conv"
    positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "frames", "stride")
    aliases: ClassVar[tuple[str, ...]] = ("convolution", "video convolution", "spatiotemporal", "c3d", "motion")

    filters: int = setting(16, FILTERS, minimum=1, maximum=65_536)
    stride: Size2 = setting((1, 1), "Step in height and width.", minimum=1, maximum=1024, unit="pixels")
    time_stride: int = setting(1, "Step in time.", minimum=1, maximum=1024, unit="frames")
    padding: Literal["same", "valid", "custom"] = setting(
        "same",
        "Border of zeros in time and space: as much as a step of 1 needs to keep the size (same), none (valid), or set "
        "by hand (custom).",
    )
    bias: bool = setting(True, BIAS)
    padding_size: Size2 = setting(
        (1, 1),
        "Border added on each side, in height and width.",
        minimum=0,
        maximum=1024,
        unit="pixels",
        when=("padding", ("custom",)),
    )
    time_padding: int = setting(
        1, "Border added before and behind.", minimum=0, maximum=1024, unit="frames", when=("padding", ("custom",))
    )
    dilation: Size2 = setting((1, 1), DILATION, minimum=1, maximum=1024, unit="pixels")
    time_dilation: int = setting(1, "Distance between frames that it sees.", minimum=1, maximum=1024, unit="frames")
    groups: int = setting(1, GROUPS, minimum=1, maximum=65_536, unit="groups")

    def strides(self) -> Triple:
        """In time, height and width."""
        return (self.time_stride, *self.stride)

    def dilations(self) -> Triple:
        """In time, height and width."""
        return (self.time_dilation, *self.dilation)

    def pads(self) -> tuple[Pads, Pads, Pads]:
        """As much as keeps the size, none, or what is set."""
        if self.padding == "valid":
            return super().pads()
        if self.padding == "custom":
            high, wide = self.padding_size
            return (self.time_padding, self.time_padding), (high, high), (wide, wide)
        time, rows, columns = map(same_pads, self.kernel(), self.dilations())
        return time, rows, columns

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """None: there is no telling how a picture would become a video."""
        return ()

    def output(self, x: Shape) -> Shape:
        """One map per filter in each frame."""
        self.check_groups(x)
        return self.slid(x, self.filters)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Conv3d`` between two transpositions."""
        arguments: dict[str, Argument] = {
            "in_channels": inputs["in"].features,
            "out_channels": self.filters,
            "kernel_size": self.kernel(),
        }
        if self.strides() != (1, 1, 1):
            arguments["stride"] = self.strides()
        if not self.bias:
            arguments["bias"] = False
        if self.dilations() != (1, 1, 1):
            arguments["dilation"] = self.dilations()
        if self.groups > 1:
            arguments["groups"] = self.groups
        time, high, wide = self.pads()
        if all(before == after for before, after in (time, high, wide)):
            if self.padding != "valid":
                arguments["padding"] = (time[0], high[0], wide[0])
            return channels_first(Module("torch.nn.Conv3d", arguments))
        padded = function("torch.nn.functional.pad", Ref(0), (*wide, *high, *time))
        steps = (method("transpose", X, 1, 2), padded, own(Ref(1)), method("transpose", Ref(2), 1, 2))
        return chain(*steps, module=Module("torch.nn.Conv3d", arguments))

    def summary(self) -> str:
        """Filters, window and padding."""
        return f"{self.filters:,} filters, {format_sizes(self.kernel())}, {self.padding}"


class Pool3d(_Clip):
    """Keeps one number of each window of frames and pixels of a video: the largest, or the mean.

    It makes a clip shorter and its frames smaller, and the network bears small shifts in time and place. Windows
    touch; what is left over at the end is dropped.
    """

    kind: ClassVar[str] = "pool3d"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.POOLING
    title: ClassVar[str] = "Pool3d"
    family: ClassVar[Family] = Family.POOLING
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    positional: ClassVar[tuple[str, ...]] = ("kernel_size", "frames")
    aliases: ClassVar[tuple[str, ...]] = ("max pooling 3d", "average pooling 3d", "video pooling")

    frames: int = setting(2, "Number of frames in the window.", minimum=1, maximum=1024, unit="frames")
    kernel_size: Size2 = setting((2, 2), "Height and width of the window.", minimum=1, maximum=1024, unit="pixels")
    mode: Mode = setting("max", "The largest value of each window, or its mean.")

    def output(self, x: Shape) -> Shape:
        """Fewer and smaller frames."""
        return self.slid(x, x.features)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value in the window, for each value that leaves."""
        return math.prod(self.kernel()) * elements(outputs["out"])

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Where the largest value of each window stands."""
        return INDEX * elements(outputs["out"]) if self.mode == "max" else 0

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.MaxPool3d`` or ``AvgPool3d`` between two transpositions."""
        name = "Max" if self.mode == "max" else "Avg"
        return channels_first(Module(f"torch.nn.{name}Pool3d", {"kernel_size": self.kernel()}))

    def summary(self) -> str:
        """Window and mode."""
        return f"{format_sizes(self.kernel())}, {self.mode}"
