"""What is being typed belongs to the project it was typed in: saved with it, and never part of another one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.project.project_ids import id_of
from app.training.run_labels import read_labels
from app.training.runs import Run
from graph.network import Annotation, AnnotationKind
from graph.project import project_json, write_project
from tests.widgets.conftest import digits_project
from widgets.shell.window import MainWindow
from widgets.training.run_columns import NOTES, TAGS
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("workbench")

TYPED = "typed_here"


def write(path: Path) -> None:
    """A project with a note, whose layers are called as in any other."""
    project = digits_project()
    project.network.annotations["a1"] = Annotation("a1", AnnotationKind.NOTE, "Look", (0.0, 200.0, 200.0, 120.0))
    project.id = id_of(project, path)
    write_project(path, project)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The project that is typed in."""
    write(tmp_path / "first.netloom")
    return tmp_path / "first.netloom"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another one, with layers of the same names."""
    write(tmp_path / "other.netloom")
    return tmp_path / "other.netloom"


def type_page(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.workbench.description
    window.workbench.side_panel.show()
    window.workbench.side_panel.setCurrentWidget(panel)
    panel.edit.setChecked(True)
    qtbot.keyClicks(panel.writer, TYPED)


def type_name(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.canvas.select(["dense3"])
    line = window.workbench.inspector.layer.name
    line.selectAll()
    qtbot.keyClicks(line, TYPED)


def type_setting(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.canvas.select(["dense3"])
    box = window.workbench.inspector.layer.form.field("units").editor()
    box.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(box, "321")


def type_on_card(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.canvas.select(["dense3"])
    window.workbench.canvas.run("rename")
    field = window.workbench.canvas.findChild(QLineEdit, "renameField")
    assert field is not None and field.isVisible()
    field.selectAll()
    qtbot.keyClicks(field, TYPED)


def type_note(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.go_to_annotation("a1")
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_F2)
    field = window.workbench.canvas.findChild(QPlainTextEdit, "noteField")
    assert field is not None and field.isVisible()
    field.selectAll()
    qtbot.keyClicks(field, TYPED)


def type_in_outline(window: MainWindow, qtbot: QtBot) -> None:
    outline = window.workbench.outline
    window.workbench.left.setCurrentWidget(outline)
    (item,) = outline.findItems("dense3", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    outline.editItem(item, 0)
    field = outline.viewport().findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, TYPED)


def in_network(file: dict[str, Any]) -> bool:
    return TYPED in json.dumps(file["network"])


def in_notes(file: dict[str, Any]) -> bool:
    return TYPED in (file.get("notes") or "")


def in_units(file: dict[str, Any]) -> bool:
    return "321" in json.dumps(file["network"])


Typing = Callable[[MainWindow, QtBot], None]
Seen = Callable[[dict[str, Any]], bool]
EDITORS: dict[str, tuple[Typing, Seen]] = {
    "page": (type_page, in_notes),
    "name": (type_name, in_network),
    "setting": (type_setting, in_units),
    "name on the card": (type_on_card, in_network),
    "note": (type_note, in_network),
    "name in the outline": (type_in_outline, in_network),
}


def open_and_type(window: MainWindow, project: Path, qtbot: QtBot, editor: str) -> Seen:
    """Open a project as it was at first and type into an editor.

    What is returned tells whether a file has what was typed.
    """
    typing, seen = EDITORS[editor]
    write(project)
    window.files.open(project)
    assert window.session.path == project.resolve() and not window.session.modified
    typing(window, qtbot)
    return seen


def content(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def test_saving_takes_what_is_being_typed(window: MainWindow, first: Path, other: Path, qtbot: QtBot) -> None:
    for editor in EDITORS:
        seen = open_and_type(window, first, qtbot, editor)
        assert not seen(content(first)), editor
        assert window.files.save()
        assert seen(content(first)), f"the save left out what was typed: {editor}"
        before = other.read_bytes()
        window.files.open(other)
        assert window.session.path == other.resolve(), f"it asked about edits that were saved: {editor}"
        assert not window.session.modified, editor
        window.files.save()
        assert not seen(content(other)), f"it leaked into the other project: {editor}"
        assert json.loads(before) == content(other), editor


def test_opening_another_asks_about_what_is_being_typed(
    window: MainWindow, first: Path, other: Path, qtbot: QtBot
) -> None:
    for editor in EDITORS:
        seen = open_and_type(window, first, qtbot, editor)
        window.files.open(other)
        (notice,) = [notice for notice in window.banners.notices if notice.key == "unsaved"]
        assert window.session.path == first.resolve(), editor
        dict(notice.choices)["Save"]()
        assert window.session.path == other.resolve() and seen(content(first)), editor
        window.files.save()
        assert not seen(content(other)), editor


def test_what_is_given_up_reaches_no_other_project(window: MainWindow, first: Path, other: Path, qtbot: QtBot) -> None:
    for editor in EDITORS:
        seen = open_and_type(window, first, qtbot, editor)
        window.session.open(other)  # whoever opens without asking
        QApplication.processEvents()
        assert not window.session.modified, editor
        window.files.save()
        assert not seen(content(other)) and not seen(content(first)), editor


@pytest.mark.parametrize("editor", EDITORS)
def test_closing_asks_about_what_is_being_typed(window: MainWindow, first: Path, qtbot: QtBot, editor: str) -> None:
    seen = open_and_type(window, first, qtbot, editor)
    assert not window.close()
    (notice,) = [notice for notice in window.banners.notices if notice.key == "closing"]
    dict(notice.choices)["Save and close"]()
    assert not window.isVisible() and seen(content(first))


@pytest.mark.parametrize("column", [NOTES, TAGS])
def test_labels_of_a_run_are_kept_when_another_project_is_opened(
    window: MainWindow, first: Path, other: Path, netloom_home: Path, qtbot: QtBot, column: str
) -> None:
    project = digits_project()
    project.id = id_of(project, first)
    run = netloom_home / "runs" / "one"
    Run.create(run, project_json(project), {})
    window.files.open(first)
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.show_runs()
    panel.refresh_runs()
    panel.runs.model.read_all()
    panel.runs.wide.setChecked(True)
    QApplication.processEvents()
    titles = [each.title for each in panel.runs.model.columns]
    panel.runs.table.edit(panel.runs.model.index(0, titles.index(column)))
    field = panel.runs.table.viewport().findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, TYPED)
    window.files.open(other)
    labels = read_labels(run)
    assert TYPED in (labels.notes if column == NOTES else " ".join(labels.tags))


def test_a_page_is_in_the_journal_while_it_is_written(window: MainWindow, first: Path, qtbot: QtBot) -> None:
    window.files.open(first)
    type_page(window, qtbot)
    qtbot.waitUntil(lambda: TYPED in str(window.session.document.sections.get("notes")), timeout=4000)
    assert window.workbench.description.writing
    qtbot.keyClicks(window.workbench.description.writer, "_more")
    window.workbench.description.edit.setChecked(False)
    assert window.session.document.undo_names[:1] == ("Edit the description",)
    window.session.document.undo()
    assert not window.session.document.sections.get("notes"), "one sitting is one step of undo"
