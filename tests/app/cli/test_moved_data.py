"""Data that moves or changes, several columns to predict, and what could be had without a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.app.cli.calling import Caller


@pytest.fixture
def forces(tmp_path: Path) -> Path:
    draw = np.random.default_rng(3).uniform(-2, 2, (200, 2))
    lines = [f"{a:.3f}\t{b:.3f}\t{3 * a - b:.3f}\t{'yes' if a > 0 else 'no'}" for a, b in draw]
    path = tmp_path / "first" / "forces.tsv"
    path.parent.mkdir()
    path.write_text("\n".join(["u\tv\tforce\tpositive", *lines]) + "\n")
    return path


def test_a_project_is_pointed_to_its_data_again(call: Caller, forces: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.netloom"
    assert call("new", project, "--data", forces, "--target", "positive").code == 0
    moved = tmp_path / "second" / "moved.tsv"
    moved.parent.mkdir()
    forces.rename(moved)
    (missing,) = call("check", project, "--json").json["problems"]
    assert "is not there; put it back or point to the data again" in missing["message"]
    assert "is not there" in call.refused("train", project, "--out", tmp_path / "run")
    assert call("repoint", project, moved, "--json").json["path"] == "second/moved.tsv"
    assert call("check", project, "--json").json["problems"] == []
    with moved.open("a") as file:
        file.write("1\t1\t2\tyes\n")
    (changed,) = call("check", project, "--json").json["problems"]
    assert (changed["severity"], changed["message"]) == (
        "warning",
        "moved.tsv has changed since it was chosen for this project.",
    )
    assert "the data is second/moved.tsv" in call("repoint", project).out
    assert call("check", project, "--json").json["problems"] == []


def test_what_is_no_place_for_data_is_refused(call: Caller, forces: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.netloom"
    call("new", project, "--data", forces, "--target", "positive")
    before = project.read_bytes()
    assert "is not there" in call.refused("repoint", project, tmp_path / "nowhere")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
    assert "no column “positive”" in call.refused("repoint", project, tmp_path / "other.csv")
    assert project.read_bytes() == before
    call("new", tmp_path / "empty.netloom")
    assert "“source” is missing" in call.refused("repoint", tmp_path / "empty.netloom")
    call("new", tmp_path / "iris.netloom", "--preset", "iris_mlp")
    assert "is no file of yours" in call.refused("repoint", tmp_path / "iris.netloom", forces)


def test_every_column_that_is_predicted_has_an_output(call: Caller, forces: Path, tmp_path: Path) -> None:
    project, run = tmp_path / "p.netloom", tmp_path / "run"
    assert call("new", project, "--data", forces, "--target", "positive, force").code == 0
    layers = {one["id"]: one for one in call("check", project, "--json").json["layers"]}
    assert [layers[id_]["output"] for id_ in ("output1", "output2")] == [[2], [1]]
    trained = call("train", project, "--epochs", 30, "--device", "cpu", "--out", run, "--json")
    test = trained.lines[-1]["test"]
    assert test["output1.accuracy"] > 0.85 and test["output2.r2"] > 0.8
    (tmp_path / "new.csv").write_text("u\tv\n1.5\t0\n")  # divided as the training file is
    (answer,) = call("predict", run, tmp_path / "new.csv", "--json").json["predictions"]
    assert answer["output1"]["class"] == "yes"
    assert answer["output2"]["names"] == ["force"]
    assert "output2: force " in call("predict", run, tmp_path / "new.csv").out


def test_baselines_stand_beside_a_test(call: Caller, forces: Path, tmp_path: Path) -> None:
    project, run = tmp_path / "p.netloom", tmp_path / "run"
    call("new", project, "--data", forces, "--target", "force")
    call("train", project, "--epochs", 1, "--device", "cpu", "--out", run, "--json")
    found = call("evaluate", run, "--json").json["baselines"]
    assert [one["name"] for one in found] == ["mean", "linear"]
    assert "without a network, linear: rmse" in call("evaluate", run).out
    assert call("evaluate", run, "--part", "train", "--json").json["baselines"] == []
