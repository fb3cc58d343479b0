"""Recurrent convolution: maps that come back to the convolution that made them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Family, elements, positions
from graph.layers.construct import Construct, single
from graph.layers.grid import ImageLayer
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import FLOAT, Keeps, LayerWork, Work
from graph.layers.window_rule import ReceptiveField
from graph.shapes import Shape, format_sizes, image


class RecurrentConv2d(ImageLayer):
    """A convolution whose maps come back to it for T steps, with the same weights at each.

    At every step a unit sees its neighbours of the step before, so the receptive field grows with the steps while the
    number of weights stays. The state begins as relu(W x + b) and is renewed by relu(W x + U state + b), each time
    with local response normalisation, after Liang and Hu (2015).
    """

    kind: ClassVar[str] = "recurrent_conv2d"
    lays_channels_last: ClassVar[bool] = True
    title: ClassVar[str] = "RecurrentConv2d"
    family: ClassVar[Family] = Family.CONVOLUTION
    stem: ClassVar[str] = "recurrent"
    aliases: ClassVar[tuple[str, ...]] = (
        "rcl",
        "rcnn",
        "recurrent convolutional layer",
        "liang and hu",
        "recurrent convolution",
    )

    filters: int = setting(16, "Number of maps.", minimum=1, maximum=65_536, unit="filters")
    kernel_size: Size2 = setting((3, 3), "Height and width of the filters.", minimum=1, maximum=255, unit="pixels")
    steps: int = setting(3, "How often the maps come back.", minimum=0, maximum=64, unit="steps")
    norm: int = setting(
        7,
        "Neighbouring maps in the local response normalisation after each step, in the paper K / 8 + 1 of K maps; "
        "0 for none.",
        minimum=0,
        maximum=512,
        unit="maps",
        label="normalisation",
    )

    def output(self, x: Shape) -> Shape:
        """One map per filter, as large as the image."""
        return image(self.filters, x.size("H"), x.size("W"))

    def _forward(self, inputs: Mapping[str, Shape]) -> int:
        return (inputs["in"].features * math.prod(self.kernel_size) + 1) * self.filters

    def _back(self) -> int:
        return math.prod(self.kernel_size) * self.filters**2

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Forward filters with biases, and recurrent filters from every map to every map."""
        return self._forward(inputs) + self._back()

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The forward ones once, the recurrent ones at each step."""
        return (self._forward(inputs) + self.steps * self._back()) * positions(outputs["out"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each connection; sums and normalisation are not counted."""
        return 2 * self.connection_count(inputs, outputs)

    def receptive_field(self, inputs: Mapping[str, Shape], before: ReceptiveField) -> ReceptiveField | None:
        """Every step widens the receptive field by a kernel."""
        if len(before.size) != 2:
            return before
        axes = zip(before.size, before.jump, self.kernel_size, strict=True)
        return ReceptiveField(tuple(size + (self.steps + 1) * (k - 1) * jump for size, jump, k in axes), before.jump)

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What leaves as well, where it is not normalised."""
        return Keeps.INPUTS if self.norm else Keeps.BOTH

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The state at each step; with normalisation also what that divides by."""
        maps = elements(outputs["out"])
        if not self.norm:
            return FLOAT * self.steps * maps
        around = maps // self.filters * (self.filters + self.norm - 1)
        return FLOAT * ((self.steps + 1) * (3 * maps + around) + self.steps * maps)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """A convolution at each step, a sum and ReLU, and the normalisation."""
        places, maps = positions(outputs["out"]), elements(outputs["out"])
        return (
            LayerWork(Work.CONVOLUTION, 2 * self._forward(inputs) * places, 1, inputs["in"].features),
            LayerWork(Work.CONVOLUTION, 2 * self._back() * places, self.steps, self.filters),
            LayerWork(Work.VALUES, 2 * maps, 2 * self.steps + 1 + (9 * (self.steps + 1) if self.norm else 0)),
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module of two convolutions in a loop."""
        return single(
            "graph.modules.recurrent_conv.RecurrentConv2d",
            channels=inputs["in"].features,
            filters=self.filters,
            kernel_size=self.kernel_size,
            steps=self.steps,
            norm=self.norm,
        )

    def summary(self) -> str:
        """Filters, kernel and steps."""
        return f"{self.filters:,} filters, {format_sizes(self.kernel_size)}, {self.steps} steps"
