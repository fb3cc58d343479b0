"""Runs of an unsaved project are renamed and deleted in the real window; undo and redo reach each deletion."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.training.runs import Run
from graph.project import project_json
from tests.widgets.conftest import digits_project
from tests.widgets.training.finished_run import write_log
from widgets.shell.window import MainWindow
from widgets.training.status_strip import APART
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

pytestmark = pytest.mark.built("training")

NO_KEY, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(window: MainWindow, netloom_home: Path, qtbot: QtBot) -> TrainPanel:
    """The training of an unsaved project with an edit and three runs, the latest of which is shown."""
    window.session.start_from(digits_project(), "digits")
    window.show_workspace("train")
    window.activateWindow()
    project = digits_project()
    project.id = window.session.state.id
    for number in range(3):
        run = netloom_home / "runs" / f"digits-20260101-10{number:02d}00"
        Run.create(run, project_json(project), {"created": f"2026-01-01T10:{number:02d}:00"})
        write_log(run, 0.7 + number / 10)
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.show_runs()
    panel.refresh_runs()
    panel.runs.model.read_all()
    qtbot.waitUntil(lambda: panel.runs.current is not None and names(panel) == ["1002", "1001", "1000"])
    return panel


def names(panel: TrainPanel) -> list[str]:
    """What the listed runs are called; of a name that nobody chose, the time."""
    return [entry.path.name.removeprefix("digits-20260101-").removesuffix("00") for entry in panel.runs.model.entries]


def rename(panel: TrainPanel, row: int, name: str, qtbot: QtBot) -> None:
    click(panel, row, qtbot)
    QTest.keyClick(panel.runs.table, Qt.Key.Key_F2)
    editor = panel.runs.table.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def click(panel: TrainPanel, row: int, qtbot: QtBot) -> None:
    table = panel.runs.table
    place = table.visualRect(panel.runs.model.index(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def press(panel: TrainPanel, title: str, qtbot: QtBot) -> None:
    (button,) = [each for each in panel.findChildren(QPushButton) if each.text() == title and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def test_after_a_rename_another_run_is_deleted_and_the_rest_stays(panel: TrainPanel, qtbot: QtBot) -> None:
    rename(panel, 0, "fast lr", qtbot)
    controller = panel._controller
    assert controller.run is not None and controller.run.name == "fast lr"
    click(panel, 1, qtbot)
    press(panel, "Delete", qtbot)
    assert names(panel) == ["fast lr", "1000"] and panel.runs.notice.text.startswith("Deleted “digits  10:01” (")
    assert controller.run.name == "fast lr" and panel.strip.state.text() != "Not trained yet"
    assert f"{controller.run}|train" in panel.curves.loss.view.curves
    assert panel.runs.current is not None and panel.runs.table.hasFocus()
    press(panel, "Undo", qtbot)
    assert names(panel) == ["fast lr", "1001", "1000"]


def test_where_the_last_run_is_deleted_the_one_before_takes_its_place(panel: TrainPanel, qtbot: QtBot) -> None:
    panel.runs.model.tick(panel.runs.model.entry(2).path, True)
    kept = panel.runs.model.entry(2).path
    click(panel, 0, qtbot)
    press(panel, "Delete", qtbot)
    controller = panel._controller
    assert names(panel) == ["1001", "1000"] and panel.runs.notice.text.startswith("Deleted ")
    assert controller.run == panel.runs.model.entry(0).path and panel.strip.state.text() != "Not trained yet"
    assert f"{kept}|train" in panel.curves.loss.view.curves, "curves of another run stay as they were"
    assert f"{controller.run}|train" in panel.curves.loss.view.curves


@pytest.mark.built("understand")
def test_understand_follows_a_run_to_its_new_name(window: MainWindow, panel: TrainPanel, qtbot: QtBot) -> None:
    rename(panel, 1, "wide", qtbot)
    understand = window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    assert understand.subject.run is not None and understand.subject.run.path.name == "wide"


@pytest.mark.parametrize("rows", [1, 3])
def test_ctrl_z_brings_back_what_was_deleted_and_no_edit_is_lost(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot, rows: int
) -> None:
    window.workbench.canvas.select(["dense3"])
    window.workbench.canvas.run("delete")
    layers = len(window.session.document.network)
    click(panel, 0, qtbot)
    if rows == 3:
        panel.runs.table.selectAll()
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Delete)
    QApplication.processEvents()
    assert len(names(panel)) == 3 - rows and window.session.document.undo_names[0].startswith("Delete ")
    focus = QApplication.focusWidget()
    assert focus is not None and panel.runs.isAncestorOf(focus)
    QTest.keyClick(focus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert names(panel) == ["1002", "1001", "1000"] and panel.runs.notice.text == ""
    assert len(window.session.document.network) == layers
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.document.network) == layers + 1, "then the edit before it"


@pytest.mark.parametrize("rows", [(0,), (2,), (0, 2), (0, 1, 2)])
def test_ctrl_z_shows_the_runs_as_they_were_before_they_were_deleted(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot, rows: tuple[int, ...]
) -> None:
    model, controller = panel.runs.model, panel._controller
    model.tick(model.entry(2).path, True)
    model.tick(model.entry(1).path, True)
    before = standing_of(window, panel)
    assert controller.run == model.entry(0).path and list(model.shown.values()) == [0, 1, 2]
    click(panel, rows[0], qtbot)
    for row in rows[1:]:
        place = panel.runs.table.visualRect(model.index(row, 0)).center()
        qtbot.mouseClick(panel.runs.table.viewport(), Qt.MouseButton.LeftButton, CONTROL, pos=place)
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Delete)
    QApplication.processEvents()
    after = standing_of(window, panel)
    assert after != before
    for redo, wanted in ((False, before), (True, after), (False, before)):
        press_keys(window, Qt.Key.Key_Z, shift=redo)
        assert standing_of(window, panel) == wanted


def standing_of(window: MainWindow, panel: TrainPanel) -> list[object]:
    """The order of the runs, the ticks with their colours, the curves, and what header and start page say."""
    model, view = panel.runs.model, panel.curves.metric.view
    curves = {curve_id: curve.run for curve_id, curve in view.curves.items() if len(curve)}
    window.show_start()
    back = window.start.back
    said = back.below if back is not None else ""
    window.show_workbench()
    score = panel.strip.state.text().split(APART)[-1]  # named where another run is picked, as what came back is
    return [names(panel), list(model.shown.items()), curves, panel._controller.run, score, said]


def test_an_edit_after_a_deletion_is_undone_first(window: MainWindow, panel: TrainPanel, qtbot: QtBot) -> None:
    click(panel, 0, qtbot)
    press(panel, "Delete", qtbot)
    window.workbench.canvas.select(["dense3"])
    window.workbench.canvas.run("delete")
    layers = len(window.session.document.network)
    QTest.keyClick(window.workbench.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.document.network) == layers + 1 and len(names(panel)) == 2


def press_keys(window: MainWindow, key: Qt.Key, *, shift: bool = False) -> None:
    """Press Ctrl+key, or Ctrl+Shift+key, where the keys are."""
    held = Qt.KeyboardModifier.ControlModifier | (Qt.KeyboardModifier.ShiftModifier if shift else NO_KEY)
    QTest.keyClick(QApplication.focusWidget() or window, key, held)
    QApplication.processEvents()


def delete_layer(window: MainWindow, id: str) -> None:
    """Delete a layer by its key on the canvas."""
    window.workbench.canvas.setFocus()
    window.workbench.canvas.select([id])

    QTest.keyClick(window.workbench.canvas, Qt.Key.Key_Delete)
    QApplication.processEvents()


def delete_run(panel: TrainPanel, row: int, qtbot: QtBot) -> None:
    """Delete a run by its key in the list."""
    click(panel, row, qtbot)
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Delete)
    QApplication.processEvents()


def test_each_ctrl_z_takes_back_one_more_of_deletions_and_edits_and_redo_does_them_again(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot
) -> None:
    document = window.session.document

    def standing() -> tuple[list[str], int]:
        return names(panel), len(document.network)

    states = [standing()]
    delete_run(panel, 0, qtbot)
    states.append(standing())
    delete_run(panel, 1, qtbot)
    states.append(standing())
    delete_layer(window, "dense3")
    states.append(standing())
    delete_run(panel, 0, qtbot)
    states.append(standing())
    assert states[-1] == ([], states[0][1] - 1) and len({str(state) for state in states}) == 5
    for state in states[-2::-1]:
        press_keys(window, Qt.Key.Key_Z)
        assert standing() == state
    assert not document.modified
    for state in states[1:]:
        press_keys(window, Qt.Key.Key_Z, shift=True)
        assert standing() == state
    press_keys(window, Qt.Key.Key_Z)
    press_keys(window, Qt.Key.Key_Z)
    assert standing() == states[-3] and window.commands["redo"].text() == "Redo Delete dense3"


def test_the_history_lists_deletions_among_the_edits(window: MainWindow, panel: TrainPanel, qtbot: QtBot) -> None:
    delete_run(panel, 1, qtbot)
    delete_layer(window, "dense3")
    delete_run(panel, 0, qtbot)
    history = window.workbench.history
    history.rebuild()
    done = [history.item(row).text() for row in range(1, history.count())]
    assert done == ["Delete the run “digits  10:01”", "Delete dense3", "Delete the run “digits  10:02”"]
    history.go_to(0)
    assert names(panel) == ["1002", "1001", "1000"] and "dense3" in window.session.document.network
    history.go_to(2)
    assert names(panel) == ["1002", "1000"] and "dense3" not in window.session.document.network


def test_a_run_that_was_renamed_after_it_came_back_is_deleted_again(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot
) -> None:
    delete_run(panel, 0, qtbot)
    press_keys(window, Qt.Key.Key_Z)
    rename(panel, 0, "kept", qtbot)
    press_keys(window, Qt.Key.Key_Z, shift=True)
    assert names(panel) == ["1001", "1000"] and panel.runs.notice.text.startswith("Deleted “kept”")
    press_keys(window, Qt.Key.Key_Z)
    assert names(panel) == ["kept", "1001", "1000"]


def test_what_came_back_by_the_menu_is_not_brought_back_twice(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot
) -> None:
    delete_run(panel, 0, qtbot)
    delete_run(panel, 0, qtbot)
    deletion = panel.runs._deletion
    deletion.look()
    (first,) = [each for each in deletion.deleted if "1002" in each.path.name]
    deletion.restore([first])
    assert names(panel) == ["1002", "1000"]
    press_keys(window, Qt.Key.Key_Z)
    assert names(panel) == ["1002", "1001", "1000"] and not window.session.document.undo_names
    press_keys(window, Qt.Key.Key_Z, shift=True)
    assert names(panel) == ["1002", "1000"]


def test_a_deletion_that_lost_its_runs_for_good_is_no_longer_in_the_history(
    window: MainWindow, panel: TrainPanel, qtbot: QtBot
) -> None:
    delete_run(panel, 0, qtbot)
    panel.runs._deletion.ask_for_good()
    press(panel, "Delete for good", qtbot)
    assert window.session.document.undo_names == ()
    assert not window.commands["undo"].isEnabled()
