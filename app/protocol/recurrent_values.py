"""States of a recurrent layer over time, the gradients of these states, and the weights of an attention layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.protocol.messages import Array

CellKind = Literal["rnn", "gru", "lstm", "loop"]


@dataclass(frozen=True)
class RecurrentLayer:
    """One direction of one level of a recurrent layer: where it is, and how many there are to choose among.

    ``level`` counts from 0. With ``backward`` the last time step is read first.
    """

    path: str
    cell: CellKind
    level: int
    levels: int
    directions: int
    backward: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class StatesOverTime:
    """What a recurrent layer does with one sample at each of the sample's own time steps.

    ``arriving`` float32 (time, features) is what the layer reads; ``values`` float32 (time, units) each gate and state
    by its name; ``gradients`` float32 (time, units), how the sample's ``loss`` changes with each state. Where the
    network's own input has the same steps, ``input`` float32 (time, features) is that in the data's units, with the
    names and units of its features, or ``words`` are the tokens. ``prediction`` and ``label`` are what the network
    gives for the sample and what is true, both empty where that is more than a class or a few numbers.
    """

    layer: RecurrentLayer
    loss: float
    arriving: Array
    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    input: Array | None = None
    input_names: tuple[str, ...] = ()
    input_units: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prediction: str = ""
    label: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class GradientsOverTime:
    """How large the loss's gradient is at each time step of a recurrent layer.

    ``norms`` float64 (time,) is, for each state, the norm of the gradient of a sample's own loss with respect to the
    state at that step, averaged over those of the first training ``samples`` whose sequences reach it, up to the end of
    the longest; or of the one ``sample`` at a position of the data set. ``total_norm`` is that of the gradient of all
    weights for the mean ``loss`` of these samples; ``clip`` the norm at which training clips it (0: never), and
    ``clipped_norm`` what is left of it.
    """

    layer: RecurrentLayer
    norms: Mapping[str, Array]
    samples: int
    loss: float
    total_norm: float
    clip: float
    clipped_norm: float
    sample: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class AttentionWeights:
    """What an attention layer looks at in one sample, padding cut off.

    ``weights`` float32 (queries, keys) say how much each query takes of each key; those of a row add up to 1.
    ``queries`` and ``keys`` are the words at these steps, or the numbers of the steps. ``generated`` says whether the
    queries are words that the network writes; then ``prediction`` is its text and ``label`` the true one.
    """

    weights: Array
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    generated: bool = False
    prediction: str = ""
    label: str = ""
