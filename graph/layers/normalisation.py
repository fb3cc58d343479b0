"""Dropout, BatchNorm, LayerNorm and GroupNorm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.activation import NumericLayer, embed_tokens
from graph.layers.base import Family, Remedy, elements, refusal
from graph.layers.construct import Argument, Construct, Module, Ref, X, chain, channels_first, method, own, single
from graph.layers.grid import changed_settings
from graph.layers.settings import setting
from graph.layers.training_needs import FLOAT, Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape

EPSILON = "Small number added to the variance, against division by zero."
AFFINE = "Whether each channel is scaled and shifted by trainable numbers afterwards."


def _around_channels(x: Shape, module: Module) -> Construct:
    """Call a module that wants the channels right after the batch."""
    if x.kind in (Kind.SEQUENCE, Kind.VIDEO):
        return channels_first(module)
    return chain(own(X), module=module)


class _Steadying(NumericLayer):
    """What this family shares: any shape but tokens passes unchanged."""

    family: ClassVar[Family] = Family.NORMALISATION
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.NORMALISATION


class Dropout(_Steadying):
    """Sets a random share of the values to zero while training, and scales the others up to match.

    No unit can rely on another being there, so the network learns several ways to an output and overfits less.
    When the network is used, nothing is dropped.
    """

    kind: ClassVar[str] = "dropout"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    work: ClassVar[Work] = Work.CHANCE
    title: ClassVar[str] = "Dropout"
    stem: ClassVar[str] = "dropout"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("regularisation", "regularization")
    is_linear: ClassVar[bool] = True
    passes_probabilities: ClassVar[bool] = True
    drops_values: ClassVar[bool] = True

    rate: float = setting(0.5, "Share of the values that is dropped.", minimum=0.0, maximum=0.99)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """What each value is multiplied by."""
        return FLOAT * elements(inputs["in"]) if self.rate else 0

    def hands_on(self, inputs: Mapping[str, Shape], channels_last: bool) -> bool:
        """Where nothing is dropped."""
        return not self.rate

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Dropout``."""
        return single("torch.nn.Dropout", p=self.rate)

    def summary(self) -> str:
        """The rate."""
        return f"{100 * self.rate:g} %"


