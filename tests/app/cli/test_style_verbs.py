"""Style transfer on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.cli.run_verbs import with_plan
from app.project.presets import preset
from app.training.trainer import train
from app.training.training_session import begin
from graph.project import Project
from tests.app.cli.calling import Caller


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found, folder = preset("digits_cnn").project, tmp_path_factory.mktemp("runs") / "run"
    data = {"source": "digits", "options": {"per_class": 5}}
    project = with_plan(Project(found.network, {**found.sections, "data": data}), {"epochs": 1, "threads": 1})
    list(train(begin(project, None, folder)))
    return folder


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_a_seed_writes_the_same_picture_and_the_losses_are_told(run: Path, call: Caller, tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("a.png", "b.png", "c.png"))
    asked = ("style", run, "--content", "sample:1", "--style", "texture:waves", "--set", "steps=3", "--set", "scale=1")
    said = call(*asked, "-o", first, "--json").json
    assert (said["content_layer"], said["style_layers"]) == ("conv2", ["conv1", "conv2"])
    assert len(said["content_loss"]) == len(said["style_loss"]) == 4 and said["settings"]["seed"] == 0
    assert size_of(first) == (64, 64)
    assert "style loss" in call(*asked, "-o", again).out
    assert first.read_bytes() == again.read_bytes()
    call(
        *asked, "-o", other, "--seed", 1, "--enlarge", 2, "--set", "style_layers=conv1", "--set", "content_layer=conv1"
    )
    assert size_of(other) == (16, 16)
    refused = {
        ("-o", tmp_path / "a.jpg"): "end the name with .png",
        ("-o", first, "--set", "steps=0"): "steps must be at least 1",
        ("-o", first, "--content", "sample:0"): "sample:1 for the first",
        ("-o", first, "--style", "texture:wool"): "choose one of stripes",
        ("-o", first, "--set", "style_layers=dense9"): "“dense9” is none of the 2-D convolutions",
        ("-o", first, "--set", "speed=3"): "write NAME=VALUE with one of content_layer, style_layers, steps",
        ("-o", first, "--set", "steps=few"): "few is no whole number",
    }
    for more, words in refused.items():
        result = call(*asked, *more)
        assert result.code == 1 and words in result.err, more
