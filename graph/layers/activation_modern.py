"""Activations of mobile and transformer networks: SiLU, hard swish, hard sigmoid, hardtanh; SELU, Softplus, PReLU."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.activation import Activation, NumericLayer, Softmax
from graph.layers.base import Family, OnnxOperator, Remedy, elements, refusal
from graph.layers.construct import Argument, Construct, Module, channels_first, single
from graph.layers.scalar import ScalarFunction, sigmoid
from graph.layers.settings import setting
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape


class Silu(Activation):
    """x times its own sigmoid: a smooth ReLU that dips a little below zero; also called swish.

    EfficientNet and many detectors use it. Its slope changes gently and is nowhere quite zero for small negative
    values, at the price of an exponential for each value.
    """

    kind: ClassVar[str] = "silu"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Swish")
    title: ClassVar[str] = "SiLU"
    stem: ClassVar[str] = "silu"
    aliases: ClassVar[tuple[str, ...]] = ("swish", "sigmoid linear unit", "efficientnet")
    target: ClassVar[str] = "torch.nn.SiLU"
    operations: ClassVar[int] = 5

    def curve(self) -> ScalarFunction:
        """Its slope follows from the sigmoid's."""
        return ScalarFunction(
            lambda x: x * sigmoid(x),
            lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
            "x σ(x), σ the sigmoid",
            "σ(x) (1 + x (1 − σ(x)))",
        )


class HardSwish(Activation):
    """SiLU drawn with straight lines and a parabola: x times x + 3 between 0 and 6, by 6.

    It needs no exponential, so MobileNetV3 uses it where phones have to answer fast. From 3 on it is x, below -3 it is
    zero.
    """

    kind: ClassVar[str] = "hard_swish"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("HardSwish")
    title: ClassVar[str] = "Hardswish"
    stem: ClassVar[str] = "hardswish"
    aliases: ClassVar[tuple[str, ...]] = ("h-swish", "mobilenetv3", "hard swish")
    target: ClassVar[str] = "torch.nn.Hardswish"
    operations: ClassVar[int] = 4

    def curve(self) -> ScalarFunction:
        """A parabola between two lines; it bends at -3 and 3."""
        return ScalarFunction(
            lambda x: x * _between(x + 3, 0.0, 6.0) / 6,
            lambda x: 0.0 if x <= -3 else 1.0 if x >= 3 else x / 3 + 0.5,
            "x min(max(x + 3, 0), 6) / 6",
            "0 where x ≤ −3, 1 where x ≥ 3, else x / 3 + ½",
            (-3.0, 3.0),
        )


class HardSigmoid(Activation):
    """The sigmoid drawn with three straight lines: x / 6 + 1/2, cut off at 0 and 1.

    It costs less than an exponential. MobileNetV3 weighs its channels with it; outside of -3 and 3 no gradient passes.
    """

    kind: ClassVar[str] = "hard_sigmoid"
    title: ClassVar[str] = "Hardsigmoid"
    stem: ClassVar[str] = "hardsigmoid"
    can_give: ClassVar[Gives] = Gives.SHARES
    aliases: ClassVar[tuple[str, ...]] = ("h-sigmoid", "hard sigmoid", "gate")
    max_slope: ClassVar[float | None] = 1 / 6
    target: ClassVar[str] = "torch.nn.Hardsigmoid"
    operations: ClassVar[int] = 3

    def curve(self) -> ScalarFunction:
        """A line between two bends."""
        return ScalarFunction(
            lambda x: _between(x / 6 + 0.5, 0.0, 1.0),
            lambda x: 1 / 6 if -3 < x < 3 else 0.0,
            "min(max(x / 6 + ½, 0), 1)",
            "1/6 where −3 < x < 3, else 0",
            (-3.0, 3.0),
        )


