"""A run whose curves are on the plots: its name and hue, and the epochs that are known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from app.data.data_choice import DataChoice
from app.data.dataset import FieldInfo
from app.protocol.events import Epoch
from app.training.loss_names import loss_in_words
from app.training.losses import is_standardised
from app.training.plan import Plan
from app.training.runs import Run
from graph.errors import NetloomError
from widgets.plots.curve import Part
from widgets.training.metric_text import IN_UNITS, own_name, title_of
from widgets.training.run_scale import RunScale

PARTS: tuple[Part, Part] = ("train", "validation")

STANDARDISED = (
    "This one is computed from standardised values (mean 0, standard deviation 1). "
    "RMSE and MAE, in the plot beside it, are in the data's own units."
)
"""What the axis of such a loss adds to its tooltip."""


@dataclass(frozen=True)
class Measures:
    """What a run is measured in; each is empty if not known.

    ``unit`` is the unit of what it predicts, ``errors`` says in what errors such as the RMSE are counted, also where
    the data name no unit. ``loss`` is the loss in words: only losses that are called alike are of one kind.
    ``standardised`` says that the loss is not in that unit.
    """

    unit: str = ""
    loss: str = ""
    errors: str = ""
    standardised: bool = False


@dataclass(eq=False)
class ShownRun:
    """A run whose curves are shown: its name and hue, and what is known of it."""

    path: Path
    name: str
    hue: int
    measures: Measures
    scale: RunScale
    others: list[str] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    test: Mapping[str, Any] = field(default_factory=dict)
    best: Epoch | None = None
    """The epoch whose weights are the best so far."""
    validated: bool = False
    """Whether there is a validation set."""

    def curve(self, part: str) -> str:
        """The id of the curve of a part, or of a further loss."""
        return f"{self.path}|{part}"

    def has(self, metric: str) -> bool:
        """Whether the run was measured by ``metric``."""
        return metric in self.metrics

    def add_epoch(self, epoch: Epoch) -> None:
        """Take note of an epoch; of a resumed run it replaces those that are done anew."""
        while self.epochs and self.epochs[-1].step >= epoch.step:
            self.epochs.pop()
        if self.best is not None and self.best.step >= epoch.step:
            self.best = next((done for done in reversed(self.epochs) if done.best), None)
        self.epochs.append(epoch)
        self.validated = self.validated or bool(epoch.validation)
        self.best = epoch if epoch.best else self.best
        self.scale.add_epoch(epoch.epoch, epoch.step, epoch.seconds)


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


def metrics_of(epoch: Epoch, part: Part) -> Mapping[str, Any]:
    """Return what an epoch measured on a part of the data."""
    return epoch.train if part == "train" else epoch.validation


def measures(path: Path) -> Measures:
    """Return what the run in a folder is measured in, as far as the files here tell it."""
    try:
        return measures_of(Run.open(path))
    except NetloomError:
        return Measures()


def measures_of(run: Run) -> Measures:
    """The same of a run that is open."""
    sections = run.project.sections
    try:
        choice, plan = DataChoice.parse(sections.get("data")), Plan.of(run.project)
        info = choice.known_info(run.base)
        target = info.target_field() if info is not None else None
    except NetloomError:
        return Measures()
    if info is None or target is None:
        return Measures()
    unit = target.units[0] if len(set(target.units)) == 1 else ""
    words = loss_in_words(run.project.network, sections, plan, info)
    if plan.objective != "supervised" or target.fixed or target.classes or target.labels or target.listed:
        return Measures(unit, words)
    return Measures(unit, words, unit or _own_units(target), is_standardised(target, sections))


def _own_units(target: FieldInfo) -> str:
    """What errors are counted in where the data name no unit: the column that is predicted, also steps ahead."""
    columns = {name.rpartition(" +")[0] for name in target.names}
    return f"in units of {columns.pop() or target.name}" if len(columns) == 1 else f"in units of {target.name}"


def metric_title(metric: str, measured: Sequence[Measures]) -> str:
    """Name a metric for an axis, with its unit where all runs that have it share one."""
    units = {each.errors for each in measured}
    unit = units.pop() if len(units) == 1 and own_name(metric) in IN_UNITS else ""
    return f"{title_of(metric)} ({unit})" if unit else title_of(metric)


def loss_title(measured: Sequence[Measures]) -> tuple[str, str]:
    """Name the loss for an axis, where all runs have the same one, and say more of a standardised one."""
    losses = {each.loss for each in measured}
    loss = losses.pop() if len(losses) == 1 else ""
    return f"Loss ({loss})" if loss else "Loss", STANDARDISED if any(each.standardised for each in measured) else ""


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of a metric is known."""
    return isinstance(value, int | float)
