"""Operations on channels: gain, split, shuffle, slice, padding, maxout, probout, squeeze and excitation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.activation import NumericLayer
from graph.layers.base import Family, Layer, Port, Remedy, elements, refusal, where_allowed
from graph.layers.construct import Argument, Construct, Ref, X, chain, function, method, single
from graph.layers.grid import ImageLayer
from graph.layers.settings import setting
from graph.layers.training_needs import FLOAT, INDEX, Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import AXES, Kind, Shape


def _axis(x: Shape) -> int:
    """Index of the channels, or features, in a batch of ``x``."""
    return AXES[x.kind].index("F" if "F" in AXES[x.kind] else "C") + 1


def _with_features(x: Shape, features: int) -> Shape:
    """``x`` with another number of channels or features."""
    sizes = list(x.sizes)
    sizes[_axis(x) - 1] = features
    return Shape(x.kind, tuple(sizes)).with_length(x.length)


def _divisor(number: int, most: int) -> int:
    """The largest divisor of ``number`` that is at most ``most``."""
    return max(each for each in range(1, min(number, most) + 1) if number % each == 0)


class Gain(NumericLayer):
    """Multiplies each feature map by one trainable number.

    Behind a tanh, whose values cannot exceed 1, it lets the network say how much each map counts. Jarrett and others
    (2009) end their filter stage with it.
    """

    kind: ClassVar[str] = "gain"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    title: ClassVar[str] = "Gain"
    family: ClassVar[Family] = Family.NORMALISATION
    stem: ClassVar[str] = "gain"
    aliases: ClassVar[tuple[str, ...]] = ("scale", "trainable gain", "channel weights", "jarrett")
    is_linear: ClassVar[bool] = True

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """One for each channel or feature."""
        return inputs["in"].features

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value."""
        return elements(inputs["in"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One for each value."""
        return elements(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with one number per channel."""
        x = inputs["in"]
        return single("graph.modules.gain.Gain", channels=x.features, trailing=len(x.sizes) - _axis(x))


class Maxout(NumericLayer):
    """Of every few neighbouring units or maps it keeps the largest value.

    Several linear pieces of which the largest wins make a curve that training shapes itself: an activation that is
    learned. Put it behind a dense layer or a convolution with that many times more units. After Goodfellow (2013).
    """

    kind: ClassVar[str] = "maxout"
    keeps: ClassVar[Keeps] = Keeps.BOTH
    title: ClassVar[str] = "Maxout"
    family: ClassVar[Family] = Family.ACTIVATION
    stem: ClassVar[str] = "maxout"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("max out", "channel max", "winner takes all", "pieces")

    pieces: int = setting(2, "Units or maps of which one value is kept.", minimum=2, maximum=1024, unit="pieces")

    def output(self, x: Shape) -> Shape:
        """As many channels or features as there are groups."""
        if x.features % self.pieces:
            message = (
                f"{self.title} of {self.pieces} pieces needs a number of features that {self.pieces} divides, "
                f"but {x.described()} arrives."
            )
            fitting = max(2, _divisor(x.features, self.pieces))
            raise refusal(self, {"in": x}, message, _use(self, "pieces", fitting))
        return _with_features(x, x.features // self.pieces)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A comparison for each value."""
        return elements(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The channels in groups, and the largest of each group."""
        axis = _axis(inputs["in"])
        groups = (inputs["in"].features // self.pieces, self.pieces)
        return chain(method("unflatten", X, axis, groups), method("amax", Ref(0), axis + 1))

    def summary(self) -> str:
        """The number of pieces."""
        return f"of {self.pieces}"


class Probout(Maxout):
    """Of every few neighbouring units or maps it keeps one that it draws: the larger a value, the likelier.

    In training the probabilities are the softmax of the values times the sharpness: the largest is likeliest, but the
    others learn too. A high sharpness makes maxout of it. Predictions take the mean of all draws. After Springenberg
    and Riedmiller (2013), who call it probabilistic maxout and average the outputs of many draws instead.
    """

    kind: ClassVar[str] = "probout"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.CHANCE
    torch_calls: ClassVar[int] = 3
    title: ClassVar[str] = "Probout"
    stem: ClassVar[str] = "probout"
    aliases: ClassVar[tuple[str, ...]] = ("probabilistic maxout", "prob maxout", "stochastic maxout", "sampled pieces")

    sharpness: float = setting(
        1.0, "How sure the largest is to be drawn; the inverse temperature of the softmax.", minimum=0.0, maximum=1000.0
    )

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """An exponential, a product and two sums for each value."""
        return 4 * elements(inputs["in"])

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Which of each group was drawn."""
        return INDEX * elements(outputs["out"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module that draws in training."""
        axis = _axis(inputs["in"])
        return single("graph.modules.probout.Probout", pieces=self.pieces, sharpness=self.sharpness, axis=axis)


def _use(layer: Layer, name: str, number: int) -> tuple[Remedy, ...]:
    return where_allowed(f"Use {number} {name}", lambda: layer.changed(**{name: number}))


class ChannelSplit(NumericLayer):
    """Deals the channels of an image, or the features of a vector or sequence, out to several outputs.

    Each part keeps its order. Branches can then treat the parts differently and a Concatenate joins them again, as in
    ShuffleNet, or in AlexNet's two halves.
    """

    kind: ClassVar[str] = "channel_split"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    shares_memory: ClassVar[bool] = True
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Channel split"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "split"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("chunk", "branches", "shufflenet", "divide")

    parts: int = setting(2, "Number of equal parts.", minimum=2, maximum=16, unit="parts")

    def output_ports(self) -> tuple[Port, ...]:
        """``out1`` to ``outN``."""
        return tuple(Port(f"out{number}") for number in range(1, self.parts + 1))

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """The same share of the channels at each output."""
        self.check_kinds(inputs)
        x = inputs["in"]
        if x.features % self.parts:
            message = (
                f"Channel split into {self.parts} parts needs features that {self.parts} divides, "
                f"but {x.described()} arrives."
            )
            fitting = max(2, _divisor(x.features, self.parts))
            raise refusal(self, inputs, message, _use(self, "parts", fitting))
        part = _with_features(x, x.features // self.parts)
        return {port.name: part for port in self.output_ports()}

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``narrow`` once for each part."""
        x = inputs["in"]
        size = x.features // self.parts
        steps = tuple(method("narrow", X, _axis(x), index * size, size) for index in range(self.parts))
        return Construct(None, steps, {port.name: Ref(index) for index, port in enumerate(self.output_ports())})

    def summary(self) -> str:
        """The number of parts."""
        return f"{self.parts} parts"


class ChannelShuffle(NumericLayer):
    """Mixes the order of the channels, so that groups exchange what they found.

    Grouped convolutions never see the other groups' maps. Dealing the maps out like cards, one from each group in
    turn, gives the next grouped layer some of all of them, at no cost.
    """

    kind: ClassVar[str] = "channel_shuffle"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "ChannelShuffle"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "shuffle"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("shufflenet", "permute channels", "interleave")
    is_linear: ClassVar[bool] = True

    groups: int = setting(2, "Groups that the channels come in.", minimum=1, maximum=1024, unit="groups")

    def output(self, x: Shape) -> Shape:
        """The same shape."""
        if x.features % self.groups:
            message = (
                f"ChannelShuffle with {self.groups} groups needs features that {self.groups} divides, "
                f"but {x.described()} arrives."
            )
            raise refusal(self, {"in": x}, message, _use(self, "groups", _divisor(x.features, self.groups)))
        return x

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The channels as a table of groups, turned over and read again."""
        axis = _axis(inputs["in"])
        table = (self.groups, inputs["in"].features // self.groups)
        turned = method("transpose", Ref(0), axis, axis + 1)
        return chain(method("unflatten", X, axis, table), turned, method("flatten", Ref(1), axis, axis + 1))

    def summary(self) -> str:
        """The number of groups."""
        return f"{self.groups} groups"


class Slice(NumericLayer):
    """Takes some of the features or channels, one after another from a place that you set, and drops the others.

    It cuts the first ten of a thousand scores out, or one sensor out of many. Of a sequence it can take some of the
    steps instead.
    """

    kind: ClassVar[str] = "slice"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    shares_memory: ClassVar[bool] = True
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Slice"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "slice"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("select features", "narrow", "crop channels", "take", "first step")

    first: int = setting(0, "Place of the first feature that is taken, counted from 0.", minimum=0, maximum=1_000_000)
    count: int = setting(1, "Number of features that are taken.", minimum=1, maximum=1_000_000, unit="features")
    along: Literal["features", "time"] = setting(
        "features", "Take channels or features, or steps of a sequence or video."
    )

    def reads_ahead(self, port: str) -> bool:
        """Where steps move to the front."""
        return self.along == "time" and self.first > 0

    def output(self, x: Shape) -> Shape:
        """As many features, or steps, as are taken."""
        if self.along == "time":
            return self._steps(x)
        if self.first + self.count > x.features:
            message = f"Slice needs at least {self.first + self.count} features, but {x.described()} arrives."
            start = self.changed(first=0, count=min(self.count, x.features))
            raise refusal(self, {"in": x}, message, [Remedy(f"Take the first {start.count}", replace=start)])
        return _with_features(x, self.count)

    def _steps(self, x: Shape) -> Shape:
        """The shape with as many steps as are taken.

        Raises
        ------
        ShapeError
            if there is no time, it is not known, or too few steps arrive.
        """
        if x.kind not in (Kind.SEQUENCE, Kind.VIDEO):
            message = f"Slice along time needs a sequence or a video, but {x.described()} arrives."
            fewer = self.changed(along="features", first=0, count=min(self.count, x.features))
            raise refusal(self, {"in": x}, message, [Remedy("Slice along the features", replace=fewer)])
        steps = x.time
        if steps is None:
            message = f"Slice along time needs a known length, but {x.described()} arrives, whose time is not fixed."
            fewer = self.changed(along="features", first=0, count=min(self.count, x.features))
            raise refusal(self, {"in": x}, message, [Remedy("Slice along the features", replace=fewer)])
        if self.first + self.count > steps:
            message = f"Slice needs at least {self.first + self.count} steps, but {x.described()} arrives."
            start = self.changed(first=0, count=min(self.count, steps))
            raise refusal(self, {"in": x}, message, [Remedy(f"Take the first {start.count}", replace=start)])
        return x.with_length(self.count)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``narrow`` along the features, or the steps."""
        axis = 1 if self.along == "time" else _axis(inputs["in"])
        return chain(method("narrow", X, axis, self.first, self.count))

    def summary(self) -> str:
        """The first and the last place."""
        steps = "steps " if self.along == "time" else ""
        return f"{steps}{self.first} to {self.first + self.count - 1}"


class PadChannels(NumericLayer):
    """Adds channels or features of zeros until there are as many as you set.

    The shortcut of a residual block needs as many maps as its convolutions give. Zeros cost no parameters; He and
    others (2016) call it option A.
    """

    kind: ClassVar[str] = "pad_channels"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "Pad channels"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "pad"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("zero padding", "identity shortcut", "option a", "more channels")

    channels: int = setting(64, "Number of channels or features afterwards.", minimum=1, maximum=65_536)

    def output(self, x: Shape) -> Shape:
        """As many channels as set."""
        if x.features > self.channels:
            message = f"Pad channels cannot make {self.channels} channels of {x.described()}."
            raise refusal(self, {"in": x}, message, _use(self, "channels", x.features))
        return _with_features(x, self.channels)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.functional.pad`` behind the last channel."""
        x = inputs["in"]
        behind = len(x.sizes) - _axis(x)
        pads: tuple[Argument, ...] = (*[0] * (2 * behind), 0, self.channels - x.features)
        return chain(function("torch.nn.functional.pad", X, pads))

    def summary(self) -> str:
        """The number of channels."""
        return f"to {self.channels}"


class SqueezeExcitation(ImageLayer):
    """Weighs each channel by a number from 0 to 1 that depends on the whole picture.

    The mean of every map goes through two small dense layers that say which maps matter for this picture; the others
    are turned down. It adds few parameters and usually some accuracy. After Hu and others (2018).
    """

    kind: ClassVar[str] = "squeeze_excitation"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    torch_calls: ClassVar[int] = 7
    title: ClassVar[str] = "Squeeze and excitation"
    family: ClassVar[Family] = Family.NORMALISATION
    stem: ClassVar[str] = "squeeze"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("se block", "channel attention", "senet")
    sees_everything: ClassVar[bool] = True  # the weights depend on the whole picture

    reduction: int = setting(4, "How many channels share one unit in the middle.", minimum=1, maximum=1024)

    def _hidden(self, x: Shape) -> int:
        return max(1, x.features // self.reduction)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Two dense layers between channels and hidden units."""
        channels, hidden = inputs["in"].features, self._hidden(inputs["in"])
        return 2 * channels * hidden + hidden + channels

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The dense layers are used once per picture."""
        return self.parameter_count(inputs)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A sum and a product for each value, and two for each weight."""
        return 2 * elements(inputs["in"]) + 2 * self.parameter_count(inputs)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Means, hidden units and the weight of each channel."""
        x = inputs["in"]
        return FLOAT * (2 * x.features + 2 * self._hidden(x))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module of two dense layers."""
        x = inputs["in"]
        return single("graph.modules.squeeze.SqueezeExcitation", channels=x.features, hidden=self._hidden(x))

    def summary(self) -> str:
        """The reduction."""
        return f"1 / {self.reduction}"
