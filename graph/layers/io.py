"""Ends of a network: inputs for data and noise, and outputs with their losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Port, ShapeError
from graph.layers.construct import Construct, chain
from graph.layers.loss_choices import AS_SET, NAMED
from graph.layers.settings import left_empty, setting, with_names
from graph.layers.training_needs import Keeps, Work
from graph.layers.value_range import Gives
from graph.shapes import Kind, Shape, image, vector

LossName = Literal["auto", "cross_entropy", "mse", "half_squares", "mae", "huber", "bce", "ctc", "hinge", "yolo"]


class InputLike(Layer):
    """Where values enter a network from outside: the compiler makes each an argument of the module."""

    family: ClassVar[Family] = Family.IO

    shape: Shape = setting(image(1, 8, 8), "Kind and sizes of one sample.")

    def input_ports(self) -> tuple[Port, ...]:
        """None: what leaves here comes from outside the network."""
        return ()

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """The shape that the user set."""
        return {"out": self.shape}

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """There is no module behind it."""
        return Construct(None, (), {})


class Input(InputLike):
    """The place where data enters the network.

    Its shape is that of one sample: a picture has channels, height and width; a row of a table is a vector with one
    value per column. How many samples travel together (the batch) is decided when training, not here. A network may
    have several inputs, each reading another field of the data set.
    """

    kind: ClassVar[str] = "input"
    title: ClassVar[str] = "Input"
    stem: ClassVar[str] = "input"
    aliases: ClassVar[tuple[str, ...]] = (
        "data",
        "source",
        "image input",
        "sequence input",
    )

    field: str = left_empty(
        setting("", "Field of the data set to read; empty for the data set's own input."),
        lambda _, around: around.default_input or None,
    )

    def summary(self) -> str:
        """Kind, and the field if one is named."""
        return f"{self.shape.kind}, {self.field}" if self.field else f"{self.shape.kind}"


class Noise(InputLike):
    """Random numbers, drawn anew for every batch: what a generator makes its samples from.

    A generator turns each point of noise into one sample, so neighbouring points become similar samples. With few
    numbers it has little room to vary what it makes; with many, training takes longer to fill them all with meaning.
    The draw follows from the run's seed, so the same run can be repeated.
    """

    kind: ClassVar[str] = "noise"
    title: ClassVar[str] = "Noise"
    stem: ClassVar[str] = "noise"
    aliases: ClassVar[tuple[str, ...]] = ("random numbers", "latent", "code", "gan", "generator input")
    draws_noise: ClassVar[bool] = True

    shape: Shape = setting(vector(32), "How many random numbers make one sample.")
    distribution: Literal["normal", "uniform"] = setting(
        "normal", "normal: mean 0 and standard deviation 1; uniform: evenly between -1 and 1."
    )

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """The shape that the user set.

        Raises
        ------
        ShapeError
            if these cannot be random numbers of a known count.
        """
        if self.shape.kind is Kind.TOKENS or self.shape.elements is None:
            raise ShapeError(f"noise is {self.shape.described()}, but it needs numbers of a known count.")
        return {"out": self.shape}

    def summary(self) -> str:
        """How the numbers are spread."""
        return self.distribution


class Output(Layer):
    """The place where the network's output leaves and is compared with the target.

    While training, the loss measures how far the output is from the target. Left on "auto" it is chosen from the
    task: cross-entropy for classes, mean squared error for numbers. A network with several outputs adds their losses,
    each times its weight.
    """

    kind: ClassVar[str] = "output"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    shares_memory: ClassVar[bool] = True
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "Output"
    family: ClassVar[Family] = Family.IO
    stem: ClassVar[str] = "output"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = (
        "target",
        "loss",
        "classification output",
        "regression output",
    )
    passes_probabilities: ClassVar[bool] = True

    target: str = left_empty(
        setting("", "Field of the data set to predict; empty for the data set's own target."),
        lambda _, around: around.default_target or None,
    )
    loss: LossName = with_names(
        setting("auto", "How far the output is from its target. Each choice says what it is for."),
        {"auto": AS_SET, **NAMED},
    )
    weight: float = setting(
        1.0,
        "How much this output's loss counts among several.",
        minimum=0.0,
        maximum=1e6,
        term="",
    )

    def output_ports(self) -> tuple[Port, ...]:
        """None to connect to: the value leaves the network here, under the name ``out``."""
        return ()

    def activation_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """None: the value is that of the layer before."""
        return 0

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """Nothing happens to the value."""
        return chain()

    def summary(self) -> str:
        """Target and loss where they are not the data set's own."""
        return ", ".join(part for part in (self.target, self.loss if self.loss != "auto" else "") if part)
