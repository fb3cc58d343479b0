"""A training that diverges ends with a sentence, or goes on; its run is whole, and can be resumed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.insight.training_snapshot import inspect_session
from app.project.presets import FOLDER
from app.protocol.events import Finished
from app.protocol.watch import Watch
from app.training.diagnosis import diagnose_run
from app.training.plan import Plan
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin, load_model, resume
from graph.errors import NetloomError
from graph.project import Project, read_project
from tests.battery.named_runs import table
from tests.battery.promise import Promise, Round

PRESETS = ("iris_mlp", "diabetes_mlp", "digits_mlp", "digits_cnn", "digits_rnn", "edge_autoencoder", "ring_gan")


def project_of(round: Round) -> Project:
    """A preset with a learning rate, and now and then inputs, that no training survives."""
    chance = round.chance
    read = read_project(FOLDER / f"{chance.choice(PRESETS)}.netloom")
    plan = Plan.of(read)
    changes: dict[str, Any] = {
        "learning_rate": 10.0 ** chance.uniform(0, 6),
        "epochs": 2,
        "batch_size": chance.choice((64, 512)),
        "device": "cpu",
    }
    if "adversarial" not in plan.objective:
        changes["optimiser"] = chance.choice(("sgd", "adam", "rmsprop"))
    most = next(spec.maximum for spec in plan.settings() if spec.name == "learning_rate")
    changes["learning_rate"] = min(changes["learning_rate"], most or math.inf)
    return Project(read.network, {**read.sections, "plan": plan.changed(**changes).to_json()})


def extreme(round: Round) -> Project:
    """Iris's network on a table of numbers near the largest and the smallest that there are."""
    from app.data.inspect import inspect

    file, power = round.place / "data.csv", round.chance.choice((-38, -20, 18, 30, 37))
    table(file, ["a", "b", "c", "d", "kind"], ["x", "y", "z"], round.chance)
    lines = file.read_text().splitlines()
    scaled = [",".join([*(f"{cell}e{power}" for cell in cells[:-1]), cells[-1]]) for cells in map(_cells, lines[1:])]
    file.write_text("\n".join([lines[0], *scaled]) + "\n")
    data = {**inspect(file, None, None, {}).choice(None).to_json(), "standardise": round.chance.random() < 0.5}
    read = read_project(FOLDER / "iris_mlp.netloom")
    plan = Plan.of(read).changed(epochs=2, learning_rate=10.0 ** round.chance.uniform(-3, 1))
    return Project(read.network, {**read.sections, "data": data, "plan": plan.to_json()})


def _cells(line: str) -> list[str]:
    return line.split(",")


def play(round: Round) -> int:
    """One training that is likely to diverge."""
    project = extreme(round) if round.chance.random() < 0.3 else project_of(round)
    run = round.place / "run"
    try:
        session = begin(project, None, run)
        session.control.watch = Watch(histograms=True, every=0.01)
        with np.errstate(all="ignore"):
            *_, last = train(session, inspect_session)
        assert isinstance(last, Finished)
        whole(run, last)
    except NetloomError:
        assert not run.exists(), "what was refused left a run"
    except Exception as error:
        error.add_note(f"plan {project.sections.get('plan')}, data {project.sections.get('data')}")
        raise
    return 1


def whole(path: object, last: Finished) -> None:
    """What is promised of a run that has ended: it is read, told of, looked into and resumed."""
    run = Run.open(path)  # type: ignore[arg-type]
    history, summary = run.history(), run.summary()
    assert history.finished is not None and summary.status == last.status
    if last.status == "failed":
        assert last.reason and last.reason.endswith((".", ";")) and "\n" not in last.reason, last.reason
        assert diagnose_run(run), "nothing is said of why it failed"
    if run.weights.is_file():
        load_model(run.path)
    try:
        *_, again = train(resume(run.path, 3))
        assert isinstance(again, Finished)
    except NetloomError as error:
        assert str(error).strip()


PROMISE = Promise("a training that diverges is told of in a sentence, and its run is whole", 200, play)
