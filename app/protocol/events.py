"""What training says while it runs: frozen events, which travel as messages and are printed as JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from app.protocol.json_values import plain
from app.protocol.messages import Array, Message
from app.protocol.views import NetworkViews

Metrics = Mapping[str, float]
"""Values by name: ``loss``, then ``accuracy``, or ``rmse``, ``mae`` and ``r2`` in the data's own units."""

SHARES = frozenset({
    "accuracy", "token_accuracy", "sequence_accuracy", "next_token_accuracy", "real_accuracy", "made_accuracy",
    "neighbour_accuracy", "exact_match", "balanced_accuracy", "mean_iou", "pixel_accuracy", "map_50",
})  # fmt: skip
"""Metrics that are shares of right answers."""

PER_CENT = SHARES | {"label_error"}
"""Metrics that people read in per cent."""

Status = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True, eq=False)
class Event(Message):
    """One thing that a training run says."""

    name: ClassVar[str]

    def values(self) -> dict[str, Any]:
        """The fields that are plain values, as strict JSON."""
        names = [field.name for field in fields(self) if field.name not in self.array_names()]
        return {name: plain(getattr(self, name)) for name in names}

    def array_names(self) -> tuple[str, ...]:
        """The fields that are arrays, or mappings of arrays."""
        return ()

    def arrays(self) -> dict[str, Array]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in self.array_names()}

    def to_json(self) -> dict[str, Any]:
        """The event as one JSON object, for the command line and the run's log; arrays are lists of numbers."""
        return {"event": self.name, **self.values(), **{name: list_of(array) for name, array in self.arrays().items()}}


def list_of(array: Array) -> Any:
    """An array as nested lists of numbers that JSON has."""
    return plain(array.tolist())


@dataclass(frozen=True, eq=False)
class Started(Event):
    """Training begins, or continues, with ``epoch`` (1-based) as its first epoch."""

    name: ClassVar[str] = "started"
    run: str
    epochs: int
    epoch: int
    step: int
    steps_per_epoch: int
    parameters: int
    device: str
    metrics: tuple[str, ...]
    monitor: str
    """What decides which weights are best: ``validation`` loss, or ``train`` loss where there is no validation set."""
    fast_paths: tuple[str, ...] = ()
    """Calculations of Netloom's own that take the place of PyTorch's (`app.training.fast_paths`)."""
    processes: int = 1
    """How many processes train together (`app.training.ranks`)."""


@dataclass(frozen=True, eq=False)
class Points(Event):
    """Training losses of single batches: ``step`` int64 (n,), 1-based over the whole run; ``loss`` float32 (n,).

    ``others`` are further losses by name, float32 (n,), NaN where a step took none.
    """

    name: ClassVar[str] = "points"
    step: Array
    loss: Array
    others: Mapping[str, Array] = field(default_factory=dict)

    def array_names(self) -> tuple[str, ...]:
        """All fields are arrays."""
        return ("step", "loss", "others")

    def arrays(self) -> dict[str, Array]:
        """The arrays by name."""
        return {"step": self.step, "loss": self.loss, **self.others}


@dataclass(frozen=True, eq=False)
class TrainingProgress(Event):
    """Where training stands: steps done in this epoch, samples per second, seconds left (None: not known yet)."""

    name: ClassVar[str] = "progress"
    epoch: int
    step: int
    steps_per_epoch: int
    samples_per_second: float
    seconds_left: float | None


@dataclass(frozen=True, eq=False)
class Epoch(Event):
    """An epoch (1-based) is done: its metrics on both parts, after ``step`` steps of the run, in ``seconds``."""

    name: ClassVar[str] = "epoch"
    epoch: int
    epochs: int
    step: int
    train: Metrics
    validation: Metrics
    learning_rate: float
    seconds: float
    best: bool


@dataclass(frozen=True, eq=False)
class EvaluationProgress(Event):
    """Training is over and its weights are tested: ``done`` of the ``samples`` of the test set so far."""

    name: ClassVar[str] = "testing"
    done: int
    samples: int


MOST_CLASSES = 40
"""Classes up to which the confusion matrix is counted after every epoch."""


@dataclass(frozen=True, eq=False)
class EpochConfusion(Event):
    """Which classes the network takes for which after an epoch (1-based), over the validation set.

    ``counts`` is int64 (classes, classes): rows are the truth, columns what was predicted.
    """

    name: ClassVar[str] = "confusion"
    epoch: int
    classes: tuple[str, ...]
    counts: Array

    def array_names(self) -> tuple[str, ...]:
        """The counts."""
        return ("counts",)


@dataclass(frozen=True, eq=False)
class Snapshot(Event):
    """What the network looks like inside after ``step`` steps, in ``epoch`` (1-based; 0 where nothing trains)."""

    name: ClassVar[str] = "snapshot"
    step: int
    epoch: int
    views: NetworkViews

    def array_names(self) -> tuple[str, ...]:
        """Views are for a window; logs leave them out."""
        return ("views",)

    def arrays(self) -> dict[str, Array]:
        """No arrays go into a log."""
        return {}


@dataclass(frozen=True, eq=False)
class Paused(Event):
    """Training waits after ``step`` steps."""

    name: ClassVar[str] = "paused"
    step: int


@dataclass(frozen=True, eq=False)
class Resumed(Event):
    """Training goes on after a pause."""

    name: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True, eq=False)
class TrainingNote(Event):
    """Something that a person should know while training goes on, in a sentence."""

    name: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, eq=False)
class Finished(Event):
    """Training is over. ``reason`` says why where it was not simply completed; ``test`` is empty unless tested.

    ``memory`` are the most bytes that it took beside the program itself; None where that is not known.
    """

    name: ClassVar[str] = "finished"
    status: Status
    reason: str | None
    test: Metrics
    best_epoch: int | None
    epoch: int
    step: int
    seconds: float
    run: str
    memory: int | None = None
