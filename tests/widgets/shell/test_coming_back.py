"""A project is as it was left when one comes back to it: its view, its tabs, undo, and the run that counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.project import write_project
from tests.widgets.conftest import digits_project
from tests.widgets.shell.test_another_project import train_panel, train_shortly
from tests.widgets.shell.test_continued import begin_training
from tests.widgets.shell.test_window import choose
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS
from widgets.understand.understand_panel import UnderstandPanel

SCORE = "Trained: {} % on the test set"


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """The files of two projects."""
    files = tmp_path / "first.netloom", tmp_path / "second.netloom"
    for file in files:
        write_project(file, digits_project())
    return files


def understand(window: MainWindow) -> UnderstandPanel:
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    return panel


def test_view_and_tabs_belong_to_the_project(window: MainWindow, two: tuple[Path, Path], netloom_home: Path) -> None:
    """Also while the run of another is in progress, when the project's own runs are not looked at."""
    first, second = two
    window.files.open(first)
    train_shortly(window, netloom_home / "runs" / "first-20260101-030405", 0.9)
    left, panel = window.workbench.left, understand(window)
    window.show_workspace("understand")
    assert panel.show_slug("by-hand")
    left.setCurrentWidget(window.workbench.history)
    window.workbench.checks.setCurrentWidget(window.workbench.summary)
    window.files.open(second)
    assert left.currentWidget() is window.workbench.palette_panel
    assert window.workbench.checks.currentWidget() is window.workbench.problems
    window.show_workspace("understand")
    assert panel.views.kind.title != "By hand" and not panel.views.chosen
    assert panel.show_slug("frequencies")
    window.workbench.palette_panel.search.setText("softmax")
    begin_training(window, netloom_home / "runs" / "second-20260102-030405")
    window.files.open(first)
    assert window.workbench.workspace == "understand" and panel.views.kind.title == "By hand"
    assert left.currentWidget() is window.workbench.history
    assert window.workbench.checks.currentWidget() is window.workbench.summary
    assert window.workbench.palette_panel.search.text() == ""
    window.files.open(second)
    assert panel.views.kind.title == "Frequencies"


@pytest.mark.built("workbench")
def test_undo_and_redo_are_there_again(window: MainWindow, two: tuple[Path, Path], qtbot: QtBot) -> None:
    first, second = two
    window.files.open(first)
    before = set(window.session.document.network.ids)
    window.workbench.add_layer("relu")
    window.files.save()
    saved = window.session.document.undo_names
    window.workbench.add_layer("dropout")
    given_up, *_ = window.session.document.undo_names
    window.files.open(second)
    choose(qtbot, window, "Do not save")
    assert window.session.path == second and window.session.document.undo_names == ()
    window.files.open(first)
    document = window.session.document
    assert document.undo_names == saved != () and document.redo_names == (given_up,) and not window.session.modified
    window.commands["undo"].trigger()
    assert set(document.network.ids) == before and window.session.modified
    for _ in range(2):
        window.commands["redo"].trigger()
    assert set(document.network.ids) == {*before, "relu1", "dropout1"}


@pytest.mark.built("workbench")
def test_a_file_that_holds_something_else_by_then_has_no_history(window: MainWindow, two: tuple[Path, Path]) -> None:
    first, second = two
    window.files.open(first)
    window.workbench.add_layer("relu")
    window.files.save()
    window.files.open(second)
    write_project(first, digits_project(9))
    window.files.open(first)
    assert window.session.document.undo_names == () == window.session.document.redo_names


def test_a_project_without_a_file_has_its_history_where_its_last_run_has_all(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    window.workbench.add_layer("relu")
    names = window.session.document.undo_names
    train_shortly(window, netloom_home / "runs" / "digits-20260101-030405", 0.9)
    window.files.open(two[0])
    choose(qtbot, window, "Do not save")
    window.show_start()
    qtbot.mouseClick(window.start.rows[1], Qt.MouseButton.LeftButton)
    assert window.session.path is None and window.session.document.undo_names == names != ()


def test_of_two_runs_the_one_with_the_network_as_it_is_counts(
    window: MainWindow, two: tuple[Path, Path], netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open(two[0])
    document, status = window.session.document, window.status.training
    train_shortly(window, netloom_home / "runs" / "first-20260101-030405", 0.976)
    with document.transaction("Set loss of output4"):
        document.set_values("output4", loss="mse")
    assert status.text() == f"{SCORE.format('97.6')}; the network has changed since"
    train_shortly(window, netloom_home / "runs" / "first-20260102-030405", 0.958)
    assert status.text() == SCORE.format("95.8")
    document.undo()
    qtbot.waitUntil(lambda: status.text() == SCORE.format("97.6"))
    panel = train_panel(window)
    assert panel.strip.state.text() == SCORE.format("97.6") and not panel.strip.outdated.isVisible()
    assert panel.runs.current is not None and panel.runs.current.path.name == "first-20260101-030405"
    document.redo()
    qtbot.waitUntil(lambda: status.text() == SCORE.format("95.8"))
    window.workbench.add_layer("relu")
    qtbot.wait(400)
    assert status.text() == f"{SCORE.format('95.8')}; the network has changed since"
