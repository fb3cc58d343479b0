"""Green means that it trains: what the check passes takes a training step on its data, what it refuses does not."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from unittest.mock import patch

import torch

from app.project.project_check import Report, check_project
from app.training import trainable
from app.training.training_session import TrainingSession, begin
from graph.checking.dead_layers import leading_to_outputs
from graph.checking.layer_info import Severity
from graph.errors import NetloomError
from graph.project import Project, project_bytes
from tests.battery.promise import Promise, Round
from tests.battery.random_projects import Drawn, draw

PROJECTS = 20
"""In one round."""
MEANINGLESS = (
    "a softmax makes 1",
    "GroupNorm makes 0",
    "nothing to learn",
    "cannot be frozen",
    "no running averages",
    "draws noise",
    "is standardised",
    "it has vectors for",  # a first batch need not hold the others
    "steps are too few for",  # a first batch need not hold these, and what they lose counts as nothing
)
"""What sentences say of that which takes a step all the same, and learns nothing by it or something else than meant."""
ON_THE_DATA = ("reads words of",)
"""What only a look at the built network shows."""


def step(project: Project, base: Path, run: Path) -> None:
    """One training step, a look at the validation set, and the prediction of a single sample.

    Raises
    ------
    NetloomError
        if the project is refused.
    """
    session = begin(project, base, run)
    model = session.model
    model.module.train()
    stepper = session.stepper()
    batch = next(session.train.epoch(model.plan.seed, 0, model.plan.batch_size))
    outputs = stepper.step(batch, session.schedule.lr(0))
    losses = stepper.collect()
    assert not stepper.diverged and len(losses) == 1 and math.isfinite(losses[0]), f"loss {losses}"
    session.meter.add(outputs, batch.targets)
    model.measure(session.validation)
    _predict_one(session)


def _predict_one(session: TrainingSession) -> None:
    """A single sample is predicted, or refused in a sentence where the check has warned of that."""
    model = session.model
    try:
        with model.evaluating():
            model.objective.predict(session.train.pick(0).inputs, model.forward)
    except NetloomError as error:
        assert "batch normalisation" in str(error).lower(), error


def faults(report: Report) -> list[str]:
    """The sentences that keep a project from being trained."""
    return [problem.message for problem in report.problems if problem.severity is Severity.ERROR]


def hold(drawn: Drawn, place: Path) -> None:
    """Compare what the check says with what training does."""
    refused = faults(check_project(drawn.project, drawn.base))
    if not refused:
        try:
            step(drawn.project, drawn.base, place / "run")
        except NetloomError as error:
            assert any(words in str(error) for words in ON_THE_DATA), f"green, and refused: {error}"
        return
    try:
        step(drawn.project, drawn.base, place / "run")
    except NetloomError as error:
        assert str(error).startswith(refused[0]), f"the check says {refused[0]!r}, training {str(error)!r}"
    else:
        raise AssertionError(f"refused by the check, and trained: {refused}")
    if any(words in sentence for sentence in refused for words in MEANINGLESS) or _is_idle(drawn.project, refused[0]):
        return
    with patch.object(trainable, "refuse"):
        try:
            step(drawn.project, drawn.base, place / "ungated")
        except Exception:
            return
    raise AssertionError(f"refused without a reason, it trains: {refused}")


def _is_idle(project: Project, sentence: str) -> bool:
    """Whether a sentence is of a layer that leads to no output: it must fit all the same, and would not be computed."""
    return sentence.partition(":")[0] in set(project.network.ids) - leading_to_outputs(project.network)


def play(round: Round) -> int:
    """Twenty projects."""
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(PROJECTS):
            place = round.place / f"{number}"
            place.mkdir()
            drawn = draw(round.chance, place)
            try:
                hold(drawn, place)
            except Exception as error:
                error.add_note(f"project {number} of the round:\n{_shown(drawn.project)}")
                raise
    return PROJECTS


def _shown(project: Project) -> str:
    return json.dumps(json.loads(project_bytes(project)))[:6000]


PROMISE = Promise("what the check passes trains, and what it refuses does not", 10_000, play)
