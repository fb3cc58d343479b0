"""Unsaved work in the window: kept as it is made, recovered after a crash, and never written over what others saved."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.project.journal import Journal
from app.project.journal_lines import Standing
from app.project.recovery import unsaved
from graph.project import Project, read_project, write_project
from graph.steps import finished
from tests.widgets.conftest import digits_project
from tests.widgets.shell.test_window import choose, said
from widgets.shell.assembly import offer_recovery
from widgets.shell.project_session import fingerprint, opening
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


def left_by_a_crash(netloom_home: Path, project_file: Path) -> None:
    """Unsaved work on the project, with 9 units, as a killed process leaves it."""
    journal = Journal(netloom_home / "recovery")
    known = Standing(project_file, fingerprint(project_file), "", clean=False)
    journal.begin(digits_project(units=9), known)
    journal.settle()
    journal.abandon()


def test_work_left_by_a_crash_is_offered_and_recovered(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    left_by_a_crash(netloom_home, project_file)
    offer_recovery(window)
    assert "digits.netloom" in said(window)[0]
    choose(qtbot, window, "Recover")
    assert window.session.document.network.layer("dense3").values()["units"] == 9
    assert window.session.modified
    assert unsaved(netloom_home / "recovery") == []


def recoverable(folder: Path) -> list[Project]:
    """What would be offered if the program were killed now."""
    with tempfile.TemporaryDirectory() as copy:
        for file in folder.glob("*.journal"):
            shutil.copy(file, copy)
        return [entry.read() for entry in unsaved(Path(copy))]


def test_work_left_by_a_crash_does_not_write_over_what_others_saved_since(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    left_by_a_crash(netloom_home, project_file)
    write_project(project_file, digits_project(units=77))
    offer_recovery(window)
    choose(qtbot, window, "Recover")
    window.commands["save"].trigger()
    assert "changed on the disk by someone else. Reload gives up yours." in said(window)[-1]
    assert read_project(project_file).network.layer("dense3").values()["units"] == 77
    choose(qtbot, window, "Keep both")
    assert read_project(project_file).network.layer("dense3").values()["units"] == 77
    assert window.session.path == project_file.with_name("digits 2.netloom")
    assert read_project(window.session.path).network.layer("dense3").values()["units"] == 9
    assert said(window) == []


def test_a_file_that_others_changed_is_written_over_only_when_this_is_chosen(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.workbench.add_layer("relu")
    write_project(project_file, digits_project(units=77))
    window.commands["save"].trigger()
    window.commands["save"].trigger()
    assert "relu" not in [node.layer.kind for node in read_project(project_file).network]
    choose(qtbot, window, "Overwrite")
    assert "relu" in [node.layer.kind for node in read_project(project_file).network]
    assert not window.session.modified and said(window) == []


def test_a_file_that_changes_while_it_is_read_is_told(window: MainWindow, project_file: Path) -> None:
    opened = finished(opening(project_file))
    write_project(project_file, digits_project(units=77))
    window.session.take_over(opened)
    assert "changed on the disk" in said(window)[0]
    window.commands["save"].trigger()
    assert read_project(project_file).network.layer("dense3").values()["units"] == 77


def test_unsaved_work_that_cannot_be_kept_here_stays_where_it_was(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_a_crash(netloom_home, project_file)
    offer_recovery(window)
    with monkeypatch.context() as full:
        full.setattr("app.project.journal.base_lines", out_of_room)
        choose(qtbot, window, "Recover")
    assert "no space left" in said(window)[-1]
    assert window.session.document.network.layer("dense3").values()["units"] == 9
    assert len(recoverable(netloom_home / "recovery")) == 1
    window.workbench.add_layer("relu")
    assert not any("no space left" in text for text in said(window))
    window.commands["save"].trigger()
    assert recoverable(netloom_home / "recovery") == []


def out_of_room(_: Project) -> Iterator[bytes]:
    yield b""
    raise OSError(28, "No space left on device")


def test_edits_reach_the_journal_and_leave_it_when_saved(
    window: MainWindow, project_file: Path, netloom_home: Path
) -> None:
    window.files.open(project_file)
    window.workbench.add_layer("relu")
    assert len(recoverable(netloom_home / "recovery")) == 1
    window.commands["save"].trigger()
    assert recoverable(netloom_home / "recovery") == []
