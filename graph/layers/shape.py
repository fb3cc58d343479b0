"""Flatten, Reshape and Last step: layers that only rearrange values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from graph.layers.base import Family, Layer, Port, Remedy, ShapeError
from graph.layers.construct import Construct, Module, Ref, X, chain, function, method, own
from graph.layers.lengths import LENGTHS, own_lengths
from graph.layers.settings import setting
from graph.layers.training_needs import Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape, sequence, vector


class Flatten(Layer):
    """Lays all values of a sample in one row.

    A dense layer wants a vector; an image is a stack of grids. Flatten writes the grids one after another, losing
    nothing but the knowledge of which pixel lay beside which.
    """

    kind: ClassVar[str] = "flatten"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Flatten"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "flatten"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("vectorise", "unroll", "ravel")
    is_linear: ClassVar[bool] = True
    passes_probabilities: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE, Kind.SEQUENCE, Kind.VIDEO, Kind.VECTOR)
    sees_everything: ClassVar[bool] = True  # a vector has no places any more

    def output(self, x: Shape) -> Shape:
        """A vector of all values; the time must be known."""
        if x.elements is None:
            raise ShapeError(
                f"Flatten needs a known length, but {x.described()} arrives, whose time is not fixed.",
                port="in",
                remedies=(Remedy("Replace by Last step", replace=LastStep()),) if x.kind is Kind.SEQUENCE else (),
            )
        return vector(x.elements)

    def hands_on(self, inputs: Mapping[str, Shape], channels_last: bool) -> bool:
        """Unless the channels of a picture have to be put first again."""
        return not (channels_last and mixes_channels(inputs["in"]))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.flatten`` from the first axis after the batch."""
        return chain(function("torch.flatten", X, 1))


class LastStep(Layer):
    """Takes the last time step of a sequence and drops the others.

    After a recurrent layer the last step has seen the whole sequence, so it can stand for all of it.
    """

    kind: ClassVar[str] = "last_step"
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Last step"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "last"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = (
        "final state",
        "many to one",
        "last time step",
    )
    passes_probabilities: ClassVar[bool] = True
    merges_steps: ClassVar[bool] = True
    takes_last_step: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)

    lengths: bool = own_lengths("The last step is then each sample's own, not one of padding.")

    def input_ports(self) -> tuple[Port, ...]:
        """The sequence, and where it is asked for, how many of its steps count."""
        return (Port("in"), LENGTHS) if self.lengths else (Port("in"),)

    def reads_padding(self) -> bool:
        """Unless each sample's own length arrives."""
        return not self.lengths

    def output(self, x: Shape) -> Shape:
        """A vector of the features."""
        return vector(x.features)

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What arrives, where each sample's own last step is looked up."""
        return Keeps.INPUTS if self.lengths else Keeps.NOTHING

    def hands_on(self, inputs: Mapping[str, Shape], channels_last: bool) -> bool:
        """Where all samples are equally long."""
        return not self.lengths

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Selects index -1 along time, or each sample's own."""
        if self.lengths:
            module = Module("graph.modules.valid_steps.OwnSteps", {"mode": "last"})
            return chain(own(X, Ref(LENGTHS.name)), module=module)
        return chain(method("select", X, 1, -1))

    def summary(self) -> str:
        """Whose last step it is, where samples are of unequal length."""
        return "own lengths" if self.lengths else ""


class Reshape(Layer):
    """Reads the same values in the same order as another shape.

    An LSTM can read a picture row by row once it is reshaped from an image to a sequence. The number of values must
    stay the same.
    """

    kind: ClassVar[str] = "reshape"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Reshape"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "reshape"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("view", "unflatten")
    is_linear: ClassVar[bool] = True
    passes_probabilities: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VECTOR, Kind.IMAGE, Kind.SEQUENCE, Kind.VIDEO)
    sees_everything: ClassVar[bool] = True  # places of the new shape are not those of the old

    shape: Shape = setting(sequence(8, 8), "The new kind and sizes.")

    def output(self, x: Shape) -> Shape:
        """The shape set, if it holds as many values."""
        arrives, wanted = x.elements, self.shape.elements
        if arrives is None or wanted is None or self.shape.kind is Kind.TOKENS:
            raise ShapeError(
                "Reshape needs every size to be known, and cannot make tokens.",
                port="in",
            )
        if arrives != wanted:
            remedies = tuple(
                Remedy(f"Reshape to {shape.described()}", replace=Reshape(shape=shape))
                for shape in _alternatives(x, self.shape)
            )
            raise ShapeError(
                f"Reshape to {self.shape.described()} needs {wanted:,} values, but {x.described()} brings {arrives:,}.",
                port="in",
                remedies=remedies,
            )
        return self.shape

    def hands_on(self, inputs: Mapping[str, Shape], channels_last: bool) -> bool:
        """As of Flatten."""
        return not (channels_last and mixes_channels(inputs["in"]))

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``reshape`` with the batch kept."""
        return chain(method("reshape", X, -1, *self.shape.sizes))

    def summary(self) -> str:
        """The new shape."""
        return f"to {self.shape.kind} {self.shape}"


def _alternatives(x: Shape, wanted: Shape) -> tuple[Shape, ...]:
    """Shapes of the wanted kind that hold as many values as ``x``."""
    total = math.prod(size or 1 for size in x.sizes)
    if wanted.kind is Kind.VECTOR:
        return (vector(total),)
    if wanted.kind is Kind.SEQUENCE:
        steps = wanted.time or 1
        shapes = [sequence(steps, total // steps)] if total % steps == 0 else []
        if x.kind is Kind.IMAGE:
            shapes.append(sequence(x.size("H"), x.size("C") * x.size("W")))
        return tuple(dict.fromkeys(shapes))
    return ()


def mixes_channels(x: Shape) -> bool:
    """Whether a picture's values lie in another order in memory with its channels last than with them first."""
    return x.kind is Kind.IMAGE and x.features > 1 and (x.elements or 0) > x.features
