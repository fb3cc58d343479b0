"""Large projects open in slices, with progress, and can be called off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.system import home
from graph.checking.check import Checker
from graph.project import Project, project_bytes, write_project
from graph.steps import finished, part
from tests.widgets.conftest import chain
from tests.widgets.shell.test_unsaved_work import recoverable
from widgets.shell import journal_keeper, waiting_page
from widgets.shell.project_session import opening as opening_steps
from widgets.shell.waiting_page import WaitingPage
from widgets.shell.window import MainWindow
from widgets.training import sliced_work

pytestmark = pytest.mark.built("workbench")

PATIENCE = 30_000


@pytest.fixture
def large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large, opened in many slices."""
    monkeypatch.setattr(waiting_page, "LARGE", 10)
    monkeypatch.setattr(sliced_work, "SLICE", 0.0001)
    path = tmp_path / "large.netloom"
    write_project(path, Project(chain(("input", {}), *[("relu", {})] * 300, ("output", {}))))
    return path


def page(window: MainWindow) -> WaitingPage:
    current = window.pages.currentWidget()
    assert isinstance(current, WaitingPage)
    return current


def test_a_large_project_shows_how_far_it_is_and_then_itself(
    window: MainWindow, large_file: Path, qtbot: QtBot
) -> None:
    window.files.open(large_file)
    shown, seen = page(window), set[int]()
    assert shown.text.text() == "Opening large.netloom…"
    shown.bar.valueChanged.connect(seen.add)
    qtbot.waitUntil(lambda: window.ready and window.pages.currentWidget() is window.workbench, timeout=PATIENCE)
    assert len(seen) > 3
    assert len(window.session.document.network) == 302
    assert window.session.path == large_file
    assert window.session.checker.layer_info("relu150").outputs
    with window.session.document.transaction("Edit"):
        window.session.document.remove("relu150")
    assert any(problem.layer == "relu151" for problem in window.session.checker.problems)


def test_esc_calls_it_off_and_what_was_open_comes_back(
    window: MainWindow, project_file: Path, large_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_page, "LARGE", 10**9)
    window.files.open(project_file)
    monkeypatch.setattr(waiting_page, "LARGE", 10)
    window.files.open(large_file)
    shown = page(window)
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.workbench
    assert window.session.path == project_file
    assert not shown.busy


def test_cancel_goes_back_to_the_start_page(window: MainWindow, large_file: Path, qtbot: QtBot) -> None:
    window.files.open(large_file)
    qtbot.mouseClick(page(window).cancel, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.start


def test_something_else_shown_meanwhile_gives_the_opening_up(
    window: MainWindow, large_file: Path, qtbot: QtBot
) -> None:
    window.files.open(large_file)
    shown = page(window)
    window.files.new()
    assert not shown.busy
    QApplication.processEvents()
    assert window.session.path is None


def test_a_large_file_that_is_refused_says_why(window: MainWindow, large_file: Path, qtbot: QtBot) -> None:
    text = large_file.read_text("utf-8")
    large_file.write_text(text.replace('"relu200"', '"relu199"', 1), "utf-8")
    window.files.open(large_file)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.start, timeout=PATIENCE)
    assert "two layers are called" in window.banners.notices[-1].text


def test_steps_say_how_far_they_are_and_never_go_back(large_file: Path) -> None:
    shares = list(opening_steps(large_file))
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert 0.9 < shares[-1] <= 1.0
    opened = finished(part(opening_steps(large_file), 0.0, 1.0))
    assert opened.checker.problems == Checker(opened.document).problems
    assert len(opened.document.network) == 302


def test_unsaved_work_in_a_large_network_is_kept_in_slices(
    window: MainWindow, large_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_keeper, "MANY", 50)
    monkeypatch.setattr(journal_keeper, "SLICE", 0.0001)
    window.files.open(large_file)
    qtbot.waitUntil(lambda: window.ready and window.pages.currentWidget() is window.workbench, timeout=PATIENCE)
    folder, document = home.folder("recovery"), window.session.document
    qtbot.waitUntil(lambda: bool(list(folder.glob("*.journal"))), timeout=PATIENCE)  # before any edit
    assert recoverable(folder) == []
    with document.transaction("Rename"):
        document.rename("relu7", "seventh")
    [kept] = recoverable(folder)
    assert "seventh" in kept.network
    assert project_bytes(kept) == project_bytes(window.session.project)
    document.undo()
    assert recoverable(folder) == []
