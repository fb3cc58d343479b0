"""Hints in the window: quiet rows below the problems, changed, dismissed and hidden by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stepped(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with a network that has two hints."""
    window.files.open(PRESETS / "step_mlp.netloom")
    wait_for(window, qtbot, 2)
    return window


def wait_for(window: MainWindow, qtbot: QtBot, count: int) -> None:
    workbench = window.workbench
    qtbot.waitUntil(lambda: len(workbench.problems.hint_rows) == count, timeout=30_000)


def test_hints_stand_below_the_problems_and_are_counted_apart(stepped: MainWindow) -> None:
    assert stepped.status.problems.text() == "No problems, 2 hints"
    assert stepped.workbench.problems.rows == []
    assert stepped.workbench.problems.hint_rows[0].accessibleName().startswith("Hint: step1")


def test_the_reason_is_told_on_demand_and_a_click_goes_to_the_layer(stepped: MainWindow, qtbot: QtBot) -> None:
    row = stepped.workbench.problems.hint_rows[0]
    assert not row.reason.isVisible()
    qtbot.mouseClick(row.why, LEFT)
    assert row.reason.isVisible()
    qtbot.mouseClick(row, LEFT, pos=QPoint(60, 10))
    assert stepped.workbench.selected == ("step1",)
    assert "no slope" in stepped.workbench.inspector.layer.hints.text.text()
    assert stepped.workbench.inspector.layer.hints.isVisible()
    assert not stepped.workbench.inspector.layer.problem.isVisible()
    stepped.workbench.canvas.select(["dense1"])
    assert not stepped.workbench.inspector.layer.hints.isVisible()


def test_its_button_changes_the_network_and_undo_brings_both_back(stepped: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(stepped.workbench.problems.hint_rows[0].buttons[0], LEFT)
    wait_for(stepped, qtbot, 1)
    assert stepped.session.document.network.layer("step1").kind == "sigmoid"
    assert stepped.status.problems.text() == "No problems, 1 hint"
    stepped.session.document.undo()
    wait_for(stepped, qtbot, 2)


def test_it_is_dismissed_here_by_del_and_by_its_menu(stepped: MainWindow, qtbot: QtBot) -> None:
    row = stepped.workbench.problems.hint_rows[0]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    wait_for(stepped, qtbot, 1)
    assert stepped.session.document.sections["hints"] == {"dismissed": {"step_activation": ["step1"]}}
    menu = stepped.workbench.problems.hint_rows[0].cross.menu()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Dismiss here", "Never show: Step activations"]
    menu.actions()[0].trigger()
    wait_for(stepped, qtbot, 0)
    stepped.session.document.undo()
    wait_for(stepped, qtbot, 1)


def test_a_rule_is_never_shown_again_until_the_preferences_say_so(stepped: MainWindow, qtbot: QtBot) -> None:
    menu = stepped.workbench.problems.hint_rows[0].cross.menu()
    assert menu is not None
    menu.actions()[1].trigger()
    wait_for(stepped, qtbot, 0)
    assert not stepped.session.modified
    assert stepped.preferences["hidden_hints"] == "step_activation"
    stepped.preferences.set("hidden_hints", "")
    wait_for(stepped, qtbot, 2)
    stepped.preferences.set("hints", False)
    wait_for(stepped, qtbot, 0)


def test_f8_goes_to_a_hint_where_there_is_no_problem(stepped: MainWindow) -> None:
    stepped.commands["problems"].trigger()
    stepped.commands["problems"].trigger()
    assert stepped.workbench.selected == ("step2",)


def test_inside_a_block_its_own_hints_are_told(window: MainWindow, qtbot: QtBot) -> None:
    window.files.open(PRESETS / "vgg_blocks.netloom")
    window.workbench.block_navigation.enter("stack8")
    wait_for(window, qtbot, 1)
    window.workbench.problems.hint_rows[0].dismissed.emit(window.workbench.problems.hint_rows[0].hint)
    wait_for(window, qtbot, 0)
    assert "stack8/" in str(window.session.document.sections["hints"])
