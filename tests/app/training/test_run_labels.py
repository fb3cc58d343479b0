"""What is written on a run afterwards: its project, notes and tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.training.run_labels import (
    LABELS,
    ProjectKey,
    RunLabels,
    move_run,
    owner_of,
    read_labels,
    size_on_disk,
    write_labels,
)
from app.training.runs import Run
from graph.errors import NetloomError


def make_run(folder: Path, project: dict[str, Any], **environment: str) -> Path:
    Run.create(folder, {"netloom": 2, **project}, environment)
    return folder


def test_labels_come_back(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {})
    assert read_labels(run) == RunLabels()
    labels = RunLabels("7", "better than ever", ("small", "four units"))
    write_labels(run, labels)
    assert read_labels(run) == labels
    Run.open(run)  # the frozen project is as it was


def test_damaged_labels_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text(json.dumps({"project": 1, "notes": [], "tags": ["a", 2]}))
    assert read_labels(tmp_path) == RunLabels(tags=("a",))
    (tmp_path / LABELS).write_text("{")
    assert read_labels(tmp_path) == RunLabels()


def test_a_run_belongs_to_the_project_that_it_was_trained_from_until_it_is_moved(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"id": "mine", "about": {"title": "LeNet"}})
    assert owner_of(run).is_project(ProjectKey("mine")) and owner_of(run).title == "LeNet"
    move_run(run, "other")
    assert not owner_of(run).is_project(ProjectKey("mine")) and owner_of(run).is_project(ProjectKey("other"))
    with pytest.raises(NetloomError, match="Save the project first"):
        move_run(run, "")


def test_a_run_without_id_belongs_to_the_file_of_its_folder_and_name(tmp_path: Path) -> None:
    run = make_run(tmp_path / "digits-20260102-030405", {}, base=str(tmp_path))
    owner = owner_of(run)
    assert owner.is_project(ProjectKey("new", "digits", tmp_path, frozenset({"digits"})))
    assert not owner.is_project(ProjectKey("new", "letters", tmp_path, frozenset({"letters"})))
    assert not owner.is_project(ProjectKey("new", "digits", tmp_path / "elsewhere", frozenset({"digits"})))
    assert not owner.is_project(ProjectKey("new", "digits", None, frozenset({"digits"})))


def test_disk_use_counts_every_file(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {})
    before = size_on_disk(run)
    (run / "weights.safetensors").write_bytes(b"0" * 1000)
    assert size_on_disk(run) == before + 1000
