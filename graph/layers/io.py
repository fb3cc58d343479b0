"""Where data enters a network and where its answers leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Port
from graph.layers.construct import Construct, chain
from graph.layers.settings import setting
from graph.shapes import Shape, image


class Input(Layer):
    """The place where data enters the network.

    Its shape is that of one sample: a picture has channels, height and width; a row of a table is a vector with one
    value per column. How many samples travel together (the batch) is decided when training, not here. A network may
    have several inputs, each reading another field of the data set.
    """

    kind: ClassVar[str] = "input"
    title: ClassVar[str] = "Input"
    family: ClassVar[Family] = Family.IO
    stem: ClassVar[str] = "input"
    aliases: ClassVar[tuple[str, ...]] = (
        "data",
        "source",
        "image input",
        "sequence input",
    )

    shape: Shape = setting(image(1, 8, 8), "Kind and sizes of one sample.")
    field: str = setting("", "Field of the data set to read; empty for the data set's own input.")

    def input_ports(self) -> tuple[Port, ...]:
        """None: data comes from outside the network."""
        return ()

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """The shape that the user set."""
        return {"out": self.shape}

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """An input has no module: the compiler makes it an argument of the network."""
        return Construct(None, (), {})

    def summary(self) -> str:
        """Kind, and the field if one is named."""
        return f"{self.shape.kind}, {self.field}" if self.field else f"{self.shape.kind}"


class Output(Layer):
    """The place where the network's answer leaves and is held against the truth.

    While training, the loss measures how far the answer is from the target. Left on "auto" it is chosen from the
    task: cross-entropy for classes, mean squared error for numbers. A network with several outputs adds their losses,
    each times its weight.
    """

    kind: ClassVar[str] = "output"
    title: ClassVar[str] = "Output"
    family: ClassVar[Family] = Family.IO
    stem: ClassVar[str] = "output"
    aliases: ClassVar[tuple[str, ...]] = (
        "target",
        "loss",
        "classification output",
        "regression output",
    )

    target: str = setting("", "Field of the data set to predict; empty for the data set's own target.")
    loss: Literal["auto", "cross_entropy", "mse", "half_squares", "mae", "huber", "bce"] = setting(
        "auto",
        "How the distance to the target is measured; auto takes the plan's choice.",
    )
    weight: float = setting(
        1.0,
        "How much this output's loss counts among several.",
        minimum=0.0,
        maximum=1e6,
    )

    def output_ports(self) -> tuple[Port, ...]:
        """None to connect to: the answer leaves the network here, under the name ``out`` in the layer's facts."""
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
