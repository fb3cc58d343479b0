"""Activation functions: ReLU, LeakyReLU, ELU, GELU, sigmoid, tanh, softmax and step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, OnnxOperator, Remedy, elements
from graph.layers.construct import Argument, Construct, single
from graph.layers.recurrent import Embedding
from graph.layers.scalar import ScalarFunction, sigmoid
from graph.layers.settings import setting
from graph.layers.training_needs import Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape

VALUES: tuple[Kind, ...] = (Kind.VECTOR, Kind.IMAGE, Kind.SEQUENCE, Kind.VIDEO)
"""Everything but tokens, which are names rather than numbers."""


def embed_tokens(port: str, shape: Shape) -> tuple[Remedy, ...]:
    """Tokens become numbers by an embedding."""
    if shape.kind is not Kind.TOKENS:
        return ()
    return (Remedy("Insert Embedding", insert=((port, Embedding()),)),)


class NumericLayer(Layer):
    """A layer that takes numbers of any shape, and tokens behind an embedding; no layer itself."""

    accepts: ClassVar[tuple[Kind, ...]] = VALUES

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Embed tokens."""
        return embed_tokens(port, shape)


class Activation(NumericLayer):
    """What the functions share: any shape passes unchanged."""

    family: ClassVar[Family] = Family.ACTIVATION
    target: ClassVar[str]
    operations: ClassVar[int] = 1
    """Floating-point operations per value, an exponential counted as one."""

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Operations per value times the values, an exponential counted as one operation."""
        return self.operations * elements(inputs["in"])

    def arguments(self, x: Shape) -> dict[str, Argument]:
        """What the torch module is built with: the settings."""
        return {spec.name: getattr(self, spec.name) for spec in self.settings()}

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The torch module of that name."""
        return single(self.target, **self.arguments(inputs["in"]))


class Relu(Activation):
    """max(0, x): keeps what is positive and turns the rest to zero.

    It costs next to nothing, and its gradient does not fade where a unit is active, so it is the usual choice
    between the layers of deep networks. A unit that is never active learns nothing any more and is called dead.
    """

    kind: ClassVar[str] = "relu"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Relu")
    title: ClassVar[str] = "ReLU"
    stem: ClassVar[str] = "relu"
    can_give: ClassVar[Gives] = Gives.NO_NEGATIVE
    aliases: ClassVar[tuple[str, ...]] = ("rectifier", "rectified linear unit")
    cuts_negative: ClassVar[bool] = True
    target: ClassVar[str] = "torch.nn.ReLU"

    def curve(self) -> ScalarFunction:
        """A bend at 0, where torch takes the slope 0."""
        return ScalarFunction(
            lambda x: max(0.0, x), lambda x: float(x > 0), "max(0, x)", "1 where x > 0, else 0", (0.0,)
        )


class LeakyRelu(Activation):
    """Like ReLU, but negative values are kept, made smaller by a slope.

    Because some gradient always flows, units do not die. Try it where many ReLU units stay at zero; slope 0 is
    plain ReLU.
    """

    kind: ClassVar[str] = "leaky_relu"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("LeakyRelu", {"alpha": "slope"})
    title: ClassVar[str] = "LeakyReLU"
    stem: ClassVar[str] = "leaky_relu"
    aliases: ClassVar[tuple[str, ...]] = ("lrelu", "leaky rectifier")
    target: ClassVar[str] = "torch.nn.LeakyReLU"
    keeps: ClassVar[Keeps] = Keeps.INPUTS

    slope: float = setting(0.01, "Factor for negative values.", minimum=0.0, maximum=10.0)

    def curve(self) -> ScalarFunction:
        """A bend at 0, from the slope that is set to 1."""
        a = self.slope
        return ScalarFunction(
            lambda x: x if x > 0 else a * x,
            lambda x: 1.0 if x > 0 else a,
            f"x where x > 0, else {a:g} x",
            f"1 where x > 0, else {a:g}",
            (0.0,),
        )

    def arguments(self, x: Shape) -> dict[str, Argument]:
        """As torch names it."""
        return {"negative_slope": self.slope}

    def summary(self) -> str:
        """The slope."""
        return f"slope {self.slope:g}"


