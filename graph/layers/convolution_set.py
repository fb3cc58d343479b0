"""Convolutions that a person sets up by hand: by a connection table, or with fixed kernels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from graph.layers.base import Remedy, refusal
from graph.layers.construct import Argument, Construct
from graph.layers.convolution_base import BIAS, KERNEL, SimpleConv2d
from graph.layers.image_kernels import KERNELS
from graph.layers.settings import Matrices, Matrix, Rows, Size2, setting
from graph.layers.window_rule import Border
from graph.shapes import Shape

LENET = (
    "1000111001111011",
    "1100011100111101",
    "1110001110010111",
    "0111001111001011",
    "0011100111101101",
    "0001110011110111",
)
"""Which of the 6 maps of S2 (lines) the 16 maps of C3 (columns) see, from LeCun and others (1998), table 1."""

PER_CHANNEL: Final = "typed per channel"
"""The choice of a kernel of its own for each channel, whose sums are added into one map."""

THREE_CHANNELS = (
    ((1.0, 0.0, -1.0), (1.0, 0.0, -1.0), (1.0, 0.0, -1.0)),
    ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0)),
    ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)),
)
"""Kernels for a picture of three channels, as in the worked example of By hand."""


class TableConv2d(SimpleConv2d):
    """A convolution in which each filter sees only some of the maps, as a table says.

    LeNet-5's third layer is one: its 16 filters see 3, 4 or all of the 6 maps before, so that they have to find
    different features, with 1,516 parameters instead of 2,416. The table has a row for each map that arrives and a
    column for each filter.
    """

    kind: ClassVar[str] = "table_conv2d"
    title: ClassVar[str] = "TableConv2d"
    stem: ClassVar[str] = "conv"
    positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "stride")
    aliases: ClassVar[tuple[str, ...]] = ("connection table", "partial connections", "sparse connections", "lenet c3")
    has_filters: ClassVar[bool] = False

    kernel_size: Size2 = setting((5, 5), KERNEL, minimum=1, maximum=4096, unit="pixels")
    connections: Literal["neighbours", "lenet", "typed"] = setting(
        "neighbours", "Some neighbouring maps for each filter, LeNet-5's table for 6 maps, or a table of your own."
    )
    filters: int = setting(
        16, "Number of filters.", minimum=1, maximum=4096, unit="filters", when=("connections", ("neighbours",))
    )
    seen: int = setting(
        3, "Maps that each filter sees.", minimum=1, maximum=4096, unit="maps", when=("connections", ("neighbours",))
    )
    table: Matrix = setting(
        ((1.0, 1.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0)),
        "A row for each map, a column for each filter: 1 where the filter sees the map, else 0.",
        minimum=0,
        maximum=1,
        when=("connections", ("typed",)),
    )
    bias: bool = setting(True, BIAS)

    def connection_table(self, channels: int) -> tuple[str, ...]:
        """The table as text: one line for each map that arrives, 1 where a filter sees it, else 0."""
        if self.connections == "lenet":
            return LENET
        if self.connections == "typed":
            return tuple("".join("1" if number else "0" for number in row) for row in self.table)
        seen = min(self.seen, channels)
        return tuple(
            "".join("1" if (channel - each) % channels < seen else "0" for each in range(self.filters))
            for channel in range(channels)
        )

    def output(self, x: Shape) -> Shape:
        """One map per filter, if the table is made for so many maps."""
        rows = len(self.connection_table(x.features))
        if rows != x.features:
            message = f"{self.title}'s table is made for {rows} maps, but {x.described()} arrives."
            neighbours = self.changed(connections="neighbours")
            raise refusal(self, {"in": x}, message, [Remedy("Connect neighbouring maps", replace=neighbours)])
        return super().output(x)

    def maps(self, channels: int) -> int:
        """One for each column of the table."""
        return len(self.connection_table(channels)[0])

    def weight_count(self, inputs: Mapping[str, Shape]) -> int:
        """One kernel for each connection."""
        return math.prod(self.kernel_size) * sum(
            line.count("1") for line in self.connection_table(inputs["in"].features)
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module that keeps the weights of existing connections only."""
        arguments: dict[str, Argument] = {
            "table": self.connection_table(inputs["in"].features),
            "kernel_size": self.kernel_size,
            "bias": self.bias,
        }
        return self.bordered("graph.modules.table_conv.TableConv2d", arguments)

    def summary(self) -> str:
        """Filters, kernel and padding."""
        count = {"neighbours": self.filters, "lenet": 16, "typed": len(self.table[0])}[self.connections]
        return f"{count:,} filters, {self.how()}"


