"""Projects in scripts: values that are never changed, saved where their data is still found."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netloom
from netloom.opened_project import new


def test_other_settings_and_other_data_make_another_project() -> None:
    iris = netloom.preset("iris_mlp")
    faster = iris.changed(learning_rate=0.5)
    assert faster.plan["learning_rate"] == 0.5 != iris.plan.get("learning_rate")
    assert iris.with_data("wine").data["source"] == "wine" != iris.data["source"]
    with pytest.raises(netloom.NetloomError, match="learning_speed"):
        iris.changed(learning_speed=1)
    with pytest.raises(netloom.NetloomError, match="network or data"):
        new()


def test_a_check_says_what_stands_in_the_way() -> None:
    network = netloom.Network()
    image = network.add("input", shape={"kind": "image", "sizes": [1, 8, 8]})
    network.chain(image, ("dense", {"units": 10}), "output")
    found = netloom.new(network, data="digits").check()
    assert not found.ok and "image" in found.problems[0] and "cannot be trained" in repr(found)
    good = netloom.preset("digits_mlp").check()
    assert good.ok and good.parameters == good.frame()["parameters"].sum() and not good.problems


def test_a_module_begins_as_training_does_and_leaves_random_numbers_alone() -> None:
    project = netloom.preset("iris_mlp")
    before = torch.get_rng_state()
    one, two = project.module().state_dict(), project.module().state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert torch.equal(before, torch.get_rng_state())


def test_a_project_that_is_saved_elsewhere_still_finds_its_data(
    rent_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(rent_folder)
    project = netloom.new(data="rent.csv", target="rent")
    assert project.data["options"]["path"] == "rent.csv"
    (tmp_path / "deep").mkdir()
    saved = project.save(tmp_path / "deep" / "flats.netloom")
    assert saved.check().ok and netloom.load(tmp_path / "deep" / "flats.netloom").check().ok
    again = saved.changed(epochs=3).save(tmp_path / "deep" / "flats.netloom")
    other = saved.save(tmp_path / "copy.netloom")
    assert other.content.id != saved.content.id == again.content.id != ""
    assert netloom.load(tmp_path / "copy.netloom").data == other.data
    assert saved.title == "Untitled" and "<svg" in saved._repr_svg_()
