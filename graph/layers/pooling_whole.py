"""Global and adaptive pooling, which fit any size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Port, Remedy, elements, where_allowed
from graph.layers.construct import Construct, Module, Ref, X, chain, channels_first, method, own, single
from graph.layers.grid import as_image, as_sequence, compact
from graph.layers.lengths import LENGTHS, own_lengths
from graph.layers.recurrent import Embedding
from graph.layers.settings import Size2, setting
from graph.layers.training_needs import FLOAT, INDEX, Keeps, Work
from graph.layers.value_range import Gives
from graph.layers.window_rule import How, Share, WindowRule, grid
from graph.shapes import Kind, Shape, format_sizes, image, sequence, vector

SIZE = "Size of the output, whatever arrives."

Mode = Literal["max", "average"]


def sequence_remedies(port: str, shape: Shape) -> tuple[Remedy, ...]:
    """Embed tokens; read anything else as a sequence."""
    if shape.kind is Kind.TOKENS:
        return (Remedy("Insert Embedding", insert=((port, Embedding()),)),)
    return as_sequence(port, shape)


def _shared_out(layer: Layer, x: Shape, mode: Mode) -> WindowRule:
    """Windows that follow from the size of the output."""
    out = layer.infer({"in": x})["out"]
    rows, columns = (Share(size, count) for size, count in zip(grid(x), grid(out), strict=True))
    how = How.MEAN if mode == "average" else How.LARGEST
    maps = x.features
    return WindowRule(how, rows, columns, maps, maps, maps, along_time=x.kind is Kind.SEQUENCE)


class _Whole(Layer):
    """Global pooling: one number for all places of a channel."""

    family: ClassVar[Family] = Family.POOLING
    work: ClassVar[Work] = Work.POOLING
    sees_everything: ClassVar[bool] = True  # all places at once

    mode: Mode = setting("average", "The mean of all places, or the largest value.")

    def output(self, x: Shape) -> Shape:
        """A vector with one value per channel."""
        return vector(x.features)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value that arrives."""
        return elements(inputs["in"])

    def can_follow(self) -> bool:
        """Over images and sequences."""
        return Kind.VIDEO not in self.accepts

    def window_rule(self, x: Shape) -> WindowRule | None:
        """One window as large as the input."""
        return _shared_out(self, x, self.mode) if self.can_follow() else None

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """Where the largest value is kept, all of them."""
        return Keeps.BOTH if self.mode == "max" else Keeps.NOTHING

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``mean`` or ``amax`` over the places."""
        axes = {Kind.IMAGE: (2, 3), Kind.SEQUENCE: (1,), Kind.VIDEO: (1, 3, 4)}[inputs["in"].kind]
        return chain(method("mean" if self.mode == "average" else "amax", X, axes))

    def summary(self) -> str:
        """The mode."""
        return self.mode


class GlobalPool2d(_Whole):
    """Keeps one number of each feature map: its mean, or its largest value.

    It turns an image C × H × W of any size into a vector of C. In place of Flatten before the last dense layer it
    saves most of the parameters, and the network then takes pictures of other sizes.
    """

    kind: ClassVar[str] = "global_pool2d"
    title: ClassVar[str] = "GlobalPool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("global average pooling", "global max pooling", "gap")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE,)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The 1-D layer for a sequence, or the values read as an image."""
        along = (Remedy("Use GlobalPool1d", replace=GlobalPool1d(mode=self.mode)),)
        return (along if shape.kind is Kind.SEQUENCE else ()) + as_image(port, shape)


