"""What training asks of a layer beside its weights: values kept for the backward pass, and work by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum
from typing import ClassVar

from graph.layers.declared import Declared
from graph.shapes import Shape

FLOAT, INDEX = 4, 8
"""Bytes of a value in float32, and of a whole number such as a place or a token."""


class Keeps(Flag):
    """Which of the values at its ports a layer keeps from the forward pass until the backward pass has used them."""

    NOTHING = 0
    INPUTS = 1
    OUTPUTS = 2
    BOTH = 3


class Work(StrEnum):
    """Kinds of work, each of which a machine does at a speed of its own."""

    VIEW = "view"
    """Nothing is calculated: the same values are seen in another shape."""
    VALUES = "values"
    """One operation on each value."""
    EXPONENTIAL = "exponential"
    """One operation on each value that takes long, as tanh does."""
    CHANCE = "chance"
    """A random number for each value."""
    POOLING = "pooling"
    NORMALISATION = "normalisation"
    LOOKUP = "lookup"
    """Rows of a table."""
    MATRIX = "matrix"
    CONVOLUTION = "convolution"
    RNN = "rnn"
    """One step in time of a recurrent layer, as are the next two."""
    GRU = "gru"
    LSTM = "lstm"

    @property
    def by_operations(self) -> bool:
        """Whether its amount is floating-point operations; that of all others is values that arrive and leave."""
        return self in (Work.MATRIX, Work.CONVOLUTION, Work.RNN, Work.GRU, Work.LSTM)


@dataclass(frozen=True)
class LayerWork:
    """Work that a layer does in the forward pass: ``amount`` for one sample in each of ``calls`` calls of torch.

    ``channels`` arrive where it is a convolution. ``passes_gradient`` says whether a gradient goes on to what arrives,
    which the first layer with weights is spared.
    """

    kind: Work
    amount: float
    calls: int = 1
    channels: int = 0
    passes_gradient: bool = True


class TrainingNeeds(Declared):
    """What a kind of layer declares of its training; a part of `graph.layers.base.Layer`."""

    keeps: ClassVar[Keeps] = Keeps.OUTPUTS
    """What its backward pass needs of the values at its ports."""
    shares_memory: ClassVar[bool] = False
    """What leaves is a view of what arrives, and takes no memory of its own."""
    stops_gradient: ClassVar[bool] = False
    """No gradient comes back through it."""
    lays_channels_last: ClassVar[bool] = False
    """With it in a network, pictures are laid out with their channels last in memory."""
    work: ClassVar[Work] = Work.VALUES
    torch_calls: ClassVar[int] = 1
    """How many calls of torch its own module makes."""

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What its backward pass needs of the values at its ports, for these input shapes."""
        return self.keeps

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Bytes per sample that it keeps beside those values: masks, places of maxima, gates."""
        return 0

    def hands_on(self, inputs: Mapping[str, Shape], channels_last: bool) -> bool:
        """Whether what leaves is a view of what arrives, where pictures may be laid out ``channels_last``."""
        return self.shares_memory
