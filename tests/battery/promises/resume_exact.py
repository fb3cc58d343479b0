"""A training that is stopped at any step and resumed gives the same bits as one that was never stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.project.presets import FOLDER
from app.protocol.events import Event, Paused
from app.training.checkpoints import load
from app.training.plan import Plan
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from graph.project import Project, read_project
from tests.battery.promise import Promise, Round

PRESETS = ("iris_mlp", "spirals_mlp", "digits_gru", "adding_lstm", "edge_autoencoder", "ring_gan", "dates_attention")
"""Feed-forward and recurrent networks, and one for each other objective."""
STOPS = 3
"""In one round."""
LONGEST = 60
"""Steps of a training that is tried, at most, about."""


def project_of(round: Round, name: str) -> Project:
    """A preset with few and large batches, some of them with other settings that keep a state."""
    read = read_project(FOLDER / f"{name}.netloom")
    plan = Plan.of(read)
    changes: dict[str, Any] = {"epochs": round.chance.choice((1, 2, 3)), "batch_size": 256, "device": "cpu"}
    if name not in ("ring_gan",):
        changes["optimiser"] = round.chance.choice(("adam", "sgd", "rmsprop"))
        changes["schedule"] = round.chance.choice(("constant", "step", "cosine", "one_cycle", "plateau"))
    changes = {key: value for key, value in changes.items() if hasattr(plan, key)}
    return Project(read.network, {**read.sections, "plan": plan.changed(**changes).to_json()})


def finish(session: TrainingSession) -> list[Event]:
    """Train to the end."""
    return list(train(session))


def stopped(session: TrainingSession, at: int) -> None:
    """Train a session that begins paused step by step until ``at``, then stop."""
    for event in train(session):
        if isinstance(event, Paused):
            (session.control.step if session.position.steps < at else session.control.stop)()


def same(one: Path, other: Path) -> None:
    """The same weights bit for bit, and the same metrics of every epoch."""
    (mine, _), (its, _) = load(Run.open(one).weights), load(Run.open(other).weights)
    assert mine.keys() == its.keys()
    different = [name for name in mine if mine[name].numpy().tobytes() != its[name].numpy().tobytes()]
    assert not different, f"other weights: {different[:5]}"
    lines = [[(line["train"], line["validation"]) for line in Run.open(run).history().epochs] for run in (one, other)]
    assert lines[0] == lines[1], f"other metrics: {lines}"


def play(round: Round) -> int:
    """One training that is never stopped, and others of the same project that are stopped once or twice."""
    name = round.chance.choice(PRESETS)
    project = project_of(round, name)
    whole = begin(project, None, round.place / "whole")
    finish(whole)
    steps = min(whole.position.steps, LONGEST)
    for number in range(STOPS):
        run, at = round.place / f"stopped{number}", round.chance.randrange(steps)
        try:
            stopped(begin(project, None, run, paused=True), at)
            if round.chance.random() < 0.5 and at + 1 < steps:
                stopped(resume(run, paused=True), round.chance.randrange(at, steps))
            finish(resume(run))
            same(round.place / "whole", run)
        except Exception as error:
            error.add_note(f"{name}, stopped at step {at} of {steps}, plan {project.sections['plan']}")
            raise
    return STOPS


PROMISE = Promise("a training that is stopped and resumed gives the same bits", 2_000, play)
