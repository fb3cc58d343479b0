"""What a training will take, told before it runs: memory, and seconds per epoch where this machine was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.data.dataset import DatasetInfo
from app.system.number_format import duration, scaled
from app.training.calibration import Calibration, epoch_seconds_of, known_calibration
from app.training.data_spec import data_spec
from app.training.plan_problems import readable_plan
from app.training.runs import MOST_CHECKPOINTS
from app.training.start_section import StartSection
from app.training.training_memory import Training, parse_training
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.project import Project

WEIGHT_BYTES = 4
"""Bytes of a weight in a file."""
KEY = "predicted"
"""What a run's environment and the command line's JSON call it."""


@dataclass(frozen=True)
class PredictedCost:
    """Bytes of memory beside the program's own, and seconds of an epoch with its validation; None where not known."""

    memory: int | None = None
    seconds_per_epoch: float | None = None
    checkpoints: int = 0
    """Epochs whose weights are kept in files of their own."""
    disk: int = 0
    """Bytes of these files together."""

    def to_json(self) -> dict[str, Any]:
        """The prediction as plain JSON values; files of weights are there where some are kept."""
        kept = {"checkpoints": self.checkpoints, "disk": self.disk} if self.checkpoints else {}
        return {"memory": self.memory, "seconds_per_epoch": self.seconds_per_epoch, **kept}

    @classmethod
    def read(cls, value: object) -> PredictedCost:
        """The prediction that `to_json` gave; nothing of what is no number."""
        known = value if isinstance(value, Mapping) else {}
        memory, seconds = known.get("memory"), known.get("seconds_per_epoch")
        return cls(
            int(memory) if _is_number(memory) else None,  # type: ignore[arg-type]
            float(seconds) if _is_number(seconds) else None,  # type: ignore[arg-type]
        )

    @property
    def text(self) -> str:
        """``about 12 s per epoch, 310 MB; 20 files of weights, 24 MB on the disk``; empty where nothing is known."""
        return "; ".join(filter(None, (self.cost, self.files))) if self.cost else ""

    @property
    def cost(self) -> str:
        """The same without what is kept: ``about 12 s per epoch, 310 MB``."""
        told = cost_words(self.seconds_per_epoch, self.memory)
        return f"about {told}" if told else ""

    @property
    def files(self) -> str:
        """``20 files of weights, 24 MB on the disk``; empty where none are kept."""
        files = "file" if self.checkpoints == 1 else "files"
        return f"{self.checkpoints} {files} of weights, {scaled(self.disk, 'B')} on the disk" if self.disk else ""


NOT_KNOWN = PredictedCost()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cost_words(seconds: float | None, memory: float | None) -> str:
    """``12 s per epoch, 310 MB``, as far as it is known."""
    time = "" if seconds is None else f"{duration(seconds)} per epoch"
    return ", ".join(filter(None, (time, "" if memory is None else scaled(memory, "B"))))


def frozen_layers(sections: Mapping[str, Any]) -> tuple[str, ...]:
    """The layers that a project freezes; none where its section cannot be read."""
    try:
        return StartSection.read(sections.get("start")).frozen
    except NetloomError:
        return ()


def project_training(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> Training | None:
    """What decides how long a training of a project takes; None where something of it is not known."""
    return parse_training(checker, sections, info, frozen_layers(sections))


def cost_of_project(project: Project, info: DatasetInfo) -> PredictedCost:
    """What a training of a project on data takes on this machine, for its record."""
    checker = Checker(Document(project.network, project.sections), data_spec(info, project.sections.get("plan")))
    try:
        return predicted_cost(checker, project.sections, info, known_calibration())
    finally:
        checker.close()


def predicted_cost(
    checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, known: Calibration | None
) -> PredictedCost:
    """What a training of a project will take; ``known`` is what was measured of this machine.

    ``checker`` knows what the data offers.
    """
    training = project_training(checker, sections, info)
    if training is None:
        return NOT_KNOWN
    seconds = epoch_seconds_of(training, known) if known is not None else None
    plan = readable_plan(sections.get("plan"))
    kept = min(plan.checkpoints, MOST_CHECKPOINTS) if plan is not None else 0
    return PredictedCost(training.memory.total, seconds, kept, kept * checker.parameters * WEIGHT_BYTES)
