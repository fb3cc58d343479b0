"""Min, sum, fractional and pyramid pooling, and LeNet's trainable subsampling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Family, Remedy, elements, refusal
from graph.layers.construct import Argument, BuildStep, Construct, Module, Ref, X, chain, function, method, own, single
from graph.layers.grid import ImageLayer
from graph.layers.pooling import Pool2d
from graph.layers.pooling_whole import Mode
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import FLOAT, INDEX, Keeps, LayerWork, Work
from graph.layers.value_range import Gives
from graph.layers.window_rule import How, ReceptiveField
from graph.shapes import Shape, format_sizes, image, vector


class MinPool2d(Pool2d):
    """Keeps the smallest value of each window of an image, channel by channel.

    Where max pooling asks whether a feature was found at all, this asks whether it was found everywhere in the
    window. On pictures it thins bright strokes and widens dark ones.
    """

    kind: ClassVar[str] = "min_pool2d"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    how: ClassVar[How] = How.SMALLEST
    title: ClassVar[str] = "MinPool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("minimum pooling", "erosion")

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The negative values, and what the largest of them need."""
        out = FLOAT * elements(outputs["out"]) if self._halves(inputs) else 0
        return FLOAT * elements(inputs["in"]) + out + super().kept_bytes(inputs, outputs)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.MaxPool2d`` of the negative, and the sign turned again."""
        module = Module("torch.nn.MaxPool2d", self.torch_arguments())
        return chain(method("neg", X), own(Ref(0)), method("neg", Ref(1)), module=module)


class SumPool2d(Pool2d):
    """Keeps the sum of each window of an image, channel by channel.

    It is average pooling without the division: large windows give large numbers, so what counts is how much of a
    feature there was.
    """

    kind: ClassVar[str] = "sum_pool2d"
    how: ClassVar[How] = How.SUM
    title: ClassVar[str] = "SumPool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.SIGN_OF_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("sum pooling", "add pooling")
    is_linear: ClassVar[bool] = True

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.AvgPool2d`` with divisor 1."""
        return single("torch.nn.AvgPool2d", **self.torch_arguments(), divisor_override=1)