class ChannelDropout(Dropout):
    """Drops whole feature maps of an image, or whole features of a sequence, while training.

    Neighbouring pixels say nearly the same, so dropping single ones hides little; dropping a whole map does.
    """

    kind: ClassVar[str] = "channel_dropout"
    work: ClassVar[Work] = Work.VALUES
    title: ClassVar[str] = "Channel dropout"
    aliases: ClassVar[tuple[str, ...]] = ("spatial dropout", "dropout2d", "dropout1d")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE, Kind.SEQUENCE)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """What each channel is multiplied by."""
        return FLOAT * inputs["in"].features if self.rate else 0

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """For shapes without channels the plain dropout does."""
        if shape.kind is Kind.TOKENS:
            return embed_tokens(port, shape)
        return (Remedy("Use Dropout", replace=Dropout(rate=self.rate)),)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Dropout2d``, or ``Dropout1d`` around transpositions."""
        x = inputs["in"]
        axes = 2 if x.kind is Kind.IMAGE else 1
        return _around_channels(x, Module(f"torch.nn.Dropout{axes}d", {"p": self.rate}))


class BatchNorm(_Steadying):
    """Shifts and scales each channel so that over the batch it has mean 0 and variance 1.

    Layers behind it meet values of a steady size, so training is faster and bears higher learning rates. While
    training it uses the batch's own statistics, which needs batches of more than one sample; afterwards, the running
    averages it kept.
    """

    kind: ClassVar[str] = "batch_norm"
    title: ClassVar[str] = "BatchNorm"
    stem: ClassVar[str] = "norm"
    aliases: ClassVar[tuple[str, ...]] = (
        "batch normalization",
        "batchnorm",
        "bn",
        "standardise",
        "batch normalisation",
    )
    is_linear: ClassVar[bool] = True
    normalises: ClassVar[bool] = True
    uses_batch_statistics: ClassVar[bool] = True

    momentum: float = setting(
        0.1,
        "Weight of the newest batch in the running averages.",
        minimum=0.0,
        maximum=1.0,
        term="",
        when=("track", (True,)),
    )
    eps: float = setting(1e-5, EPSILON, minimum=1e-12, maximum=1.0)
    affine: bool = setting(True, AFFINE)
    track: bool = setting(True, "Whether running averages are kept for use after training.", label="track statistics")

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A scale and a shift for each channel."""
        return 2 * inputs["in"].features if self.affine else 0

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Scale and shift at each value."""
        return 2 * elements(inputs["in"]) if self.affine else 0

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Subtract and divide, then scale and shift, each value."""
        return (4 if self.affine else 2) * elements(inputs["in"])

    def batch_values(self, inputs: Mapping[str, Shape]) -> int | None:
        """The places of a channel."""
        x = inputs["in"]
        return elements(x) // x.features if x.elements is not None else None

    def keeps_batch_statistics(self) -> bool:
        """Where it tracks them."""
        return self.track

    def onnx_obstacle(self, inputs: Mapping[str, Shape]) -> str | None:
        """Statistics of the batch, which a file for single samples does not have."""
        if self.track:
            return None
        return (
            "without running averages its outputs depend on the whole batch. Let it track statistics, and train again."
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.BatchNorm1d``, ``2d`` or ``3d``."""
        x = inputs["in"]
        axes = {Kind.IMAGE: 2, Kind.VIDEO: 3}.get(x.kind, 1)
        changed = changed_settings(self, "eps", "momentum", "affine", track="track_running_stats")
        return _around_channels(x, Module(f"torch.nn.BatchNorm{axes}d", {"num_features": x.features, **changed}))


class LayerNorm(_Steadying):
    """Shifts and scales the values of each sample by their own mean and variance.

    It does not look at other samples, so it works with any batch size and in recurrent networks. Over features, each
    step of a sequence (each pixel of an image) is normalised alone; over the sample, all its values together.
    """

    kind: ClassVar[str] = "layer_norm"
    title: ClassVar[str] = "LayerNorm"
    stem: ClassVar[str] = "norm"
    aliases: ClassVar[tuple[str, ...]] = ("layer normalization", "layernorm", "ln", "layer normalisation")
    normalises: ClassVar[bool] = True

    over: Literal["features", "sample"] = setting("features", "Values that share a mean and a variance.")
    eps: float = setting(1e-5, EPSILON, minimum=1e-12, maximum=1.0)
    affine: bool = setting(True, "Whether each normalised value is scaled by a trainable number.")
    bias: bool = setting(True, "Whether each normalised value is shifted too.", when=("affine", (True,)))

    def output(self, x: Shape) -> Shape:
        """The same shape; over the whole sample its length must be known."""
        if self.over == "sample" and x.elements is None:
            message = f"LayerNorm over the sample needs a known length, but {x.described()} arrives."
            over = Remedy("Normalise over the features", replace=self.changed(over="features"))
            raise refusal(self, {"in": x}, message, [over])
        return x

    def _normalised(self, x: Shape) -> int:
        return x.features if self.over == "features" else elements(x)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A scale, and a shift, for each value that is normalised together."""
        return self._normalised(inputs["in"]) * (self.affine + (self.affine and self.bias))

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Scale and shift at each value."""
        return elements(inputs["in"]) * (self.affine + (self.affine and self.bias))

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Per value five for mean, variance, difference and quotient, and those of scale and shift."""
        return 5 * elements(inputs["in"]) + self.connection_count(inputs, outputs)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.LayerNorm``, with the channels of images and video moved to the end and back."""
        x = inputs["in"]
        shape: Argument = x.features if self.over == "features" else tuple(size or 1 for size in x.sizes)
        changed = changed_settings(self, eps="eps", affine="elementwise_affine", bias="bias")
        module = Module("torch.nn.LayerNorm", {"normalized_shape": shape, **changed})
        if self.over == "sample" or x.kind in (Kind.VECTOR, Kind.SEQUENCE):
            return chain(own(X), module=module)
        at = 1 if x.kind is Kind.IMAGE else 2
        return chain(method("movedim", X, at, -1), own(Ref(0)), method("movedim", Ref(1), -1, at), module=module)

    def summary(self) -> str:
        """What shares a mean."""
        return f"over {self.over}"


class GroupNorm(_Steadying):
    """Splits the channels into groups and normalises each group of each sample by its own mean and variance.

    It does what batch norm does where batches are too small for good statistics. One group is a layer norm over the
    whole sample, as many groups as channels an instance norm; the groups must divide the channels.
    """

    kind: ClassVar[str] = "group_norm"
    title: ClassVar[str] = "GroupNorm"
    stem: ClassVar[str] = "norm"
    aliases: ClassVar[tuple[str, ...]] = ("group normalization", "instance norm", "gn", "group normalisation")
    normalises: ClassVar[bool] = True

    groups: int = setting(4, "Number of groups of channels.", minimum=1, maximum=65_536, unit="groups")
    eps: float = setting(1e-5, EPSILON, minimum=1e-12, maximum=1.0)
    affine: bool = setting(True, AFFINE)

    def output(self, x: Shape) -> Shape:
        """The same shape."""
        if x.features % self.groups:
            fewer = max(number for number in range(1, self.groups + 1) if x.features % number == 0)
            sizes = [fewer, x.features, math.gcd(x.features, self.groups)]
            message = (
                f"GroupNorm's {self.groups} groups must divide the channels, but {x.described()} with "
                f"{x.features} channels arrives."
            )
            candidates = [
                Remedy(f"Use {size} group{'s' if size > 1 else ''}", replace=self.changed(groups=size))
                for size in dict.fromkeys(sizes)
                if size <= 65_536
            ]
            raise refusal(self, {"in": x}, message, candidates)
        if x.elements == self.groups:
            message = (
                f"GroupNorm makes 0 of a group of one value, whatever it is, and of {x.described()} each of its "
                f"{self.groups} groups holds one."
            )
            raise refusal(self, {"in": x}, message, [Remedy("Use 1 group", replace=self.changed(groups=1))])
        return x

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A scale and a shift for each channel."""
        return 2 * inputs["in"].features if self.affine else 0

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Scale and shift at each value."""
        return 2 * elements(inputs["in"]) if self.affine else 0

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Per value five for mean, variance, difference and quotient, and two for scale and shift."""
        return 5 * elements(inputs["in"]) + self.connection_count(inputs, outputs)

    def reads_ahead(self, port: str) -> bool:
        """Mean and deviation are those of all steps."""
        return True

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.GroupNorm``."""
        x = inputs["in"]
        sizes = {"num_groups": self.groups, "num_channels": x.features}
        return _around_channels(x, Module("torch.nn.GroupNorm", sizes | changed_settings(self, "eps", "affine")))

    def summary(self) -> str:
        """The number of groups."""
        return f"{self.groups} groups"
