"""A search: trials are runs, it goes on where it stopped, and a process that died costs one trial."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.protocol.control import Control
from app.sweep.space import Space
from app.sweep.study import Search, open_search
from app.training.plan import Plan
from app.training.runs import Run, runs
from graph.errors import NetloomError
from graph.project import Project, read_project, write_project
from tests.app.cli.calling import Caller
from tests.app.training.projects import DIGITS, mlp

pytest.importorskip("optuna")
ROOT = Path(__file__).resolve().parents[3]


def searched(**sweep: object) -> Project:
    settings = {"plan.learning_rate": {"low": 1e-4, "high": 0.1, "log": True}, "dense1.units": {"low": 2, "high": 24}}
    section = {"settings": settings, "seed": 3, **sweep}
    plan = {"epochs": 2, "threads": 1}
    return Project(mlp(), {"data": DIGITS, "plan": plan, "sweep": section})


def search(folder: Path, project: Project | None = None) -> Search:
    return open_search(project or searched(), "digits", None, folder)


def test_trials_are_runs_sorted_by_result_and_the_best_can_be_opened(tmp_path: Path) -> None:
    made = search(tmp_path / "study")
    seen = list(made.run(3, Control()))
    assert [one.number for one in seen] == [1, 2, 3]
    assert seen[0].values == {"plan.learning_rate": 0.001, "dense1.units": 16}, "the project's own come first"
    listed = made.trials()
    losses = [one.value for one in listed]
    assert losses == sorted(losses)  # type: ignore[type-var]
    assert {Path(one.run).name for one in listed} == {summary.path.name for summary in runs(tmp_path / "study")}
    best = made.best()
    assert best is not None
    trained, opened = Run.open(Path(best.run)).project, read_project(tmp_path / "study" / "best.netloom")
    assert Run.open(Path(best.run)).summary().validation["loss"] >= (best.value or 0)
    assert trained.sections["plan"] == opened.sections["plan"]
    assert trained.network.layer("dense1") == opened.network.layer("dense1")


def test_it_goes_on_and_tries_what_it_would_have_tried(tmp_path: Path) -> None:
    whole = [one.values for one in search(tmp_path / "whole").run(4, Control())]
    halves = [one.values for one in search(tmp_path / "halves").run(2, Control())]
    halves += [one.values for one in search(tmp_path / "halves").run(4, Control())]
    assert halves == whole
    assert list(search(tmp_path / "halves").run(4, Control())) == []


def test_a_stopped_trial_is_tried_anew(tmp_path: Path) -> None:
    control = Control()
    control.stop()
    made = search(tmp_path / "study")
    assert list(made.run(2, control)) == []
    assert len(list(made.run(2, Control()))) == 2


def test_settings_that_do_not_work_are_told_and_the_search_goes_on(tmp_path: Path) -> None:
    project = searched(settings={"norm1.track": {"choices": [True]}, "dense2.units": {"choices": [10, 11]}}, seed=0)
    made = search(tmp_path / "study", project)
    seen = list(made.run(6, Control()))
    failed = [one for one in seen if one.values["dense2.units"] == 11]
    assert failed, "both are tried among six"
    assert all(one.status == "failed" and "asks for a vector of 10" in (one.reason or "") for one in failed)
    assert made.trials()[0].status == "completed"


def test_bad_trials_end_early(tmp_path: Path) -> None:
    rates = {"settings": {"plan.learning_rate": {"choices": [0.01, 0.02, 0.03, 1e-9]}}, "seed": 1}
    project = searched(**rates)
    project.sections["plan"] = {"epochs": 4, "threads": 1}
    seen = list(search(tmp_path / "study", project).run(14, Control()))
    ended = [one for one in seen if one.status == "pruned"]
    assert any(one.values["plan.learning_rate"] == 1e-9 for one in ended)
    assert all(one.epochs < 4 for one in ended)
    unpruned = searched(**rates, prune=False)
    assert all(one.status == "completed" for one in search(tmp_path / "other", unpruned).run(3, Control()))


def test_a_trial_whose_process_died_counts_no_more(tmp_path: Path) -> None:
    made = search(tmp_path / "study")
    lost = made._study.ask()
    (tmp_path / "study" / f"trial-{lost.number + 1:04}").mkdir()
    seen = list(search(tmp_path / "study").run(2, Control()))
    assert [one.number for one in seen] == [2, 3]


def test_another_project_is_refused(tmp_path: Path) -> None:
    search(tmp_path / "study")
    with pytest.raises(NetloomError, match="another project"):
        search(tmp_path / "study", searched(metric="accuracy"))


def test_the_verb_prints_lines_and_shares_its_folder(call: Caller, tmp_path: Path) -> None:
    write_project(tmp_path / "digits.netloom", searched())
    command = ["sweep", str(tmp_path / "digits.netloom"), "--trials", "4", "--out", str(tmp_path / "study"), "--json"]
    call("sweep", tmp_path / "digits.netloom", "--trials", 1, "--out", tmp_path / "study")
    other = subprocess.Popen([sys.executable, str(ROOT / "main.py"), *command], stdout=subprocess.PIPE, text=True)
    lines = call(*command).lines
    theirs = [json.loads(line) for line in other.communicate(timeout=300)[0].splitlines()]
    assert lines[0]["event"] == "started"
    assert lines[0]["metric"] == "loss"
    assert lines[-1]["event"] == "finished"
    assert Path(lines[-1]["project"]).is_file()
    numbers = sorted(line["number"] for line in (*lines, *theirs) if line["event"] == "trial")
    assert numbers == [2, 3, 4]


def test_the_verb_shows_its_space_and_refuses_what_cannot_be(call: Caller, tmp_path: Path) -> None:
    shown = call("sweep", "preset:digits_cnn", "--show", "--json").json
    assert {"plan.learning_rate", "conv1.filters"} <= set(shown["settings"])
    assert Space.model_validate_json(json.dumps(shown)).metric == "loss"
    write_project(tmp_path / "odd.netloom", searched(settings={"plan.luck": {"low": 1, "high": 2}}))
    assert "luck" in call.refused("sweep", tmp_path / "odd.netloom", "--out", tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_search_goes_on_where_a_newer_version_has_one_more_setting(tmp_path: Path) -> None:
    """A plan, data or space that leaves a setting out is the same as one that says the default."""
    folder = tmp_path / "study"
    search(folder)
    kept = json.loads((folder / "project.netloom").read_text())
    for section, name in (("plan", "momentum"), ("data", "standardise"), ("sweep", "prune")):
        kept[section].pop(name, None)
    (folder / "project.netloom").write_text(json.dumps(kept))
    whole = searched()
    plan = Plan.of(whole).to_json()
    search(folder, Project(whole.network, {**whole.sections, "plan": plan}))
    with pytest.raises(NetloomError, match="another project"):
        search(folder, Project(whole.network, {**whole.sections, "plan": {**plan, "momentum": 0.5}}))