class Subsampling(Pool2d):
    """LeNet's pooling: the sum of each window times a trainable weight, plus a trainable bias, per map.

    A small weight makes the sigmoid or tanh behind it nearly linear, and the layer blurs; a large one makes it decide
    sharply. In LeNet-5 the windows are 2 × 2 and touch, so S2 with its 6 maps has 12 parameters.
    """

    kind: ClassVar[str] = "subsampling"
    how: ClassVar[How] = How.SCALED
    title: ClassVar[str] = "Subsampling"
    stem: ClassVar[str] = "subsampling"
    aliases: ClassVar[tuple[str, ...]] = ("trainable pooling", "lenet s2", "trainable subsampling")

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A weight and a bias for each channel."""
        return 2 * inputs["in"].features

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Each value in the window and the bias, for each value that leaves."""
        return (math.prod(self.kernel_size) + 1) * elements(outputs["out"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The sum, a product and a bias, for each value that leaves."""
        return (math.prod(self.kernel_size) + 2) * elements(outputs["out"])

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The sums, before they are weighed."""
        return FLOAT * elements(outputs["out"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with two numbers per channel."""
        border: dict[str, Argument] = {"padding": self.padding} if any(self.padding) else {}
        return single(
            "graph.modules.subsampling.Subsampling",
            channels=inputs["in"].features,
            kernel_size=self.kernel_size,
            stride=self.stride or self.kernel_size,
            **border,
        )


class FractionalPool2d(ImageLayer):
    """Max pooling that shrinks an image by a factor that is no whole number.

    Shrinking by 0.7 rather than by a half loses less at a time, so that a network can be deeper. All windows
    are of one size; the step from one to the next varies, with a ratio of 0.7 between 1 and 2 pixels, so that some
    overlap. The order of the steps is drawn anew for every map of every sample while training, like a small distortion
    of the picture; afterwards the windows are spread evenly. After Graham (2014).
    """

    kind: ClassVar[str] = "fractional_pool2d"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.POOLING
    title: ClassVar[str] = "FractionalMaxPool2d"
    family: ClassVar[Family] = Family.POOLING
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("fractional max pooling", "fmp", "stochastic pooling")

    kernel_size: Size2 = setting((2, 2), "Size of the windows.", minimum=1, maximum=64, unit="pixels")
    ratio: float = setting(0.7, "Size of the output as a share of the input.", minimum=0.1, maximum=0.99)

    def output(self, x: Shape) -> Shape:
        """The share of height and width, rounded down."""
        sizes = (x.size("H"), x.size("W"))
        high, wide = (int(size * self.ratio) for size in sizes)
        if min(high, wide) < 1:
            message = f"{self.title} by {self.ratio:g} leaves nothing of {x.described()}."
            raise refusal(self, {"in": x}, message, self._gentler())
        if any(out + k - 1 > size for out, k, size in zip((high, wide), self.kernel_size, sizes, strict=True)):
            windows = format_sizes(self.kernel_size)
            message = f"{self.title} with windows of {windows} cannot make {high} × {wide} of {x.described()}."
            smaller = self.changed(kernel_size=(1, 1))
            raise refusal(self, {"in": x}, message, [Remedy("Use windows of 1 × 1", replace=smaller), *self._gentler()])
        return image(x.features, high, wide)

    def _gentler(self) -> list[Remedy]:
        return [Remedy(f"Use the ratio {ratio:g}", replace=self.changed(ratio=ratio)) for ratio in (0.5, 0.7, 0.9)]

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value in the window, for each value that leaves."""
        return math.prod(self.kernel_size) * elements(outputs["out"])

    def receptive_field(self, inputs: Mapping[str, Shape], before: ReceptiveField) -> ReceptiveField | None:
        """Windows grow by their size; the distance between them is rounded, as it varies."""
        if len(before.size) != 2:
            return before
        size = tuple(s + (k - 1) * jump for s, jump, k in zip(before.size, before.jump, self.kernel_size, strict=True))
        return ReceptiveField(size, tuple(max(1, round(jump / self.ratio)) for jump in before.jump))

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Where the largest value of each window stands."""
        return INDEX * elements(outputs["out"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module around torch's fractional max pooling."""
        target = "graph.modules.fractional.FractionalMaxPool"
        return single(target, kernel_size=self.kernel_size, ratio=self.ratio)

    def summary(self) -> str:
        """Window and ratio."""
        return f"{format_sizes(self.kernel_size)}, × {self.ratio:g}"


class PyramidPool2d(ImageLayer):
    """Pools an image to several sizes at once and lays all values in one row.

    Level 1 is the whole picture, level 2 its quarters, level 4 a grid of sixteen: coarse and fine together, and
    always the same number of values, whatever size arrives. After He and others (2014).
    """

    kind: ClassVar[str] = "pyramid_pool2d"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.POOLING
    title: ClassVar[str] = "PyramidPool2d"
    family: ClassVar[Family] = Family.POOLING
    stem: ClassVar[str] = "pyramid"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("spatial pyramid pooling", "spp")
    sees_everything: ClassVar[bool] = True  # the first level sees the whole picture

    levels: tuple[int, ...] = setting(
        (1, 2, 4), "Height and width of the grid at each level.", minimum=1, maximum=64, unit="windows"
    )
    mode: Mode = setting("max", "The largest value of each window, or its mean.")

    def output(self, x: Shape) -> Shape:
        """Channels times the windows of all levels."""
        if not self.levels:
            remedy = Remedy("Use one level", replace=self.changed(levels=(1,)))
            raise refusal(self, {"in": x}, f"{self.title} needs at least one level.", [remedy])
        return vector(x.features * sum(level**2 for level in self.levels))

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value that arrives, at each level."""
        return len(self.levels) * elements(inputs["in"])

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Where the largest value of each window stands."""
        return INDEX * elements(outputs["out"]) if self.mode == "max" else 0

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Each level goes over the image."""
        amount = elements(inputs["in"]) + elements(outputs["out"]) / len(self.levels)
        levels = len(self.levels)
        return (LayerWork(Work.POOLING, amount, levels), LayerWork(Work.VIEW, 0, levels + 1))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Adaptive pooling at each level, flattened and joined."""
        name = "max" if self.mode == "max" else "avg"
        steps: list[BuildStep] = []
        for level in self.levels:
            steps.append(function(f"torch.nn.functional.adaptive_{name}_pool2d", X, level))
            steps.append(function("torch.flatten", Ref(len(steps) - 1), 1))
        flat = tuple(Ref(index) for index in range(1, len(steps), 2))
        return chain(*steps, function("torch.cat", flat, 1))

    def summary(self) -> str:
        """Levels and mode."""
        return f"{' + '.join(map(str, self.levels))}, {self.mode}"
