"""Requests about layers that work over time: states and gradients of recurrent layers, weights of attention layers."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import ModelRequest, RunReply
from app.protocol.recurrent_values import AttentionWeights, GradientsOverTime, StatesOverTime


@dataclass(frozen=True, eq=False, kw_only=True)
class RecurrentStates(RunReply):
    """The gates and states of a recurrent layer for one sample."""

    states: StatesOverTime


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadRecurrentStates(ModelRequest[RecurrentStates]):
    """Gates and states of a recurrent ``layer`` (empty: the first) for the sample at position ``sample``.

    ``level`` (from 0) and ``backward`` choose among stacked layers and directions.
    """

    layer: str = ""
    level: int = 0
    backward: bool = False
    sample: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class RecurrentGradients(RunReply):
    """The norms of the gradients of a recurrent layer's states."""

    gradients: GradientsOverTime


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasureRecurrentGradients(ModelRequest[RecurrentGradients]):
    """Norms of the gradients over the time steps of a recurrent layer, which is chosen as in `ReadRecurrentStates`.

    They are of the sample at position ``sample`` of the data set, or means over training samples where that is None.
    """

    layer: str = ""
    level: int = 0
    backward: bool = False
    sample: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Attention(RunReply):
    """The weights of an attention layer for one sample."""

    attention: AttentionWeights


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadAttention(ModelRequest[Attention]):
    """The weights of the attention ``layer`` for the sample at position ``sample``."""

    layer: str
    sample: int
