"""Making and checking projects by command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from graph.document import Document
from graph.project import Project, read_project, write_project
from tests.app.cli.calling import Caller
from tests.graph.networks import chain, layer, lenet


def saved(path: Path, document: Document, **sections: Any) -> Path:
    """A project file."""
    write_project(path, Project(document.network, sections))
    return path


def test_check_tells_shapes_and_costs(call: Caller, tmp_path: Path) -> None:
    file = saved(tmp_path / "lenet.netloom", lenet(), data={"source": "digits", "options": {"size": 28}})
    found = call("check", file, "--json").json
    assert (found["ok"], found["problems"]) == (True, [])
    layers = {one["id"]: one for one in found["layers"]}
    assert layers["conv2"] == {
        "id": "conv2",
        "kind": "conv2d",
        "output": [16, 10, 10],
        "parameters": 2416,
        "connections": 241600,
        "flops": layers["conv2"]["flops"],
        "activations": 1600,
        "activation_bytes": 6400,
        "receptive_field": [14, 14],
        "jump": [2, 2],
        "at_length": None,
    }
    for total in ("parameters", "activations", "activation_bytes"):
        assert found[total] == sum(one[total] for one in found["layers"])
    assert "can be trained" in call("check", file).out


def test_check_names_problems_with_fixes_and_still_exits_0(call: Caller, tmp_path: Path) -> None:
    wrong = chain([layer("input"), layer("dense", units=10), layer("output")])
    result = call("check", saved(tmp_path / "wrong.netloom", wrong), "--json")
    assert (result.code, result.json["ok"]) == (0, False)
    [problem] = result.json["problems"]
    assert (problem["layer"], problem["port"], problem["fixes"]) == ("dense1", "in", ["Insert Flatten"])
    assert [one["output"] for one in result.json["layers"]] == [[1, 8, 8], None, None]


def test_check_holds_the_network_against_its_data(call: Caller, tmp_path: Path) -> None:
    seven = chain([layer("input"), layer("flatten"), layer("dense", units=7), layer("output")])
    file = saved(tmp_path / "seven.netloom", seven, data={"source": "digits"})
    [problem] = call("check", file, "--json").json["problems"]
    assert "Set dense1 to 10 units" in problem["fixes"]


def test_data_and_plan_that_make_no_sense_are_problems(call: Caller, tmp_path: Path) -> None:
    sections = {"data": {"source": "table", "options": {"path": "gone.csv"}}, "plan": {"epochs": -1}}
    found = call("check", saved(tmp_path / "odd.netloom", lenet(), **sections), "--json").json
    messages = " ".join(problem["message"] for problem in found["problems"])
    assert not found["ok"]
    assert "gone.csv" in messages
    assert "epochs" in messages


def test_new_copies_a_preset(call: Caller, tmp_path: Path) -> None:
    file = tmp_path / "mine.netloom"
    assert call("new", file, "--preset", "iris_mlp", "--json").json["parameters"] == 131
    assert call("check", file, "--json").json["ok"]
    assert "already" in call.refused("new", file)
    assert call("new", file, "--force").code == 0
    assert len(read_project(file).network) == 0


def test_new_wires_a_preset_to_a_table(call: Caller, tmp_path: Path) -> None:
    table = tmp_path / "fruit.csv"
    rows = [f"{20 + index % 7},{5 + index % 3},{'apple' if index % 2 else 'plum'}" for index in range(60)]
    table.write_text("\n".join(["weight,length,fruit", *rows]), "utf-8")
    file = tmp_path / "fruit.netloom"
    assert call("new", file, "--data", table, "--target", "fruit", "--json").code == 0
    found = call("check", file, "--json").json
    assert (found["ok"], found["layers"][0]["output"], found["layers"][-1]["output"]) == (True, [2], [2])
    assert json.loads(file.read_text("utf-8"))["data"]["options"]["path"] == "fruit.csv"


def test_new_wires_an_image_preset_to_a_table_only_if_it_fits(call: Caller, tmp_path: Path) -> None:
    table = tmp_path / "numbers.csv"
    table.write_text("a,b,price\n" + "\n".join(f"{index},{index % 5},{index * 1.5}" for index in range(60)), "utf-8")
    message = call.refused("new", tmp_path / "a.netloom", "--preset", "digits_cnn", "--data", table)
    assert "another preset" in message
    assert not (tmp_path / "a.netloom").exists()


def test_new_reads_texts_through_an_embedding(call: Caller, tmp_path: Path) -> None:
    words = ("bad dull poor film here today", "good bright rich film there tonight")
    table = tmp_path / "reviews.csv"
    rows = [f"{words[index % 2]} number {index} of all,{('no', 'yes')[index % 2]}" for index in range(60)]
    table.write_text("\n".join(["review,liked", *rows]), "utf-8")
    file = tmp_path / "reviews.netloom"
    result = call("new", file, "--data", table, "--target", "liked", "--json")
    assert result.code == 0, result.err
    assert "embedding" in [one["kind"] for one in call("check", file, "--json").json["layers"]]


def test_a_project_on_a_set_that_ships_or_is_well_known(call: Caller, tmp_path: Path) -> None:
    for name, sizes in (("wine", [13]), ("mnist", [1, 28, 28])):
        file = tmp_path / f"{name}.netloom"
        assert call("new", file, "--data", name, "--json").code == 0
        checked = call("check", file, "--json").json
        assert checked["ok"] and checked["layers"][0]["output"] == sizes
    said = call.refused("train", tmp_path / "mnist.netloom", "--json")
    assert said.startswith("MNIST has not been downloaded yet (12 MB); press Download in the data view, or run")
    assert "nothing" in call.refused("new", tmp_path / "a.netloom", "--data", tmp_path / "nothing")


def test_a_project_begins_with_the_weights_of_a_run(call: Caller, tmp_path: Path) -> None:
    run, file = tmp_path / "low", tmp_path / "high.netloom"
    assert call("train", "preset:digits_low", "--epochs", 1, "--out", run, "--json").code == 0
    assert call("new", file, "--preset", "digits_high_transfer").code == 0
    said = call("transfer", file, run, "--json").json
    assert (said["frozen"], said["fresh"]) == (["conv1", "conv2"], ["dense1"])
    assert Path(said["weights"]) == (run / "weights.safetensors").resolve()
    assert call("train", file, "--epochs", 1, "--out", tmp_path / "high", "--json").code == 0
    first, second = (load_file(folder / "weights.safetensors") for folder in (run, tmp_path / "high"))
    assert {name for name in first if np.array_equal(first[name], second[name])} == {
        "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
    }  # fmt: skip


def test_what_cannot_be_frozen_leaves_the_file_as_it_is(call: Caller, tmp_path: Path) -> None:
    run, file = tmp_path / "low", tmp_path / "low.netloom"
    assert call("train", "preset:digits_low", "--epochs", 1, "--out", run, "--json").code == 0
    assert call("new", file, "--preset", "digits_low").code == 0
    before = file.read_bytes()
    assert "anybody cannot be frozen" in call.refused("transfer", file, run, "--freeze", "anybody")
    assert "nobody cannot begin anew" in call.refused("transfer", file, run, "--fresh", "nobody")
    assert file.read_bytes() == before
    assert call("transfer", file, run, "--freeze", "conv1", "--fresh", "dense1", "--json").json["frozen"] == ["conv1"]
