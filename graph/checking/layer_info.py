"""What the checker finds out: problems, shapes and costs of a layer, and what the data asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph.checking.fixes import Fix
from graph.layers.window_rule import ReceptiveField
from graph.shapes import Shape

VALUE_BYTES = 4
"""Bytes of a value in float32, in which networks calculate unless the plan says otherwise."""


class Severity(StrEnum):
    """Errors keep a network from training; warnings and hints do not."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, in words a student understands, and what would repair it."""

    severity: Severity
    layer: str | None
    port: str | None
    message: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class Costs:
    """What a layer or a network costs for one sample."""

    connections: int = 0
    flops: int = 0
    activations: int = 0

    @property
    def activation_bytes(self) -> int:
        """Memory of the values that are made."""
        return self.activations * VALUE_BYTES

    def __add__(self, other: Costs) -> Costs:
        each = ((getattr(self, name) + getattr(other, name)) for name in ("connections", "flops", "activations"))
        return Costs(*each)

    def times(self, steps: int) -> Costs:
        """The costs of so many steps."""
        return Costs(self.connections * steps, self.flops * steps, self.activations * steps)


@dataclass(frozen=True)
class LayerInfo:
    """What is known of one layer. ``outputs`` is empty where the shapes are not known.

    ``connections``, ``flops`` and ``activations`` are for one sample, and count an open number of steps as one.
    """

    inputs: Mapping[str, Shape] = field(default_factory=dict)
    outputs: Mapping[str, Shape] = field(default_factory=dict)
    parameters: int = 0
    connections: int = 0
    flops: int = 0
    activations: int = 0
    receptive_field: ReceptiveField | None = None
    problems: tuple[Problem, ...] = ()
    dead: bool = False
    """Whether it leads to no output while others do, so that nothing it computes is used."""
    at_length: Costs | None = None
    """The costs with as many steps as the longest sample of the data has; None where no time is open, or it is not
    known how long samples are."""

    @property
    def is_open(self) -> bool:
        """Whether the number of steps of something that arrives or leaves is open, so that costs are those of one."""
        return any(shape.is_open for shape in (*self.inputs.values(), *self.outputs.values()))

    @property
    def refuses(self) -> bool:
        """Whether shapes arrive from which the layer makes nothing, because something is wrong."""
        return bool(self.inputs and self.problems) and not self.outputs

    @property
    def costs(self) -> Costs:
        """The costs of one sample, of one step where the number of steps is open."""
        return Costs(self.connections, self.flops, self.activations)

    @property
    def activation_bytes(self) -> int:
        """Memory of the values that the layer makes, per sample."""
        return self.activations * VALUE_BYTES

    @property
    def jump(self) -> tuple[int, ...] | None:
        """Distance in places of the network's input between neighbours of the output, per axis; None as below."""
        return self.receptive_field.jump if self.receptive_field else None

    @property
    def receptive_size(self) -> tuple[int, ...] | None:
        """Size of the receptive field per spatial axis; None where there are no places or all input is seen."""
        return self.receptive_field.size if self.receptive_field else None


@dataclass(frozen=True)
class DataSpec:
    """What the chosen data offers, by field name; ``targets`` are the shapes that a network's outputs must have."""

    inputs: Mapping[str, Shape]
    targets: Mapping[str, Shape]
    default_input: str
    default_target: str
    labels: Mapping[str, int] = field(default_factory=dict)
    """For targets of tokens, how many different ones there are."""
    binary: frozenset[str] = frozenset()
    """Targets of two classes, for which a single value is enough: the probability of the second."""
    ctc: bool = False
    """Whether outputs that leave their loss open are compared with rows of labels whose places are unknown (CTC)."""
