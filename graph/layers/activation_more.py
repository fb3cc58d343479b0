"""Activations of older networks: the absolute value, and LeNet's scaled tanh."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.activation import Activation
from graph.layers.base import OnnxOperator, elements
from graph.layers.construct import Construct, X, chain, method
from graph.layers.scalar import ScalarFunction
from graph.layers.settings import setting
from graph.layers.training_needs import FLOAT, Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Shape


class Absolute(Activation):
    """|x|: the size of each value without its sign.

    A bar that is darker than its surroundings excites a filter as strongly as one that is lighter, only with the
    other sign; without the sign both count alike, and pooling does not cancel them. Jarrett and others (2009) found
    it to matter more than any other part of their stage.
    """

    kind: ClassVar[str] = "absolute"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    onnx: ClassVar[OnnxOperator | None] = OnnxOperator("Abs")
    title: ClassVar[str] = "Absolute value"
    stem: ClassVar[str] = "absolute"
    can_give: ClassVar[Gives] = Gives.NO_NEGATIVE
    aliases: ClassVar[tuple[str, ...]] = ("abs", "rectification", "modulus", "jarrett")

    def curve(self) -> ScalarFunction:
        """A bend at 0, where torch takes the slope 0."""
        return ScalarFunction(
            abs, lambda x: float(x > 0) - float(x < 0), "|x|", "1 where x > 0, −1 where x < 0", (0.0,)
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The method ``abs``."""
        return chain(method("abs", X))


class ScaledTanh(Activation):
    """A tanh(S x): a tanh with another height and slope; LeNet-5 used 1.7159 and 2/3.

    With these numbers f(1) = 1 and f(-1) = -1, so the targets +1 and -1 lie where the curve still bends rather than
    at its ends, where nothing is learned any more.
    """

    kind: ClassVar[str] = "scaled_tanh"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    work: ClassVar[Work] = Work.EXPONENTIAL
    title: ClassVar[str] = "Scaled tanh"
    stem: ClassVar[str] = "tanh"
    aliases: ClassVar[tuple[str, ...]] = ("lecun tanh", "lenet squashing", "hyperbolic tangent")
    target: ClassVar[str] = "graph.modules.scaled_tanh.ScaledTanh"
    operations: ClassVar[int] = 7

    amplitude: float = setting(1.7159, "Height of the curve, A.", minimum=0.001, maximum=1000.0)
    slope: float = setting(0.6667, "How steep it is, S.", minimum=0.001, maximum=1000.0)

    def curve(self) -> ScalarFunction:
        """A tanh stretched both ways."""
        a, s = self.amplitude, self.slope
        return ScalarFunction(
            lambda x: a * math.tanh(s * x),
            lambda x: a * s * (1 - math.tanh(s * x) ** 2),
            f"{a:g} tanh({s:g} x)",
            f"{a:g} · {s:g} (1 − tanh²({s:g} x))",
        )

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """What its tanh gives, before it is multiplied."""
        return FLOAT * elements(outputs["out"])

    def summary(self) -> str:
        """The formula."""
        return f"{self.amplitude:g} tanh({self.slope:g} x)"