class Elu(Activation):
    """x where positive, alpha (exp(x) - 1) where negative: a ReLU with a smooth lower bound.

    Negative values level off at -alpha, which keeps the mean of the activations near zero and often speeds learning
    up a little, at the price of an exponential.
    """

    kind: ClassVar[str] = "elu"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Elu", {"alpha": "alpha"})
    title: ClassVar[str] = "ELU"
    stem: ClassVar[str] = "elu"
    aliases: ClassVar[tuple[str, ...]] = ("exponential linear unit",)
    target: ClassVar[str] = "torch.nn.ELU"
    work: ClassVar[Work] = Work.EXPONENTIAL
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    operations: ClassVar[int] = 3

    alpha: float = setting(1.0, "Depth at which negative values level off.", minimum=0.0, maximum=100.0)

    def curve(self) -> ScalarFunction:
        """A straight line that bends into an exponential; smooth at 0 where alpha is 1."""
        a = self.alpha
        return ScalarFunction(
            lambda x: x if x > 0 else a * math.expm1(x),
            lambda x: 1.0 if x > 0 else a * math.exp(x),
            f"x where x > 0, else {a:g} (eˣ − 1)",
            f"1 where x > 0, else {a:g} eˣ",
            () if a == 1 else (0.0,),
        )

    def summary(self) -> str:
        """Alpha."""
        return f"alpha {self.alpha:g}"


class Gelu(Activation):
    """x times the probability that a normal random number lies below x: a smooth ReLU.

    Transformers use it between their dense layers. The tanh form is an older, slightly different approximation that
    some published weights expect.
    """

    kind: ClassVar[str] = "gelu"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Gelu", {"approximate": "approximate"})
    title: ClassVar[str] = "GELU"
    stem: ClassVar[str] = "gelu"
    aliases: ClassVar[tuple[str, ...]] = ("gaussian error linear unit",)
    target: ClassVar[str] = "torch.nn.GELU"
    work: ClassVar[Work] = Work.EXPONENTIAL
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    operations: ClassVar[int] = 5

    approximate: Literal["none", "tanh"] = setting("none", "The exact function, or its approximation by tanh.")

    def curve(self) -> ScalarFunction:
        """The exact function, or the one by tanh."""
        if self.approximate == "none":
            return ScalarFunction(_gelu, _gelu_slope, "x Φ(x), Φ the normal distribution", "Φ(x) + x φ(x)")
        formula = "½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))"
        return ScalarFunction(_gelu_tanh, _gelu_tanh_slope, formula, "½ (1 + tanh u) + ½ x (1 − tanh² u) u′, u as in f")

    def arguments(self, x: Shape) -> dict[str, Argument]:
        """Only what differs from torch."""
        return {} if self.approximate == "none" else {"approximate": self.approximate}

    def summary(self) -> str:
        """The approximation, if any."""
        return "" if self.approximate == "none" else "tanh form"


class Sigmoid(Activation):
    """1 / (1 + exp(-x)): squeezes any number into the range from 0 to 1.

    Its output can be read as a probability, so it suits yes-or-no outputs and gates. Between deep layers its gradient,
    at most 1/4, fades quickly.
    """

    kind: ClassVar[str] = "sigmoid"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Sigmoid")
    title: ClassVar[str] = "Sigmoid"
    stem: ClassVar[str] = "sigmoid"
    can_give: ClassVar[Gives] = Gives.SHARES
    aliases: ClassVar[tuple[str, ...]] = ("logistic",)
    final_activation: ClassVar[Literal["", "softmax", "sigmoid"]] = "sigmoid"
    max_slope: ClassVar[float | None] = 0.25
    target: ClassVar[str] = "torch.nn.Sigmoid"
    work: ClassVar[Work] = Work.EXPONENTIAL
    operations: ClassVar[int] = 4

    def curve(self) -> ScalarFunction:
        """Its slope follows from its value."""
        return ScalarFunction(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), "1 / (1 + e⁻ˣ)", "f(x) (1 − f(x))")


