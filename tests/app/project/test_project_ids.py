"""Ids of projects, and the register of those that were opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.project import project_ids
from app.project.project_ids import KEPT, id_of, known_project, known_projects, new_id, remember_project
from app.system.remembered import read_object
from graph.project import Project


def test_a_project_keeps_its_own_id(tmp_path: Path) -> None:
    assert id_of(Project(id="abc"), tmp_path / "a.netloom") == "abc"


def test_a_file_without_an_id_gets_the_same_one_at_every_opening(tmp_path: Path) -> None:
    first, again = (id_of(Project(), tmp_path / "a.netloom") for _ in range(2))
    assert first == again != id_of(Project(), tmp_path / "b.netloom")


def test_what_has_neither_gets_a_new_one() -> None:
    assert len({id_of(Project(), None), id_of(Project(), None), new_id(), new_id()}) == 4


def test_projects_are_remembered_the_latest_first(tmp_path: Path) -> None:
    remember_project("1", "one", tmp_path / "one.netloom", {"workspace": "train"})
    remember_project("2", "two", None)
    remember_project("1", "one more", tmp_path / "one.netloom")
    assert [(known.id, known.name) for known in known_projects()] == [("1", "one more"), ("2", "two")]
    first = known_project("1")
    assert first is not None and first.path == tmp_path / "one.netloom" and first.view == {"workspace": "train"}
    assert known_project("3") is None


def test_the_register_is_read_once_until_it_changes(netloom_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []

    def counted(file: Path) -> dict[str, Any]:
        reads.append(file)
        return read_object(file)

    monkeypatch.setattr(project_ids, "read_object", counted)
    remember_project("1", "one", None)
    names = {known.name for known in map(known_project, ["1"] * 9) if known is not None}
    assert names == {"one"} and len(reads) == 1
    (netloom_home / "projects.json").write_text('{"1": {"name": "another"}}')
    assert [known.name for known in known_projects()] == ["another"] and len(reads) == 2


def test_the_register_forgets_the_oldest() -> None:
    for number in range(KEPT + 2):
        remember_project(str(number), "name", None)
    assert len(known_projects()) == KEPT and known_project("0") is None


def test_a_damaged_register_is_empty(netloom_home: Path) -> None:
    (netloom_home / "projects.json").write_text('{"1": 5, "2": {"name": 3, "path": 4, "view": []}}')
    assert [(known.id, known.name, known.path, dict(known.view)) for known in known_projects()] == [
        ("2", "Untitled", None, {})
    ]
