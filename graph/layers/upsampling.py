"""Upsampling of images without weights: nearest neighbour or bilinear interpolation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, elements
from graph.layers.construct import Argument, Construct, single
from graph.layers.grid import ImageLayer
from graph.layers.settings import Size2, left_empty, setting
from graph.layers.training_needs import Keeps
from graph.layers.value_range import Gives
from graph.layers.window_rule import Window
from graph.shapes import Shape, format_sizes, image


class Upsample2d(ImageLayer):
    """Enlarges an image: each pixel repeated, or new ones mixed from their neighbours.

    Decoders use it to grow maps back to the size of a picture; a convolution behind it smooths the blocks that
    repeating leaves. It has no weights, unlike a transposed convolution, and leaves no checkerboard.
    """

    kind: ClassVar[str] = "upsample2d"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "Upsample2d"
    family: ClassVar[Family] = Family.POOLING
    stem: ClassVar[str] = "upsample"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("upsampling", "unpooling", "resize", "enlarge", "interpolate", "bilinear")

    factor: Size2 = setting((2, 2), "How many times larger the image becomes.", minimum=1, maximum=256)
    size: Size2 | None = left_empty(
        setting(None, "Height and width afterwards, in place of a factor.", minimum=1, maximum=4096, unit="pixels"),
        lambda layer, around: layer.enlarged(around.inputs["in"]) if "in" in around.inputs else None,
    )
    mode: Literal["nearest", "bilinear"] = setting(
        "nearest", "Repeat the nearest pixel, or mix the four nearest by their distance."
    )
    corners: bool = setting(
        False,
        "Lay the corner pixels of both images on each other.",
        label="align corners",
        when=("mode", ("bilinear",)),
    )

    def enlarged(self, x: Shape) -> tuple[int, int]:
        """Height and width afterwards: those set, or the factor times those of the image."""
        return self.size or (x.size("H") * self.factor[0], x.size("W") * self.factor[1])

    def output(self, x: Shape) -> Shape:
        """The same channels at the new size."""
        return image(x.features, *self.enlarged(x))

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """None for repeating; seven for each mixed value."""
        return 0 if self.mode == "nearest" else 7 * elements(outputs["out"])

    def window(self) -> Window | None:
        """One pixel, or two where they are mixed; unknown beforehand where a size is set."""
        if self.size:
            return None
        side = 1 if self.mode == "nearest" else 2
        return Window((side, side), (1, 1), (1, 1), upsampling=self.factor)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Upsample``."""
        high, wide = self.output(inputs["in"]).sizes[1:]
        size: dict[str, Argument] = {"size": (high, wide)} if self.size else {"scale_factor": self.factor}
        if self.mode == "bilinear" and self.corners:
            size["align_corners"] = True
        return single("torch.nn.Upsample", **size, mode=self.mode)

    def summary(self) -> str:
        """Factor or size, and mode."""
        return (
            f"to {format_sizes(self.size)}, {self.mode}" if self.size else f"× {format_sizes(self.factor)}, {self.mode}"
        )
