"""Verbs that list: their JSON is a promise to scripts."""

from __future__ import annotations

import json
from pathlib import Path

from graph.layers.catalogue import catalogue
from tests.app.cli.calling import Caller


def test_layers_lists_every_kind_with_its_parameters(call: Caller) -> None:
    found = {one["kind"]: one for one in call("layers", "--json").json}
    assert list(found) == list(catalogue())
    rate = found["dropout"]["parameters"][0]
    assert {name: rate[name] for name in ("name", "type", "default", "minimum")} == {
        "name": "rate",
        "type": "float",
        "default": 0.5,
        "minimum": 0.0,
    }
    padding = next(one for one in found["conv2d"]["parameters"] if one["name"] == "padding")
    assert padding["choices"] == ["valid", "same", "custom"]
    for one in found.values():
        assert set(one) >= {"kind", "family", "title", "parameters"}
        for parameter in one["parameters"]:
            assert list(parameter) == ["name", "type", "default", "minimum", "maximum", "choices", "unit", "help"]


def test_layers_can_be_made_from_their_listed_defaults(call: Caller) -> None:
    for one in call("layers", "--json").json:
        defaults = {parameter["name"]: parameter["default"] for parameter in one["parameters"]}
        assert catalogue()[one["kind"]].parse(defaults, "test") == catalogue()[one["kind"]]()


def test_presets_and_datasets(call: Caller) -> None:
    datasets = {one["id"]: one for one in call("datasets", "--json").json}
    assert datasets["digits"]["shape"] == [1, 8, 8]
    assert (datasets["iris"]["samples"], len(datasets["iris"]["classes"])) == (150, 3)
    presets = {one["id"]: one for one in call("presets", "--json").json}
    assert presets["mlp_3_3_1"]["parameters"] == 16
    assert {one["dataset"] for one in presets.values()} <= set(datasets)
    for one in presets.values():
        assert set(one) >= {"id", "title", "textbook", "parameters", "dataset"}


def test_well_known_sets_are_listed_with_what_they_take(call: Caller) -> None:
    found = {one["id"]: one for one in call("datasets", "--json").json}
    assert (found["mnist"]["samples"], found["mnist"]["shape"], found["mnist"]["downloaded"]) == (
        70_000,
        [1, 28, 28],
        False,
    )
    assert "downloaded" not in found["digits"]
    assert "to download, 12 MB" in call("datasets").out


def test_data_tells_what_a_table_holds(call: Caller, tmp_path: Path) -> None:
    file = tmp_path / "fruit.csv"
    rows = [f"{20 + index % 7},{5 + index % 3},{'apple' if index % 2 else 'plum'}" for index in range(40)]
    file.write_text("\n".join(["weight,length,fruit", *rows]), "utf-8")
    found = call("data", file, "--target", "fruit", "--json").json
    assert (found["kind"], found["samples"], found["classes"]) == ("table", 40, ["apple", "plum"])
    assert "plum" in call("data", file, "--target", "fruit").out


def test_data_that_is_not_there_is_one_sentence(call: Caller, tmp_path: Path) -> None:
    assert "nowhere.csv" in call.refused("data", tmp_path / "nowhere.csv", "--json")
    assert "colour" in call.refused("data", _table(tmp_path), "--target", "colour")


def test_people_get_tables(call: Caller) -> None:
    for verb in ("layers", "presets", "datasets"):
        out = call(verb).out
        assert len(out.splitlines()) > 10
        assert "{" not in out


def test_json_is_one_value_on_one_line(call: Caller) -> None:
    for verb in ("layers", "presets", "datasets", "runs"):
        out = call(verb, "--json").out
        assert out.count("\n") == 1
        json.loads(out)


def _table(folder: Path) -> Path:
    file = folder / "table.csv"
    file.write_text("a,b\n" + "\n".join(f"{index},{index % 2}" for index in range(20)), "utf-8")
    return file