class FixedConv2d(SimpleConv2d):
    """A convolution whose kernel you choose or type; it stays as it is while the rest of the network learns.

    It shows what a kernel does to a picture before anything is learned: edges, blur, sharpening. The kernel is laid
    on each channel by itself; "all" gives one map for each of the known kernels. "Typed per channel" is one filter with
    a kernel of its own for each channel: their sums are added, with the bias, into one map, as in Conv2d. Unfrozen,
    training starts from these numbers.
    """

    kind: ClassVar[str] = "fixed_conv2d"
    title: ClassVar[str] = "FixedConv2d"
    stem: ClassVar[str] = "kernel"
    aliases: ClassVar[tuple[str, ...]] = (
        "typed kernel",
        "sobel",
        "blur",
        "sharpen",
        "edge",
        "frozen",
        "image filter",
        "hand-set kernel",
    )

    choice: Literal[
        "identity",
        "edge",
        "diagonal edge",
        "sharpen",
        "box blur",
        "Gaussian blur",
        "Sobel across",
        "Sobel down",
        "all",
        "typed",
        "typed per channel",
    ] = setting(
        "edge",
        "A known kernel, all of them side by side, or numbers that you type: one kernel for all channels, or one for "
        "each, whose sums are added into one map.",
        label="kernel",
    )
    numbers: Matrix = setting(
        ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)), "The kernel, row by row.", when=("choice", ("typed",))
    )
    channel_kernels: Matrices = setting(
        THREE_CHANNELS,
        "The kernel of each channel, row by row; all are of the same size.",
        label="kernels",
        term="kernel",
        when=("choice", (PER_CHANNEL,)),
    )
    bias: float = setting(
        0.0,
        "Number that is added to the sum of all channels.",
        minimum=-1e6,
        maximum=1e6,
        when=("choice", (PER_CHANNEL,)),
    )
    border: Literal["zeros", "replicate"] = setting(
        "replicate", "What the border holds: zeros, or the edge's own value.", when=("padding", ("same",))
    )
    frozen: bool = setting(True, "Whether training leaves the kernel as it is.")

    def kernels(self) -> tuple[Rows, ...]:
        """All kernels that are laid on each channel, or one for each channel."""
        if self.choice == "typed":
            return (self.numbers,)
        if self.choice == PER_CHANNEL:
            return self.channel_kernels
        return tuple(KERNELS.values()) if self.choice == "all" else (KERNELS[self.choice],)

    def fixed_kernels(self) -> tuple[Rows, ...]:
        """All of them while they are frozen."""
        return self.kernels() if self.frozen else ()

    def typed_kernel(self, channel: int = 0) -> Rows | None:
        """The kernel of a channel, or the one for all."""
        if self.choice == "all":
            return None
        return self.kernels()[channel if self.choice == PER_CHANNEL else 0]

    def with_kernel(self, rows: Rows, channel: int = 0) -> FixedConv2d:
        """Other numbers, for one channel where each has a kernel of its own."""
        if self.choice != PER_CHANNEL:
            return self.changed(choice="typed", numbers=rows)
        kernels = self.channel_kernels
        return self.changed(channel_kernels=(*kernels[:channel], rows, *kernels[channel + 1 :]))

    def kernel(self) -> tuple[int, ...]:
        """Height and width of the numbers."""
        first = self.kernels()[0]
        return len(first), len(first[0])

    def maps(self, channels: int) -> int:
        """One for each channel and kernel; one in all where the channels are added."""
        return 1 if self.choice == PER_CHANNEL else channels * len(self.kernels())

    def split(self, channels: int) -> int:
        """Each channel alone, unless they are added."""
        return 1 if self.choice == PER_CHANNEL else channels

    def bias_count(self, inputs: Mapping[str, Shape]) -> int:
        """One where the channels are added."""
        return int(self.choice == PER_CHANNEL)

    def output(self, x: Shape) -> Shape:
        """As many maps as there are channels and kernels; kernels of the channels must be as many as these."""
        kernels, channels = self.channel_kernels, x.features
        if self.choice == PER_CHANNEL and len(kernels) != channels:
            message = f"{self.title} has kernels for {len(kernels)} channels, but {x.described()} arrives."
            as_many = tuple(kernels[min(channel, len(kernels) - 1)] for channel in range(channels))
            remedies = [
                Remedy(f"Use {channels} kernels, one for each channel", replace=self.changed(channel_kernels=as_many)),
                Remedy("Use the first for all channels", replace=self.changed(choice="typed", numbers=kernels[0])),
            ]
            raise refusal(self, {"in": x}, message, remedies)
        return super().output(x)

    def border_values(self) -> Border:
        """The border that was chosen."""
        return Border(self.border)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """None while the kernel is frozen."""
        return 0 if self.frozen else super().parameter_count(inputs)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module that holds the numbers, behind a border of its own."""
        more: dict[str, Argument] = {}
        if self.choice == PER_CHANNEL:
            more = {"per_channel": True, **({"bias": self.bias} if self.bias else {})}
        if not self.frozen:
            more["frozen"] = False
        arguments: dict[str, Argument] = {"kernels": self.kernels(), "channels": inputs["in"].features, **more}
        return self.bordered("graph.modules.fixed_conv.FixedConv2d", arguments)

    def summary(self) -> str:
        """The kernel's name, or its size."""
        return f"{self.choice}, {self.how()}"
