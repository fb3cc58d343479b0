"""Permute, which puts the axes of a sample in another order, and Pad2d, which surrounds an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Remedy, refusal
from graph.layers.construct import Argument, Construct, X, chain, function, method
from graph.layers.grid import ImageLayer
from graph.layers.settings import setting
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape, image


class Permute(Layer):
    """Puts the axes of a sample in another order: of a sequence, steps become features and features steps.

    A picture's axes are channels, height and width; 2 3 1 makes the width the channels' place. Values move, none
    changes. Between an image and a recurrent layer it decides which axis is read as time.
    """

    kind: ClassVar[str] = "permute"
    title: ClassVar[str] = "Permute"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "permute"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("transpose", "swap axes", "channels last", "movedim")
    is_linear: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE, Kind.IMAGE, Kind.VIDEO)
    sees_everything: ClassVar[bool] = True  # places are other axes than before

    order: tuple[int, ...] = setting(
        (),
        "For each axis afterwards, which it was before, counted from 1; empty turns them round.",
        minimum=1,
        maximum=4,
    )

    def turned(self, x: Shape) -> tuple[int, ...]:
        """The order that holds: the one set, or the axes from the last to the first."""
        return self.order or tuple(range(len(x.sizes), 0, -1))

    def reads_ahead(self, port: str) -> bool:
        """Steps become something else."""
        return True

    def output(self, x: Shape) -> Shape:
        """The same kind with its sizes in another order; the time must be known."""
        axes = tuple(range(1, len(x.sizes) + 1))
        order = self.turned(x)
        if tuple(sorted(order)) != axes:
            message = (
                f"Permute needs each of the {len(axes)} axes of {x.described()} once, but its order is "
                f"{' '.join(map(str, order))}."
            )
            raise refusal(self, {"in": x}, message, [Remedy("Turn the axes round", replace=self.changed(order=()))])
        if None in x.sizes:
            message = f"Permute needs a known length, but {x.described()} arrives, whose time is not fixed."
            raise refusal(self, {"in": x}, message)
        return Shape(x.kind, tuple(x.sizes[at - 1] for at in order))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``permute`` with the batch kept."""
        return chain(method("permute", X, 0, *self.turned(inputs["in"])))

    def summary(self) -> str:
        """The order."""
        return " ".join(map(str, self.order)) or "turned round"


class Pad2d(ImageLayer):
    """Surrounds an image with a border, on each side as wide as you set.

    Convolutions and poolings have a border of their own; this one can differ from side to side and hold any number, as
    networks from other frameworks need it.
    """

    kind: ClassVar[str] = "pad2d"
    title: ClassVar[str] = "Pad2d"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "pad"
    aliases: ClassVar[tuple[str, ...]] = ("zero padding", "zeropad2d", "constantpad2d", "reflectionpad2d", "border")

    top: int = setting(1, "Rows added above.", minimum=0, maximum=4096, unit="pixels")
    bottom: int = setting(1, "Rows added below.", minimum=0, maximum=4096, unit="pixels")
    left: int = setting(1, "Columns added on the left.", minimum=0, maximum=4096, unit="pixels")
    right: int = setting(1, "Columns added on the right.", minimum=0, maximum=4096, unit="pixels")
    mode: Literal["constant", "reflect", "replicate", "circular"] = setting(
        "constant", "What the border holds: one number, the mirror image, the edge's value, or the other side."
    )
    number: float = setting(0.0, "The number in the border.", when=("mode", ("constant",)))

    def output(self, x: Shape) -> Shape:
        """A larger image."""
        high, wide = x.size("H"), x.size("W")
        limit = {"reflect": -1, "circular": 0}.get(self.mode)
        tall, broad = max(self.top, self.bottom), max(self.left, self.right)
        if limit is not None and (tall > high + limit or broad > wide + limit):
            message = (
                f'{self.title} in mode "{self.mode}" needs an image larger than its border, but {x.described()} came.'
            )
            zeros = Remedy("Pad with a number", replace=self.changed(mode="constant"))
            raise refusal(self, {"in": x}, message, [zeros])
        return image(x.features, high + self.top + self.bottom, wide + self.left + self.right)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.functional.pad``."""
        named: dict[str, Argument] = {"mode": self.mode}
        if self.mode == "constant" and self.number:
            named["value"] = self.number
        return chain(function("torch.nn.functional.pad", X, (self.left, self.right, self.top, self.bottom), **named))

    def summary(self) -> str:
        """The four sides."""
        return f"{self.top} above, {self.bottom} below, {self.left} left, {self.right} right"
