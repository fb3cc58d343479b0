"""One training step as values: what each layer gave, which gradient came back, and each weight before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.protocol.messages import Array


@dataclass(frozen=True)
class WrittenLoss:
    """The loss of one sample with its numbers.

    ``formula`` is the rule, ``line`` the same with numbers, ``columns`` are headings, ``rows`` one line for each value
    of the output, or its first ones; ``count`` says how many there are. ``total`` is the loss of the sample.
    """

    formula: str
    line: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    count: int
    total: float


@dataclass(frozen=True)
class HeadLoss:
    """How the loss of an output comes about, for each of the first samples of the batch.

    ``weight`` is how many times it counts in the whole loss; ``names`` are those of classes or values, if they have
    some.
    """

    output: str
    loss: str
    weight: float
    names: tuple[str, ...]
    samples: tuple[WrittenLoss, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerStep:
    """A layer in a step: its ``sizes`` without the batch, and the names of its ``weights``.

    ``values`` float32 (samples, k) are what it gave, the first samples and values of it; ``gradients`` likewise, how
    the batch's loss changes with them, None where no gradient comes back. The norms are those of the whole batch.
    ``maps`` and ``map_gradients`` are the same as pictures, float32 (samples, channels, height, width), None for a
    vector; ``can_be`` is the least and greatest value that the layer can give, infinite where nothing bounds it.
    """

    id: str
    title: str
    family: str
    sizes: tuple[int, ...]
    weights: tuple[str, ...]
    values: Array
    norm: float
    gradients: Array | None
    gradient_norm: float | None
    maps: Array | None
    map_gradients: Array | None
    can_be: tuple[float, float]

    @property
    def count(self) -> int:
        """How many values it gives for a sample."""
        return math.prod(self.sizes)


@dataclass(frozen=True, eq=False, kw_only=True)
class WeightStep:
    """A parameter in a step: its ``sizes``, and its first numbers in a row, float32 (k,).

    ``before`` and ``after`` the step, and the ``gradient`` by which they were changed. The norms are those of all
    numbers: of the parameter before, of its gradient and of its change.
    """

    name: str
    sizes: tuple[int, ...]
    before: Array
    gradient: Array
    after: Array
    norm: float
    gradient_norm: float
    change_norm: float

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.sizes)


@dataclass(frozen=True)
class UpdateRule:
    """How the optimiser turns a gradient into a change; ``clip`` is the norm it is clipped to, 0 for none."""

    optimiser: str
    lr: float
    momentum: float
    weight_decay: float
    clip: float


@dataclass(frozen=True, eq=False, kw_only=True)
class StepRecord:
    """Everything about one training step.

    ``number`` counts steps from 0, ``epoch`` from 1; ``size`` is the number of samples in the batch. ``loss`` is that
    of the batch before the step, ``loss_after`` after it; ``gradient_norm`` is that of the whole gradient before
    clipping. ``layers`` and ``weights`` are by id and name, layers in the network's order; ``connections`` are pairs
    of layers (source, target).
    """

    number: int
    epoch: int
    steps_per_epoch: int
    size: int
    loss: float
    loss_after: float
    gradient_norm: float
    rule: UpdateRule
    layers: Mapping[str, LayerStep]
    connections: tuple[tuple[str, str], ...]
    weights: Mapping[str, WeightStep]
    heads: tuple[HeadLoss, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class NudgedWeights:
    """The first weights of a ``parameter`` at a step, each nudged by ``epsilon`` up and down, float64 (k,) each.

    ``values`` are the weights before the step, ``above`` and ``below`` the losses of the batch with one of them
    larger and smaller, ``by_backprop`` the gradient by backpropagation in float64, before clipping. ``trainable`` is
    the number of weights of the whole network.
    """

    number: int
    parameter: str
    sizes: tuple[int, ...]
    epsilon: float
    values: Array
    above: Array
    below: Array
    by_backprop: Array
    trainable: int

    @property
    def by_nudging(self) -> Array:
        """The gradient by central differences, float64 (k,)."""
        return (self.above - self.below) / (2 * self.epsilon)

    @property
    def count(self) -> int:
        """How many weights the parameter has."""
        return math.prod(self.sizes)
