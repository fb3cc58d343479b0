"""One training step as the worker told it, and the places at which one stops while going through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.protocol.loose import Loose as Message
from graph.layers.base import Layer

Floats = NDArray[np.float32]


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


@dataclass(frozen=True)
class LayerSeen:
    """A layer that took part: its sizes without the batch, and lengths of its values' and gradient's vectors.

    ``gradient`` is None where none comes back. ``weights`` names its parameters.
    """

    id: str
    kind: str
    title: str
    family: str
    sizes: tuple[int, ...]
    value: float
    gradient: float | None
    weights: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many values it gives for a sample."""
        return int(np.prod(self.sizes)) if self.sizes else 1


@dataclass(frozen=True)
class WeightSeen:
    """A parameter: its sizes, and lengths of its vector, of its gradient and of its step."""

    name: str
    sizes: tuple[int, ...]
    value: float
    gradient: float
    step: float


class StepSeen:
    """Everything about one step, by layer and parameter. ``drawn`` are the layers of the network that took it."""

    def __init__(self, message: Message, drawn: Mapping[str, Layer]) -> None:
        fields = message.fields
        self._drawn = drawn
        self.facts: Mapping[str, Any] = fields
        self.arrays: Mapping[str, Floats] = message.arrays
        self.size = int(fields["size"])
        self.loss, self.after = _number(fields["loss"]), _number(fields["after"])
        self.layers = {one["id"]: _layer(one) for one in fields["layers"]}
        self.weights = {one["name"]: _weight(one) for one in fields["weights"]}
        self.wires = [(str(source), str(target)) for source, target in fields["wires"]]
        self.heads: list[Mapping[str, Any]] = list(fields["heads"])

    @cached_property
    def stops(self) -> list[Stop]:
        """All places to stop, from the first layer's values to the new weights."""
        order = list(self.layers)
        forward = [Stop(Phase.FORWARD, id_) for id_ in order]
        backward = [Stop(Phase.BACKWARD, id_) for id_ in reversed(order)]
        return [*forward, Stop(Phase.LOSS), *backward, Stop(Phase.UPDATE)]

    @property
    def samples(self) -> int:
        """How many of the batch's samples can be looked at."""
        return len(next(iter(self.arrays[f"value/{id_}"] for id_ in self.layers)))

    def value(self, layer: str, sample: int) -> Floats:
        """What a layer gave for a sample, or its first values, (k,)."""
        found: Floats = self.arrays[f"value/{layer}"][sample]
        return found

    def gradient(self, layer: str, sample: int) -> Floats | None:
        """How the batch's loss changes with these values, (k,); None where nothing comes back."""
        found = self.arrays.get(f"gradient/{layer}")
        return None if found is None else found[sample]

    def numbers(self, part: str, weight: str) -> Floats:
        """A parameter's numbers in a row, or its first ones: ``before``, ``slope`` (the gradient) or ``after``."""
        return self.arrays[f"{part}/{weight}"]

    def matrix(self, weight: str, part: str = "before") -> Floats | None:
        """A parameter of two axes as (outputs, inputs), if it is known in full."""
        sizes = self.weights[weight].sizes if weight in self.weights else ()
        found = self.arrays.get(f"{part}/{weight}")
        return found.reshape(sizes) if len(sizes) == 2 and found is not None and found.size == np.prod(sizes) else None

    def layer(self, id_: str) -> Layer:
        """The layer itself, with its settings."""
        return self._drawn[id_]

    def before(self, layer: str) -> list[str]:
        """The layers whose values go into this one."""
        return [source for source, target in self.wires if target == layer]

    @cached_property
    def strongest(self) -> float:
        """The longest of the layers' gradients, or a tiny number."""
        return max((one.gradient or 0.0 for one in self.layers.values()), default=0.0) or 1e-30

    @cached_property
    def depths(self) -> dict[str, int]:
        """How many layers lie before each one, along the longest way."""
        found = dict.fromkeys(self.layers, 0)
        for id_ in self.layers:  # each stands behind those that it depends on
            found[id_] = max((found[source] + 1 for source in self.before(id_)), default=0)
        return found


def _layer(one: Mapping[str, Any]) -> LayerSeen:
    gradient = one["gradient"]
    return LayerSeen(
        str(one["id"]),
        str(one["kind"]),
        str(one["title"]),
        str(one["family"]),
        tuple(int(size) for size in one["sizes"]),
        _number(one["value"]),
        None if gradient is None else float(gradient),
        tuple(str(name) for name in one["weights"]),
    )


def _weight(one: Mapping[str, Any]) -> WeightSeen:
    sizes = tuple(int(size) for size in one["sizes"])
    return WeightSeen(str(one["name"]), sizes, *(_number(one[part]) for part in ("value", "gradient", "step")))


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
