"""Dense layers (Linear in torch), of a vector or at every step of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Family, Layer, Remedy, positions
from graph.layers.construct import Argument, Construct, single
from graph.layers.settings import setting
from graph.layers.shape import Flatten, LastStep
from graph.layers.training_needs import Keeps, Work
from graph.shapes import Kind, Shape, sequence, vector


class Dense(Layer):
    """Every unit sees every input value: a weighted sum plus a bias.

    Dense layers turn what earlier layers found into an output. They need a vector, and their number of weights is
    inputs times units, so they are usually where most parameters of a small network sit.
    """

    kind: ClassVar[str] = "dense"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.MATRIX
    title: ClassVar[str] = "Dense"
    family: ClassVar[Family] = Family.DENSE
    stem: ClassVar[str] = "dense"
    aliases: ClassVar[tuple[str, ...]] = (
        "linear",
        "fully connected",
        "fc",
        "affine",
        "perceptron",
    )
    weighted_sum: ClassVar[bool] = True
    is_dense: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VECTOR,)
    sees_everything: ClassVar[bool] = True  # every unit sees every value

    units: int = setting(32, "Number of output values.", minimum=1, maximum=1_000_000, unit="units")
    bias: bool = setting(True, "Whether each unit adds a trainable bias.")

    def output(self, x: Shape) -> Shape:
        """One value per unit."""
        return vector(self.units)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Flatten anything; of a sequence also the last step, or a dense layer at every step."""
        flatten = Remedy("Insert Flatten", insert=((port, Flatten()),))
        if shape.kind is Kind.SEQUENCE:
            each = TimeDistributedDense(units=self.units, bias=self.bias)
            last = Remedy("Insert Last step", insert=((port, LastStep()),))
            return (
                last,
                Remedy("Apply it at every step", replace=each),
                *((flatten,) if shape.elements else ()),
            )
        return (flatten,) if shape.kind is not Kind.TOKENS else ()

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Inputs x units, plus a bias for each unit."""
        return (inputs["in"].features + self.bias) * self.units

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The parameters, at every place where they are used."""
        return self.parameter_count(inputs) * positions(inputs["in"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each weight, at every place, and one for each bias."""
        return (2 * inputs["in"].features * self.units + self.units * self.bias) * positions(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Linear``."""
        bias: dict[str, Argument] = {} if self.bias else {"bias": False}
        return single("torch.nn.Linear", in_features=inputs["in"].features, out_features=self.units, **bias)

    def summary(self) -> str:
        """The number of units."""
        return "1 unit" if self.units == 1 else f"{self.units:,} units"


class TimeDistributedDense(Dense):
    """The same dense layer applied to each time step of a sequence.

    All steps share one set of weights, so the layer takes sequences of any length and gives values at every step.
    """

    kind: ClassVar[str] = "time_distributed_dense"
    title: ClassVar[str] = "TimeDistributedDense"
    stem: ClassVar[str] = "step_dense"
    aliases: ClassVar[tuple[str, ...]] = ("per-step dense", "many to many", "pointwise", "time-distributed", "linear")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    sees_everything: ClassVar[bool] = False  # each step is seen alone

    def output(self, x: Shape) -> Shape:
        """A sequence of the same length."""
        return sequence(x.length, self.units)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """For a vector the plain dense layer does."""
        return (
            (Remedy("Use Dense", replace=Dense(units=self.units, bias=self.bias)),) if shape.kind is Kind.VECTOR else ()
        )
