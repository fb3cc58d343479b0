"""Weights that are kept after some epochs: what they are, that training goes on as without, and how they are used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from app.project.presets import preset
from app.project.project_check import check_project
from app.protocol.events import Epoch, Event, Finished
from app.system.number_format import scaled
from app.training import checkpoints
from app.training.plan import Plan
from app.training.plan_problems import plan_problems
from app.training.runs import MOST_CHECKPOINTS, Run
from app.training.trainer import train
from app.training.training_session import begin, load_model, resume
from graph.errors import NetloomError
from graph.project import Project, write_project
from tests.app.cli.calling import Caller
from tests.app.training.projects import project


def trained(out: Path, **plan: Any) -> list[Event]:
    """The events of a training, which leaves a run in ``out``."""
    return list(train(begin(project(**plan), out=out)))


def weights(path: Path) -> dict[str, torch.Tensor]:
    return checkpoints.load(path)[0]


def equal(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of five epochs that kept the weights of the second and the fourth."""
    out = tmp_path_factory.mktemp("kept") / "run"
    trained(out, epochs=5, keep_every=2)
    return out


def test_they_are_those_of_a_training_that_ends_there_and_change_nothing(run: Path, tmp_path: Path) -> None:
    assert Run.open(run).checkpoints == (2, 4)
    trained(tmp_path / "short", epochs=2, keep_best=False)
    assert equal(weights(run / "epoch-0002.safetensors"), weights(tmp_path / "short" / "weights.safetensors"))
    trained(tmp_path / "without", epochs=5)
    assert equal(weights(run / "weights.safetensors"), weights(tmp_path / "without" / "weights.safetensors"))
    assert not equal(weights(run / "epoch-0002.safetensors"), weights(run / "epoch-0004.safetensors"))


def test_a_run_that_was_stopped_keeps_the_rest(run: Path, tmp_path: Path) -> None:
    session = begin(project(epochs=5, keep_every=2), out=tmp_path / "run")
    for event in train(session):
        if isinstance(event, Epoch) and event.epoch == 3:
            session.control.stop()
    assert Run.open(tmp_path / "run").checkpoints == (2,)
    assert isinstance(list(train(resume(tmp_path / "run")))[-1], Finished)
    for name in ("epoch-0002.safetensors", "epoch-0004.safetensors"):
        assert equal(weights(tmp_path / "run" / name), weights(run / name))


def test_of_an_average_it_is_the_average_that_is_kept(tmp_path: Path) -> None:
    events = trained(tmp_path / "run", epochs=2, keep_every=2, keep_best=False, ema=0.9)
    assert isinstance(events[-1], Finished)
    assert equal(
        weights(tmp_path / "run" / "epoch-0002.safetensors"), weights(tmp_path / "run" / "weights.safetensors")
    )


def test_an_epoch_is_opened_by_its_file(run: Path) -> None:
    opened, model = load_model(run / "epoch-0002.safetensors")
    assert (opened.path, opened.epoch, opened.place) == (run, 2, run / "epoch-0002.safetensors")
    assert equal(dict(model.module.state_dict()), weights(run / "epoch-0002.safetensors"))
    kept = opened.kept_epoch(opened.history())
    assert kept is not None and (kept.words, kept.number) == ("epoch 2", 2)
    with pytest.raises(NetloomError, match="no weights were kept after epoch 3"):
        Run.open(run / "epoch-0003.safetensors")
    assert Run.open(run).epoch == 0 and Run.open(run).place == run


def test_tuned_thresholds_are_kept_with_them_and_leave_training_alone(tmp_path: Path) -> None:
    shipped = preset("breast_cancer_mlp").project
    for name, every in (("with", 1), ("without", 0)):
        plan = {"epochs": 2, "threshold_by": "f1", "threads": 1, "keep_every": every}
        cancer = Project(shipped.network, {"data": shipped.sections["data"], "plan": plan})
        list(train(begin(cancer, out=tmp_path / name)))
    with_, without = (Run.open(tmp_path / name).history() for name in ("with", "without"))
    assert [epoch["validation"] for epoch in with_.epochs] == [epoch["validation"] for epoch in without.epochs]
    assert checkpoints.load(tmp_path / "with" / "epoch-0001.safetensors")[1]["thresholds"]


def test_more_than_a_run_keeps_is_refused_with_what_fits() -> None:
    section = {"epochs": 1000, "keep_every": 2}
    [problem] = plan_problems(section)
    assert "would be 500 files; at most 100" in problem.message
    assert problem.fixes[0].title == "Keep weights every 10 epochs"
    assert plan_problems({**section, "keep_every": 10}) == [] == plan_problems({**section, "keep_every": 0})
    assert Plan(epochs=1000, keep_every=10).checkpoints == MOST_CHECKPOINTS


def test_what_they_take_on_the_disk_is_told_before(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predicted = check_project(project(epochs=5, keep_every=2), None).predicted
    assert predicted.checkpoints == 2
    assert predicted.text.endswith(f"; 2 files of weights, {scaled(predicted.disk, 'B')} on the disk")
    taken = sum((run / f"epoch-000{epoch}.safetensors").stat().st_size for epoch in (2, 4))
    assert predicted.disk <= taken <= 1.5 * predicted.disk + 4096
    write_project(file := run.parent / "kept.netloom", project(epochs=5, keep_every=2))
    lines = Caller(capsys)("check", file).out.splitlines()
    assert f"It leaves {predicted.files}, beside those of the run." in lines
    assert any(line.startswith(f"Training takes {predicted.cost} of memory; how long") for line in lines)
    told = check_project(project(epochs=5), None).predicted
    assert "files" not in told.text and set(told.to_json()) == {"memory", "seconds_per_epoch"}


def test_commands_take_an_epoch_and_list_them(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    call, epoch = Caller(capsys), Run.open(run).history().epochs[1]
    found = call("evaluate", run / "epoch-0002.safetensors", "--part", "validation", "--json").json
    assert found["epoch"] == 2
    assert found["validation"]["loss"] == pytest.approx(epoch["validation"]["loss"], rel=1e-5)
    assert call("evaluate", run, "--json").json.get("epoch") is None
    made = call("export", run / "epoch-0004.safetensors", "--to", "safetensors", "-o", tmp_path / "four.safetensors")
    assert made.code == 0
    assert equal(checkpoints.read(tmp_path / "four.safetensors")[0], weights(run / "epoch-0004.safetensors"))
    [listed] = call("runs", run.parent, "--json").json
    assert listed["checkpoints"] == [2, 4]
    assert "5/5, kept 2, 4" in call("runs", run.parent).out
    assert "no weights were kept after epoch 3" in call.refused("evaluate", run / "epoch-0003.safetensors")
