"""A section that names layers follows them in the same transaction, and undo takes back both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph import section_keeping
from graph.changes import LayerRemoved, LayerRenamed, Section
from graph.document import Document
from graph.section_keeping import following, keeps_section
from tests.graph.networks import layer


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """A section that lists the names that layers had."""
    before = dict(section_keeping._keepers)
    keeps_section("notes", keep)
    yield
    section_keeping._keepers.clear()
    section_keeping._keepers.update(before)


def keep(section: Section, change: LayerRenamed | LayerRemoved) -> Section:
    return f"{section} {change.old if isinstance(change, LayerRenamed) else change.node.id}"


def test_a_section_follows_and_undo_takes_back_both() -> None:
    document = Document(sections={"notes": "had"})
    with document.transaction("Add"):
        document.add(layer("relu"), name="relu1")
    with document.transaction("Rename"):
        document.rename("relu1", "act")
    assert document.sections["notes"] == "had relu1"
    with document.transaction("Delete"):
        document.remove("act")
    assert document.sections["notes"] == "had relu1 act"
    document.undo()
    document.undo()
    assert document.sections["notes"] == "had"
    document.redo()
    assert document.sections["notes"] == "had relu1"


def test_a_project_without_the_section_gets_none() -> None:
    assert list(following({}, LayerRenamed("relu1", "act"))) == []
