"""Gaussian RBF units, which measure the distance to a centre, as LeNet-5 ended with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Remedy, refusal
from graph.layers.bitmaps import BITMAPS
from graph.layers.construct import Argument, Construct, single
from graph.layers.dense import Dense
from graph.layers.settings import setting
from graph.layers.shape import Flatten
from graph.layers.training_needs import FLOAT, Keeps, LayerWork, Work
from graph.shapes import Kind, Shape, vector

PIXELS = len(BITMAPS[0])


class Rbf(Layer):
    """Each unit measures how far the input is from its centre: y = sum of (x - w)^2.

    LeNet-5 ends so: the 84 values before it are compared with ten pictures of 7 × 12 pixels, +1 and -1, one for each
    digit, that are never trained; the nearest wins. As scores the layer gives -y, the exponent of a Gaussian around
    the centre, so that cross-entropy can train what lies before it.
    """

    kind: ClassVar[str] = "rbf"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "Gaussian RBF"
    family: ClassVar[Family] = Family.DENSE
    stem: ClassVar[str] = "rbf"
    aliases: ClassVar[tuple[str, ...]] = ("radial basis function", "euclidean", "lenet output", "distance", "prototype")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VECTOR,)
    sees_everything: ClassVar[bool] = True  # every unit sees every value

    centres: Literal["trained", "digits"] = setting(
        "trained", "Centres that are learned, or the fixed pictures of the ten digits, which need 84 values."
    )
    units: int = setting(
        10, "Number of units.", minimum=1, maximum=100_000, unit="units", when=("centres", ("trained",))
    )
    gives: Literal["scores", "distances"] = setting(
        "scores", "The negative distances, of which the largest wins, or the distances themselves."
    )

    def _units(self) -> int:
        return len(BITMAPS) if self.centres == "digits" else self.units

    def output(self, x: Shape) -> Shape:
        """One value per unit."""
        if self.centres == "digits" and x.features != PIXELS:
            message = f"{self.title} with pictures of digits needs a vector of {PIXELS}, but {x.described()} arrives."
            dense = Remedy(f"Insert Dense with {PIXELS} units", insert=(("in", Dense(units=PIXELS)),))
            trained = Remedy("Train the centres", replace=self.changed(centres="trained"))
            raise refusal(self, {"in": x}, message, [dense, trained])
        return vector(self._units())

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Flatten what is no vector."""
        return (Remedy("Insert Flatten", insert=((port, Flatten()),)),) if shape.elements else ()

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A centre for each unit, unless they are fixed."""
        return 0 if self.centres == "digits" else self.units * inputs["in"].features

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """From each value to each unit, trained or not."""
        return self._units() * inputs["in"].features

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A difference, a square and a sum for each connection."""
        return 3 * self.connection_count(inputs, outputs)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All differences."""
        return FLOAT * self._units() * inputs["in"].features

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Differences, squares and sums."""
        return (LayerWork(Work.VALUES, 2 * self._units() * inputs["in"].features, 3),)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with the centres."""
        codes: dict[str, Argument] = {"codes": BITMAPS} if self.centres == "digits" else {}
        sign: dict[str, Argument] = {"scores": False} if self.gives == "distances" else {}
        features = inputs["in"].features
        return single("graph.modules.rbf.Rbf", features=features, units=self._units(), **codes, **sign)

    def summary(self) -> str:
        """Units and centres."""
        return "10 digits, fixed" if self.centres == "digits" else f"{self.units:,} units"
