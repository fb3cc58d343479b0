"""Repeats: one project trained several times, with other seeds or on the folds of its data, each an ordinary run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.data.folds import Fold
from app.training.plan import Plan
from app.training.run_labels import RunLabels, read_labels, write_labels
from app.training.runs import PROJECT, Run, RunSummary, digest, fresh_folder
from graph.errors import NetloomError
from graph.project import Project, encode, project_json

LARGEST_SEED = 2**31 - 1
LONGEST_NAME = 39
"""Letters of a title and the name of a repeat that the name of a folder has room for."""
PARTS = ("test", "validation")
"""The sets whose scores are gathered, the one that counts first."""


@dataclass(frozen=True, eq=False)
class Repeat:
    """One training of several; ``name`` tells it from the others, such as “seed 3” or “fold 2 of 5”."""

    name: str
    project: Project

    def folder(self, title: str, out: Path | None) -> Path:
        """Where its run is: in the folder ``out`` of all of them, else among all runs; nothing is made yet."""
        if out is not None:
            return out / self.name.replace(" ", "-")
        return fresh_folder(f"{title[: LONGEST_NAME - len(self.name)]} {self.name}")

    def kept(self, folder: Path) -> Run | None:
        """The run of it that was begun in ``folder``, None where there is none.

        Raises
        ------
        NetloomError
            if a run is there that cannot be used, or is of another project.
        """
        if not (folder / PROJECT).exists():
            return None
        run = Run.open(folder)
        if run.environment["project"] != digest(encode(project_json(self.project))):
            raise NetloomError(f"{folder} holds a run of another project, or of other settings; choose another --out.")
        return run

    def mark(self, run: Path) -> None:
        """Write its name on a run, as a tag."""
        labels = read_labels(run)
        if self.name not in labels.tags:
            write_labels(run, RunLabels(labels.project, labels.notes, (*labels.tags, self.name)))


def with_seeds(project: Project, count: int) -> tuple[Repeat, ...]:
    """The project ``count`` times, its training with seeds from the plan's own on; its data is divided as always.

    Raises
    ------
    NetloomError
        if there are not so many seeds.
    """
    plan = Plan.of(project)
    first = plan.seed
    if first + count - 1 > LARGEST_SEED:
        raise NetloomError(f"There are no {count} seeds from {first} on: the largest is {LARGEST_SEED}.")
    seeds = range(first, first + count)
    return tuple(Repeat(f"seed {seed}", _with(project, "plan", plan.changed(seed=seed).to_json())) for seed in seeds)


def with_folds(project: Project, count: int) -> tuple[Repeat, ...]:
    """The project on each of ``count`` folds of its data, without its test set.

    Raises
    ------
    NetloomError
        if it has no data.
    """
    from app.training.trainable import data_of

    choice = data_of(project)
    folds = [Fold(number=number, of=count) for number in range(1, count + 1)]
    return tuple(
        Repeat(str(fold), _with(project, "data", choice.model_copy(update={"fold": fold}).to_json())) for fold in folds
    )


def _with(project: Project, name: str, section: dict[str, Any]) -> Project:
    """The project with another section; its runs stay its own."""
    return Project(project.network, {**project.sections, name: section}, project.id)


@dataclass(frozen=True)
class Spread:
    """Values (n > 0) of one score over several runs."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their mean."""
        return statistics.fmean(self.values)

    @property
    def deviation(self) -> float | None:
        """Their sample standard deviation (n - 1 below the fraction), None of a single one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        ends = {"lowest": min(self.values), "highest": max(self.values)}
        return {"mean": self.mean, "deviation": self.deviation, **ends, "values": list(self.values)}


def spreads(summaries: Sequence[RunSummary]) -> dict[str, dict[str, Spread]]:
    """How the scores of runs spread, by set and score; what a run lacks, or has no finite number of, is left out."""
    found = {part: _of_part([getattr(summary, part) for summary in summaries]) for part in PARTS}
    return {part: scores for part, scores in found.items() if scores}


def _of_part(measured: Sequence[Mapping[str, float | None]]) -> dict[str, Spread]:
    names = dict.fromkeys(name for scores in measured for name in scores)
    numbers = {name: tuple(_finite(scores.get(name) for scores in measured)) for name in names}
    return {name: Spread(values) for name, values in numbers.items() if values}


def _finite(values: Iterable[float | None]) -> Iterator[float]:
    return (value for value in values if value is not None and math.isfinite(value))
