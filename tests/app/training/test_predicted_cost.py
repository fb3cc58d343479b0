"""What is told of a training before it runs, in words and in its record, and beside it what it took."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.project.project_check import check_project
from app.training.calibration import keep
from app.training.measured_cost import told_and_measured
from app.training.predicted_cost import KEY, PredictedCost
from app.training.runs import Run, RunHistory
from app.training.trainer import train
from app.training.training_session import begin
from graph.changes import Section
from graph.project import Project
from graph.shapes import vector
from tests.app.training.test_calibration import measured
from tests.graph.networks import chain, layer

OLD_RUNS = Path(__file__).parents[2] / "old" / "runs"


def project(**plan: Any) -> Project:
    drawn = chain([layer("input", shape=vector(2)), layer("dense", units=8), layer("dense", units=2), layer("output")])
    data = {"source": "spirals", "options": {"samples": 100}}
    sections: dict[str, Section] = {"data": data, "plan": {"device": "cpu", **plan}}
    return Project(drawn.network, sections)


@pytest.mark.parametrize(
    ("memory", "seconds", "text"),
    [
        (310_000_000, 12.3, "about 12 s per epoch, 310 MB"),
        (310_000_000, None, "about 310 MB"),
        (2_400_000, 0.02, "about 20 ms per epoch, 2.4 MB"),
        (None, 150, "about 2 min 30 s per epoch"),
        (None, 0.02, "about 20 ms per epoch"),
        (None, None, ""),
    ],
)
def test_in_words(memory: int | None, seconds: float | None, text: str) -> None:
    assert PredictedCost(memory, seconds).text == text


def test_without_a_calibration_seconds_are_not_guessed(netloom_home: Path) -> None:
    report = check_project(project(), None)
    assert report.predicted.memory is not None and report.predicted.memory > 0
    assert report.to_json()["predicted"] == {"memory": report.predicted.memory, "seconds_per_epoch": None}
    keep(measured())
    timed = check_project(project(), None).to_json()["predicted"]
    assert timed["memory"] == report.predicted.memory
    assert timed["seconds_per_epoch"] > 2
    assert check_project(project(device="cuda"), None).predicted.seconds_per_epoch is None


def test_a_run_records_what_was_told_and_what_it_took(tmp_path: Path, netloom_home: Path) -> None:
    keep(measured())
    told = check_project(project(epochs=2), None).predicted
    for _ in train(begin(project(epochs=2), out=tmp_path / "run")):
        pass
    run = Run.open(tmp_path / "run")
    assert PredictedCost.read(run.environment[KEY]) == told
    both = told_and_measured(run.environment, run.history(points=False))
    assert both is not None and both.told == told
    assert both.measured.seconds_per_epoch is not None and both.measured.seconds_per_epoch > 0
    assert both.text.count(" / ") == (2 if both.measured.memory is not None else 1)
    assert "s / " in both.text


def test_memory_that_is_not_known_is_left_out() -> None:
    steps, losses = np.empty(0, np.int64), np.empty(0, np.float32)
    history = RunHistory(steps, losses, ({"seconds": 3.0},), None, {"memory": None})
    both = told_and_measured({KEY: {"memory": 5, "seconds_per_epoch": 4.0}}, history)
    assert both is not None and both.text == "4 s / 3 s per epoch"


@pytest.mark.parametrize("odd", [None, 3, [], {"memory": "many", "seconds_per_epoch": True}])
def test_what_is_no_prediction_says_nothing(odd: object) -> None:
    assert PredictedCost.read(odd) == PredictedCost()


def test_runs_of_earlier_versions_have_nothing_to_hold_side_by_side() -> None:
    old = [path.parent for path in OLD_RUNS.rglob("environment.json")]
    assert old
    for path in old:
        run = Run.open(path)
        assert told_and_measured(run.environment, run.history(points=False)) is None


def test_a_calibration_is_of_use_only_where_something_like_it_was_measured(netloom_home: Path) -> None:
    keep(replace(measured(), cuda=True))
    assert check_project(project(device="auto"), None).predicted.seconds_per_epoch is None
