"""A run whose curves are on the plots: its name and hue, and the epochs that are known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from app.data.data_choice import DataChoice
from app.protocol.events import Epoch
from app.training.runs import Run
from graph.errors import NetloomError
from widgets.plots.curve import Part
from widgets.training.run_scale import RunScale

PARTS: tuple[Part, Part] = ("train", "validation")


@dataclass(eq=False)
class ShownRun:
    """A run whose curves are shown: its name and hue, and what is known of it."""

    path: Path
    name: str
    hue: int
    unit: str
    scale: RunScale
    others: list[str] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    test: Mapping[str, Any] = field(default_factory=dict)

    def curve(self, part: str) -> str:
        """The id of the curve of a part, or of a further loss."""
        return f"{self.path}|{part}"

    def has(self, metric: str) -> bool:
        """Whether the run was measured by ``metric``."""
        return metric in self.metrics

    @property
    def validated(self) -> bool:
        """Whether there is a validation set."""
        return any(epoch.validation for epoch in self.epochs)

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights are the best so far."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)


def epoch_of(line: Mapping[str, Any]) -> Epoch:
    """The epoch that a line of a run's log tells of; what old logs do not hold is filled in."""
    number = int(line["epoch"])
    rate, seconds = line.get("learning_rate"), line.get("seconds")
    return Epoch(
        epoch=number,
        epochs=int(line.get("epochs") or number),
        step=int(line["step"]),
        train=line["train"],
        validation=line["validation"],
        learning_rate=float(rate) if is_number(rate) else float("nan"),
        seconds=float(seconds) if is_number(seconds) else 0.0,
        best=bool(line.get("best")),
    )


def target_unit(path: Path) -> str:
    """Return the unit of what the run in a folder predicts, empty where it has none or no file here tells it."""
    try:
        run = Run.open(path)
        info = DataChoice.parse(run.project.sections.get("data")).known_info(run.base)
        units = info.target_field().units if info is not None else ()
    except NetloomError:
        return ""
    return units[0] if units else ""


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of a metric is known."""
    return isinstance(value, int | float)
