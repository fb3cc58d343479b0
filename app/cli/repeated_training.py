"""Training several times by command line: other seeds or the folds of the data, then each score with its spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.failures import FAILED
from app.cli.printing import metric_words, percent, print_json, print_line, print_table
from app.system.own_command import PROGRAM

if TYPE_CHECKING:
    from app.protocol.control import Control
    from app.sweep.repeats import Repeat, Spread
    from app.training.runs import RunSummary
    from app.training.training_session import TrainingSession
    from graph.project import Project

LISTED = 10
"""Runs up to which the table has a column for each."""


@dataclass(frozen=True)
class Training:
    """How one training of several is begun and carried out: as one alone would be."""

    begin: Callable[[Project, Path], TrainingSession]
    run: Callable[[TrainingSession], int]
    control: Control
    json: bool


def train_all(repeats: Sequence[Repeat], title: str, out: Path | None, training: Training) -> int:
    """Train every one of ``repeats`` that is not there yet, and print how their scores spread; returns the exit code.

    With a folder ``out`` what was done before is kept, and what was stopped goes on.

    Raises
    ------
    NetloomError
        if one cannot be begun, or ``out`` holds runs of another project.
    """
    done: list[tuple[Repeat, RunSummary]] = []
    for number, repeat in enumerate(repeats, 1):
        if training.control.stopping:
            break
        if not training.json:
            print_line(f"{repeat.name[:1].upper()}{repeat.name[1:]}, {number} of {len(repeats)} trainings:")
        done.append((repeat, _trained(repeat, repeat.folder(title, out), training)))
    return _told(done, len(repeats), out, training)


def _trained(repeat: Repeat, folder: Path, training: Training) -> RunSummary:
    """The summary of one run: of the one that is there, gone on with where it was stopped, else of a new one."""
    from app.training.runs import Run
    from app.training.training_session import resume

    kept = repeat.kept(folder)
    before = kept.summary() if kept is not None else None
    if before is not None and before.status in ("completed", "failed"):
        if not training.json:
            print_line(f"It is there already, in {folder}.")
        return before
    session = resume(folder) if before is not None else training.begin(repeat.project, folder)
    repeat.mark(folder)
    training.run(session)
    return Run.open(folder).summary()


def _told(done: Sequence[tuple[Repeat, RunSummary]], whole: int, out: Path | None, training: Training) -> int:
    from app.sweep.repeats import spreads

    completed = [(repeat, summary) for repeat, summary in done if summary.status == "completed"]
    scores = spreads([summary for _, summary in completed])
    failed = sum(summary.status == "failed" for _, summary in done)
    status = "stopped" if len(done) < whole or training.control.stopping else "failed" if failed else "completed"
    code = FAILED if status == "failed" else 0
    if training.json:
        runs = [{"name": repeat.name, **summary.to_json()} for repeat, summary in done]
        told = {part: {name: each.to_json() for name, each in spread.items()} for part, spread in scores.items()}
        print_json({"event": "finished", "status": status, "repeats": whole, "runs": runs, "scores": told})
        return code
    _print_scores(scores, [repeat.name for repeat, _ in completed])
    if status == "stopped":
        on = f"{PROGRAM} train with the same options goes on." if out is not None else "With --out it could go on."
        print_line(f"Stopped after {len(completed)} of {whole} trainings. {on}")
    elif failed:
        print_line(f"{failed} of {whole} trainings failed, and count nothing.")
    return code


def _print_scores(scores: dict[str, dict[str, Spread]], names: Sequence[str]) -> None:
    """A row for each score: mean, standard deviation and ends, and of few runs every value."""
    each = list(names) if len(names) <= LISTED else []
    rows: list[tuple[Any, ...]] = []
    for part, spread in scores.items():
        for name, over in spread.items():
            ends = (over.mean, over.deviation, min(over.values), max(over.values))
            values = over.values if len(over.values) == len(each) else [None] * len(each)
            cells = ("" if value is None else percent(name, value) for value in (*ends, *values))
            rows.append((f"{part} {metric_words(name)}", *cells))
    if rows:
        heads = ("mean", "standard deviation", "lowest", "highest", *each)
        print_table((f"over {len(names)} runs", *heads), rows, heads)