class Tanh(Activation):
    """Squeezes any number into the range from -1 to 1, with 0 staying 0.

    A sigmoid centred at zero, with up to four times its gradient. The classic networks, LeNet among them, and the
    states of recurrent layers use it.
    """

    kind: ClassVar[str] = "tanh"
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Tanh")
    title: ClassVar[str] = "Tanh"
    stem: ClassVar[str] = "tanh"
    can_give: ClassVar[Gives] = Gives.WITHIN_ONE
    aliases: ClassVar[tuple[str, ...]] = ("hyperbolic tangent",)
    max_slope: ClassVar[float | None] = 1.0
    target: ClassVar[str] = "torch.nn.Tanh"
    work: ClassVar[Work] = Work.EXPONENTIAL
    operations: ClassVar[int] = 5

    def curve(self) -> ScalarFunction:
        """Its slope follows from its value."""
        return ScalarFunction(math.tanh, lambda x: 1 - math.tanh(x) ** 2, "tanh(x)", "1 − f(x)²")


class Softmax(Activation):
    """Turns scores into probabilities with a sum of 1: e raised to each score, over their sum, exp(x_i) / sum exp(x_j).

    It reads a vector as scores of classes; in an image it works over the channels of each pixel, in a sequence over
    the features of each step. Cross-entropy already contains it, so a network trained with that loss ends without it.
    """

    kind: ClassVar[str] = "softmax"
    title: ClassVar[str] = "Softmax"
    stem: ClassVar[str] = "softmax"
    can_give: ClassVar[Gives] = Gives.SHARES
    aliases: ClassVar[tuple[str, ...]] = ("probabilities", "normalised exponential")
    final_activation: ClassVar[Literal["", "softmax", "sigmoid"]] = "softmax"
    target: ClassVar[str] = "torch.nn.Softmax"
    work: ClassVar[Work] = Work.EXPONENTIAL
    operations: ClassVar[int] = 3

    def arguments(self, x: Shape) -> dict[str, Argument]:
        """The axis of the scores."""
        return {"dim": 2 if x.kind in (Kind.SEQUENCE, Kind.VIDEO) else 1}


class Step(Activation):
    """1 where the input is at least 0, else 0: the all-or-nothing unit of the first perceptrons.

    Its slope is zero everywhere but at the jump, so no gradient passes and nothing before it can learn. It is
    here to be seen failing, and for networks whose weights are set by hand.
    """

    kind: ClassVar[str] = "step"
    title: ClassVar[str] = "Step"
    stem: ClassVar[str] = "step"
    can_give: ClassVar[Gives] = Gives.SHARES
    aliases: ClassVar[tuple[str, ...]] = ("heaviside", "threshold", "binary", "perceptron")
    target: ClassVar[str] = "graph.modules.step.Step"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    torch_calls: ClassVar[int] = 5

    def curve(self) -> ScalarFunction:
        """A jump at 0, and no slope anywhere."""
        return ScalarFunction(lambda x: float(x >= 0), lambda _: 0.0, "1 where x ≥ 0, else 0", "0 everywhere", (0.0,))


def _gelu(x: float) -> float:
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


def _gelu_slope(x: float) -> float:
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return 0.5 * (1 + math.erf(x / math.sqrt(2))) + x * density


def _gelu_inner(x: float) -> float:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)


def _gelu_tanh(x: float) -> float:
    return 0.5 * x * (1 + math.tanh(_gelu_inner(x)))


def _gelu_tanh_slope(x: float) -> float:
    bent = math.tanh(_gelu_inner(x))
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * (1 + bent) + 0.5 * x * (1 - bent * bent) * inner
