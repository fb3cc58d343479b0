"""The verb `find-rate`: what it prints, and that it leaves nothing."""

from __future__ import annotations

from pathlib import Path

from app.training.runs import runs_folder
from graph.project import Project, write_project
from tests.app.cli.calling import Caller
from tests.app.training.projects import DIGITS, mlp


def test_a_rate_is_told_and_nothing_is_left(call: Caller, tmp_path: Path) -> None:
    file = tmp_path / "digits.netloom"
    write_project(file, Project(mlp(), {"data": DIGITS, "plan": {"learning_rate": 0.02}}))
    before = file.read_bytes()
    found = call("find-rate", file, "--steps", 60, "--json").json
    assert found["learning_rate"] == 0.02
    assert 1e-6 < found["suggested"] < 10
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) <= 60
    told = call("find-rate", file, "--steps", 60).out
    assert told.splitlines()[-2:] == [found["words"], "The project has 0.02."]
    assert "training loss" in told.splitlines()[0]
    assert file.read_bytes() == before
    assert not runs_folder().exists()


def test_a_gan_is_told_why_not(call: Caller) -> None:
    assert "two losses" in call.refused("find-rate", "preset:ring_gan")
