"""`train --seeds` and `train --folds`: runs of their own, a table of scores, and going on where it was stopped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.data.data_choice import DataChoice
from app.training.run_labels import read_labels
from app.training.runs import Run, runs_folder
from tests.app.cli.calling import Caller

IRIS = ("train", "preset:iris_softmax", "--epochs", 2)


def test_seeds_are_ordinary_runs_and_their_scores_are_told(call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "seeds"
    result = call(*IRIS, "--seeds", 3, "--seed", 4, "--out", out, "--json")
    *_, last = result.lines
    assert (result.code, last["event"], last["status"], last["repeats"]) == (0, "finished", "completed", 3)
    assert [run["name"] for run in last["runs"]] == ["seed 4", "seed 5", "seed 6"]
    accuracies = last["scores"]["test"]["accuracy"]
    assert accuracies["values"] == [run["test"]["accuracy"] for run in last["runs"]]
    assert accuracies["mean"] == pytest.approx(sum(accuracies["values"]) / 3)
    assert {"mean", "deviation", "lowest", "highest"} < set(last["scores"]["validation"]["loss"])
    alone = call(*IRIS, "--seed", 5, "--out", tmp_path / "alone", "--json").lines[-1]
    assert alone["test"] == last["runs"][1]["test"]
    assert read_labels(out / "seed-5").tags == ("seed 5",)

    # The same again trains what is missing, and nothing else.
    shutil.rmtree(out / "seed-6")
    again = call(*IRIS, "--seeds", 3, "--seed", 4, "--out", out, "--json").lines
    assert [line["run"] for line in again if line["event"] == "started"] == [str(out / "seed-6")]
    assert again[-1]["scores"] == last["scores"]
    told = call(*IRIS, "--seeds", 3, "--seed", 4, "--out", out).out
    head, *rows = [line.split("  ") for line in told.splitlines() if "accuracy" in line or "deviation" in line]
    assert [cell.strip() for cell in head if cell.strip()] == [
        "over 3 runs", "mean", "standard deviation", "lowest", "highest", "seed 4", "seed 5", "seed 6",
    ]  # fmt: skip
    assert [row[0] for row in rows] == ["test accuracy", "validation accuracy"]
    other = call.refused(*IRIS, "--seeds", 3, "--seed", 4, "--precision", "bf16", "--out", out, "--json")
    assert "another project, or of other settings" in other


def test_folds_leave_the_test_set_alone(call: Caller) -> None:
    result = call(*IRIS, "--folds", 3, "--json")
    last = result.lines[-1]
    assert (result.code, last["status"]) == (0, "completed")
    assert list(last["scores"]) == ["validation"]
    assert last["scores"]["validation"]["accuracy"]["deviation"] >= 0
    made = sorted(runs_folder().iterdir())
    for number, run in enumerate(made, 1):
        assert f"-fold-{number}-of-3-" in run.name
        opened = Run.open(run)
        fold = DataChoice.parse(opened.project.sections["data"]).fold
        assert fold is not None and (fold.number, fold.of) == (number, 3)
        assert opened.environment["samples"]["test"] == 0


def test_what_cannot_be_is_refused_before_anything_is_made(call: Caller, tmp_path: Path) -> None:
    both = call(*IRIS, "--seeds", 2, "--folds", 2)
    assert (both.code, both.out, both.err.count("\n")) == (2, "", 1)
    told = call("train", "preset:seasons_mlp", "--folds", 3, "--epochs", 1, "--out", tmp_path / "folds", "--json")
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert "not for data in time order" in told.err
    assert not (tmp_path / "folds").exists()
