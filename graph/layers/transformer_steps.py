"""What a transformer adds to a sequence: a learned vector for each step, and a learned step before all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from graph.layers.activation import embed_tokens
from graph.layers.base import Family, Layer, Remedy, elements, refusal
from graph.layers.construct import Construct, single
from graph.layers.grid import as_sequence
from graph.layers.shape import LastStep
from graph.shapes import Kind, Shape, sequence


class _OnSequence(Layer):
    """What both share: they take sequences."""

    family: ClassVar[Family] = Family.RECURRENT
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Embed tokens; read anything else as a sequence."""
        return embed_tokens(port, shape) or as_sequence(port, shape)


class PositionEmbedding(_OnSequence):
    """Adds to each step of a sequence a learned vector that says which step it is.

    Attention treats all steps alike, so without it a sentence would be a bag of words. The table has as many rows as
    the sequence has steps, so the length must be known.
    """

    kind: ClassVar[str] = "position_embedding"
    title: ClassVar[str] = "PositionEmbedding"
    stem: ClassVar[str] = "positions"
    aliases: ClassVar[tuple[str, ...]] = ("positional encoding", "transformer", "learned positions", "bias per step")

    def output(self, x: Shape) -> Shape:
        """The same sequence, whose length must be known."""
        if x.time is None:
            message = f"PositionEmbedding needs a known length, but {x.described()} arrives, whose time is not fixed."
            raise refusal(self, {"in": x}, message, [Remedy("Replace by Last step", replace=LastStep())])
        return x

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """A number for each value of the sequence."""
        return elements(inputs["in"])

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Each is used once."""
        return elements(inputs["in"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """A sum for each value."""
        return elements(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with the table."""
        x = inputs["in"]
        return single("graph.modules.learned_steps.PositionEmbedding", steps=x.size("T"), features=x.features)


class ClassToken(_OnSequence):
    """Puts a learned step before all others, in which attention gathers what the whole sequence says.

    ViT and BERT read their class from what has become of this step: behind the last block take the first step, which
    stands for all.
    """

    kind: ClassVar[str] = "class_token"
    title: ClassVar[str] = "ClassToken"
    stem: ClassVar[str] = "token"
    aliases: ClassVar[tuple[str, ...]] = ("cls", "vit", "vision transformer", "bert", "learned step")

    def reads_ahead(self, port: str) -> bool:
        """Each step moves one place back, which is no look ahead."""
        return False

    def output(self, x: Shape) -> Shape:
        """One step more."""
        return sequence(x.length + 1 if x.length is not None else None, x.features)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """The features of one step."""
        return inputs["in"].features

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Each is used once."""
        return inputs["in"].features

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module with the step."""
        return single("graph.modules.learned_steps.ClassToken", features=inputs["in"].features)
