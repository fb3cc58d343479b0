"""Repeats: seeds and folds as ordinary runs, kept and gone on with, and how their scores spread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.sweep.repeats import Repeat, Spread, spreads, with_folds, with_seeds
from app.training.plan import Plan
from app.training.run_labels import read_labels
from app.training.runs import Run, RunSummary
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.app.training.projects import project

FOUND = RunSummary(Path("run"), "run", "", "completed", 1, 1, {}, {"loss": 0.5}, {"loss": 0.4, "accuracy": 0.9})


def made(repeat: Repeat, folder: Path) -> Run:
    return Run.create(folder, project_json(repeat.project), {})


def test_seeds_go_on_from_the_plans_own_and_nothing_else_differs() -> None:
    own = project(seed=3, learning_rate=0.02)
    own = Project(own.network, own.sections, "an-id")
    repeats = with_seeds(own, 3)
    assert [repeat.name for repeat in repeats] == ["seed 3", "seed 4", "seed 5"]
    plans = [Plan.of(repeat.project) for repeat in repeats]
    assert [plan.seed for plan in plans] == [3, 4, 5]
    assert len({plan.changed(seed=0) for plan in plans} | {Plan.of(own).changed(seed=0)}) == 1
    for repeat in repeats:
        assert (repeat.project.network, repeat.project.id) == (own.network, "an-id")
        assert repeat.project.sections["data"] == own.sections["data"]
    with pytest.raises(NetloomError, match="There are no 3 seeds"):
        with_seeds(project(seed=2**31 - 2), 3)


def test_folds_differ_in_their_data_alone() -> None:
    repeats = with_folds(project(data={"source": "iris"}, seed=3), 4)
    assert [repeat.name for repeat in repeats] == [f"fold {number} of 4" for number in (1, 2, 3, 4)]
    assert [repeat.project.sections["data"]["fold"] for repeat in repeats] == [  # type: ignore[index, call-overload]
        {"number": number, "of": 4} for number in (1, 2, 3, 4)
    ]
    assert {Plan.of(repeat.project).seed for repeat in repeats} == {3}
    with pytest.raises(NetloomError, match="has no data"):
        with_folds(Project(), 4)


def test_a_run_is_known_again_and_another_project_is_refused(tmp_path: Path) -> None:
    first, second = with_seeds(project(), 2)
    folder = first.folder("Digits", tmp_path)
    assert folder == tmp_path / "seed-0" and first.kept(folder) is None
    made(first, folder)
    kept = first.kept(folder)
    assert kept is not None and kept.path == folder
    first.mark(folder)
    first.mark(folder)
    assert read_labels(folder).tags == ("seed 0",)
    with pytest.raises(NetloomError, match="another project, or of other settings"):
        second.kept(folder)
    assert first.folder("Digits", None).name.startswith("digits-seed-0-")
    assert "-seed-1-" in second.folder("A title with more letters than a folder has room for", None).name


def test_scores_spread_as_statistics_says() -> None:
    tests = (
        {"loss": 0.4, "accuracy": 0.9},
        {"loss": 0.6, "accuracy": 0.8},
        {"loss": 0.5, "auc": 0.7, "accuracy": None},
    )
    found = spreads([replace(FOUND, test=test) for test in tests])  # type: ignore[arg-type]
    assert list(found) == ["test", "validation"]
    assert found["test"]["loss"].to_json() == {
        "mean": pytest.approx(0.5), "deviation": pytest.approx(0.1), "lowest": 0.4, "highest": 0.6,
        "values": [0.4, 0.6, 0.5],
    }  # fmt: skip
    assert found["test"]["accuracy"].values == (0.9, 0.8)
    assert (found["test"]["auc"].deviation, found["test"]["auc"].mean) == (None, 0.7)
    assert found["validation"] == {"loss": Spread((0.5, 0.5, 0.5))}
    assert spreads([]) == {}
    assert spreads([replace(FOUND, test={}, validation={"loss": float("nan")})]) == {}