class Hardtanh(Activation):
    """Leaves values between two limits as they are and sets the others to the nearer limit: clipping.

    With the limits 0 and 6 it is ReLU6 of MobileNet, whose values stay small enough for arithmetic with few bits. No
    gradient passes outside of the limits.
    """

    kind: ClassVar[str] = "hardtanh"
    title: ClassVar[str] = "Hardtanh"
    stem: ClassVar[str] = "clip"
    aliases: ClassVar[tuple[str, ...]] = ("relu6", "clip", "clamp", "mobilenet", "limit")

    low: float = setting(-1.0, "Smallest value.", minimum=-1e6, maximum=1e6)
    high: float = setting(1.0, "Largest value; above the smallest.", minimum=-1e6, maximum=1e6)

    def output(self, x: Shape) -> Shape:
        """The same shape, once the limits are in order."""
        if self.low >= self.high:
            message = f"Hardtanh's largest value must lie above its smallest, but {self.high:g} ≤ {self.low:g}."
            wider = Remedy("Use the limits 0 and 6", replace=self.changed(low=0.0, high=6.0))
            raise refusal(self, {"in": x}, message, [wider])
        return x

    def curve(self) -> ScalarFunction:
        """A line between two bends."""
        low, high = self.low, self.high
        return ScalarFunction(
            lambda x: _between(x, low, high),
            lambda x: 1.0 if low < x < high else 0.0,
            f"min(max(x, {low:g}), {high:g})",
            f"1 where {low:g} < x < {high:g}, else 0",
            (low, high),
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Hardtanh``."""
        return single("torch.nn.Hardtanh", min_val=self.low, max_val=self.high)

    def summary(self) -> str:
        """The limits."""
        return f"{self.low:g} to {self.high:g}"


class Selu(Activation):
    """An ELU of one height and steepness, chosen so that values keep mean 0 and variance 1 from layer to layer.

    Deep dense networks then train without batch normalisation, if their weights start small enough. After Klambauer
    and others (2017), whose two numbers are 1.6733 and 1.0507.
    """

    kind: ClassVar[str] = "selu"
    title: ClassVar[str] = "SELU"
    stem: ClassVar[str] = "selu"
    aliases: ClassVar[tuple[str, ...]] = ("scaled exponential linear unit", "self-normalising")
    target: ClassVar[str] = "torch.nn.SELU"
    operations: ClassVar[int] = 4

    def curve(self) -> ScalarFunction:
        """A line that bends into an exponential at 0."""
        return ScalarFunction(
            lambda x: SCALE * x if x > 0 else SCALE * ALPHA * math.expm1(x),
            lambda x: SCALE if x > 0 else SCALE * ALPHA * math.exp(x),
            "1.0507 x where x > 0, else 1.7581 (eˣ − 1)",
            "1.0507 where x > 0, else 1.7581 eˣ",
            (0.0,),
        )


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
"""The numbers of SELU."""


class Softplus(Activation):
    """ln(1 + exp(x)): a ReLU without a bend, whose slope is the sigmoid.

    Its values are always positive, so it suits outputs such as a standard deviation or a rate.
    """

    kind: ClassVar[str] = "softplus"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Softplus")
    title: ClassVar[str] = "Softplus"
    stem: ClassVar[str] = "softplus"
    can_give: ClassVar[Gives] = Gives.NO_NEGATIVE
    aliases: ClassVar[tuple[str, ...]] = ("smooth relu", "positive output")
    target: ClassVar[str] = "torch.nn.Softplus"
    operations: ClassVar[int] = 3

    def curve(self) -> ScalarFunction:
        """Its slope is the sigmoid."""
        return ScalarFunction(
            lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), sigmoid, "ln(1 + eˣ)", "1 / (1 + e⁻ˣ)"
        )


class Prelu(NumericLayer):
    """A leaky ReLU whose slope for negative values is learned, one for each channel or feature.

    He and others (2015) found that early layers learn slopes near 1 and later ones smaller ones. It costs one
    parameter for each map.
    """

    kind: ClassVar[str] = "prelu"
    title: ClassVar[str] = "PReLU"
    family: ClassVar[Family] = Family.ACTIVATION
    stem: ClassVar[str] = "prelu"
    aliases: ClassVar[tuple[str, ...]] = ("parametric relu", "learned slope")

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A slope for each channel or feature."""
        return inputs["in"].features

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A slope at each value."""
        return elements(inputs["in"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A comparison and a product for each value."""
        return 2 * elements(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.PReLU``, between transpositions where the channels come last."""
        x = inputs["in"]
        module = Module("torch.nn.PReLU", {"num_parameters": x.features})
        if x.kind in (Kind.SEQUENCE, Kind.VIDEO):
            return channels_first(module)
        return single(module.target, **module.arguments)


class LogSoftmax(NumericLayer):
    """The logarithms of a softmax's probabilities: each score less the logarithm of the sum of all exponentials.

    Networks that are trained with the negative log-likelihood end with it. Cross-entropy contains it, so a network
    trained with that loss ends without.
    """

    kind: ClassVar[str] = "log_softmax"
    title: ClassVar[str] = "LogSoftmax"
    family: ClassVar[Family] = Family.ACTIVATION
    stem: ClassVar[str] = "log_softmax"
    aliases: ClassVar[tuple[str, ...]] = ("log probabilities", "nll", "negative log-likelihood")

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """As for a softmax, and a logarithm."""
        return 4 * elements(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.LogSoftmax`` along the features."""
        dim: Argument = Softmax().arguments(inputs["in"])["dim"]
        return single("torch.nn.LogSoftmax", dim=dim)


def _between(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)