class GlobalPool1d(_Whole):
    """Keeps one number of each feature over all time steps: its mean, or its largest value.

    It turns a sequence of any length into a vector of its features, and treats all steps alike, where Last step
    takes the newest only.
    """

    kind: ClassVar[str] = "global_pool1d"
    title: ClassVar[str] = "GlobalPool1d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("global average pooling", "global max pooling", "mean over time")
    merges_steps: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)

    lengths: bool = own_lengths("Only a sample's own steps are then pooled, without the padding.")

    def input_ports(self) -> tuple[Port, ...]:
        """The sequence, and where it is asked for, how many of its steps count."""
        return (Port("in"), LENGTHS) if self.lengths else (Port("in"),)

    def reads_padding(self) -> bool:
        """Unless each sample's own length arrives."""
        return not self.lengths

    def can_follow(self) -> bool:
        """Not where a second input says which steps count."""
        return not self.lengths

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The values without those behind a sample's own steps, of which the largest is taken."""
        return FLOAT * elements(inputs["in"]) if self.lengths and self.mode == "max" else 0

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``mean`` or ``amax`` over the steps, or over a sample's own."""
        if not self.lengths:
            return super().recipe(inputs)
        module = Module("graph.modules.valid_steps.OwnSteps", {"mode": "mean" if self.mode == "average" else "max"})
        return chain(own(X, Ref(LENGTHS.name)), module=module)

    def summary(self) -> str:
        """The mode, and whose steps."""
        return f"{self.mode}, own lengths" if self.lengths else self.mode

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The 2-D layer for an image, or the values read as a sequence."""
        plane = (Remedy("Use GlobalPool2d", replace=GlobalPool2d(mode=self.mode)),)
        return (plane if shape.kind is Kind.IMAGE else ()) + sequence_remedies(port, shape)


class GlobalPool3d(_Whole):
    """Keeps one number of each map of a whole video: its mean, or its largest value.

    It turns a clip of any length and size into a vector with one value per channel, for a dense layer to read.
    """

    kind: ClassVar[str] = "global_pool3d"
    title: ClassVar[str] = "GlobalPool3d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("global average pooling", "global max pooling", "video")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VIDEO,)


class _Adaptive(Layer):
    """Pooling whose windows are chosen so that the output has the size set."""

    family: ClassVar[Family] = Family.POOLING
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.POOLING
    sees_everything: ClassVar[bool] = True  # counted so: how much one value sees depends on the size that arrives

    mode: Mode = setting("average", "The mean of each window, or its largest value.")

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value that arrives, or that leaves if these are more; overlaps are not counted."""
        return max(elements(inputs["in"]), elements(outputs["out"]))

    def can_follow(self) -> bool:
        """As many windows as the output has places."""
        return True

    def window_rule(self, x: Shape) -> WindowRule:
        """The input shared out among the windows."""
        return _shared_out(self, x, self.mode)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Where the largest value of each window stands."""
        return INDEX * elements(outputs["out"]) if self.mode == "max" else 0

    def _target(self, axes: int) -> str:
        return f"torch.nn.Adaptive{'Avg' if self.mode == 'average' else 'Max'}Pool{axes}d"


class AdaptivePool2d(_Adaptive):
    """Pools an image to a size that you set, whatever size arrives.

    The image is divided into as many windows as the output has places, as evenly as it goes, and each gives its mean
    or its largest value. It lets a network with dense layers take pictures of several sizes.
    """

    kind: ClassVar[str] = "adaptive_pool2d"
    title: ClassVar[str] = "AdaptivePool2d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("adaptive average pooling", "adaptive max pooling")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE,)

    size: Size2 = setting((4, 4), SIZE, minimum=1, maximum=4096, unit="pixels")

    def output(self, x: Shape) -> Shape:
        """An image of the size set."""
        return image(x.features, *self.size)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The 1-D layer for a sequence, or the values read as an image."""
        along = (Remedy("Use AdaptivePool1d", replace=AdaptivePool1d(mode=self.mode, size=self.size[0])),)
        return (along if shape.kind is Kind.SEQUENCE else ()) + as_image(port, shape)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.AdaptiveAvgPool2d`` or ``AdaptiveMaxPool2d``."""
        return single(self._target(2), output_size=compact(self.size))

    def summary(self) -> str:
        """Size and mode."""
        return f"to {format_sizes(self.size)}, {self.mode}"


class AdaptivePool1d(_Adaptive):
    """Pools a sequence to a number of steps that you set, whatever length arrives.

    The steps are divided into as many windows as the output has, as evenly as it goes, and each gives its mean or its
    largest value.
    """

    kind: ClassVar[str] = "adaptive_pool1d"
    title: ClassVar[str] = "AdaptivePool1d"
    stem: ClassVar[str] = "pool"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("adaptive average pooling", "adaptive max pooling")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)

    size: int = setting(4, SIZE, minimum=1, maximum=65_536, unit="steps")

    def reads_ahead(self, port: str) -> bool:
        """Its windows part all steps among them."""
        return True

    def output(self, x: Shape) -> Shape:
        """A sequence of the length set."""
        return sequence(self.size, x.features)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The 2-D layer for an image, or the values read as a sequence."""
        plane = where_allowed("Use AdaptivePool2d", lambda: AdaptivePool2d(mode=self.mode).changed(size=self.size))
        return (plane if shape.kind is Kind.IMAGE else ()) + sequence_remedies(port, shape)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.AdaptiveAvgPool1d`` or ``AdaptiveMaxPool1d`` between two transpositions."""
        return channels_first(Module(self._target(1), {"output_size": self.size}))

    def summary(self) -> str:
        """Size and mode."""
        return f"to {self.size} steps, {self.mode}"
