"""One training step as the worker told it, and the places at which one stops while going through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.protocol.backprop_values import StepRecord
from graph.layers.base import Layer

Floats = NDArray[np.float32]


BY_HAND = (
    "This is no step of the run's training: it begins with the weights that the run has now, on the batches that its "
    "first epoch began with, at the learning rate of the beginning, and the optimiser remembers no gradients."
)
"""What a step from the weights of a run is."""


class Phase(StrEnum):
    """The four parts of a step, in their order."""

    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


@dataclass(frozen=True)
class Stop:
    """A place to stop: a layer on the way forward or back, the loss, or the new weights."""

    phase: Phase
    layer: str = ""


@dataclass(frozen=True, eq=False)
class StepSeen:
    """The record of one step, with the layers of the network that took it.

    ``of_run`` says that it began with the weights of a run, after the training; else it is one of a new training.
    """

    record: StepRecord
    drawn: Mapping[str, Layer]
    of_run: bool = False

    @property
    def place(self) -> str:
        """Where the step stands: in a training from fresh weights, or by hand after that of a run."""
        record = self.record
        batch = f"batch {record.number % record.steps_per_epoch + 1:,} of {record.steps_per_epoch:,}"
        if self.of_run:
            return f"Step {record.number + 1:,} by hand from the run's weights: {batch}"
        return f"Epoch {record.epoch:,}, {batch}"

    @cached_property
    def stops(self) -> list[Stop]:
        """All places to stop, from the first layer's values to the new weights."""
        order = list(self.record.layers)
        forward = [Stop(Phase.FORWARD, id_) for id_ in order]
        backward = [Stop(Phase.BACKWARD, id_) for id_ in reversed(order)]
        return [*forward, Stop(Phase.LOSS), *backward, Stop(Phase.UPDATE)]

    @property
    def samples(self) -> int:
        """How many of the batch's samples can be looked at."""
        return len(next(iter(self.record.layers.values())).values)

    def value(self, layer: str, sample: int) -> Floats:
        """What a layer gave for a sample, or its first values, (k,)."""
        values: Floats = self.record.layers[layer].values[sample]
        return values

    def gradient(self, layer: str, sample: int) -> Floats | None:
        """How the batch's loss changes with these values, (k,); None where nothing comes back."""
        gradients = self.record.layers[layer].gradients
        return None if gradients is None else gradients[sample]

    def map(self, layer: str, sample: int, *, back: bool = False) -> Floats | None:
        """A picture of what a layer gave, (channels, height, width), or of its gradient; None where there is none."""
        known = self.record.layers[layer]
        maps = known.map_gradients if back else known.maps
        return None if maps is None else maps[sample]

    def matrix(self, weight: str, gradient: bool = False) -> Floats | None:
        """A parameter of two axes before the step, or its gradient, as (outputs, inputs), if it is known in full."""
        step = self.record.weights.get(weight)
        if step is None or len(step.sizes) != 2 or step.before.size != step.count:
            return None
        return (step.gradient if gradient else step.before).reshape(step.sizes)

    def layer(self, id_: str) -> Layer:
        """The layer itself, with its settings."""
        return self.drawn[id_]

    def before(self, layer: str) -> list[str]:
        """The layers whose values go into this one."""
        return [source for source, target in self.record.connections if target == layer]

    @cached_property
    def strongest(self) -> float:
        """The longest of the layers' gradients, or a tiny number."""
        return max((layer.gradient_norm or 0.0 for layer in self.record.layers.values()), default=0.0) or 1e-30

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many layers lie before each one, along the longest way."""
        depths = dict.fromkeys(self.record.layers, 0)
        for id_ in self.record.layers:  # each stands behind those that it depends on
            depths[id_] = max((depths[source] + 1 for source in self.before(id_)), default=0)
        return depths
