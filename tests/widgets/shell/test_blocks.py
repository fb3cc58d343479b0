"""Blocks in the window: entered, edited, left, and what follows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from graph.build.code import generate
from graph.document import Document
from graph.project import Project
from graph.shapes import image
from graph.structure.blocks import Block, Loop
from graph.structure.grouping import group
from tests.widgets.conftest import digits_project
from widgets.shell.project_session import ProjectSession
from widgets.shell.window import MainWindow
from widgets.shell.workbench import Workbench

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workbench(window: MainWindow, project_file: Path) -> Workbench:
    """The workbench with a network whose convolution and flatten are the block ``stage``."""
    window.files.open(project_file)
    session = window.session
    with session.document.transaction("Group"):
        group(session.document, session.checker, ["conv1", "flatten2"], "stage")
    return window.workbench


def outer(workbench: Workbench) -> Document:
    session: ProjectSession = workbench._session
    return session.document


def enter(workbench: Workbench, qtbot: QtBot) -> None:
    """Double-click the block's card."""
    canvas = workbench.canvas
    canvas.run("home")
    spot = canvas.mapFromScene(canvas.board.cards["stage"].rect.center())
    qtbot.mouseDClick(canvas.viewport(), LEFT, pos=spot)


def test_a_block_is_entered_by_a_double_click_and_left_by_the_breadcrumb(workbench: Workbench, qtbot: QtBot) -> None:
    assert not workbench.breadcrumb.isVisible()
    enter(workbench, qtbot)
    assert workbench.block_navigation.path == ("stage",)
    assert set(workbench.canvas.board.cards) == {"x", "conv1", "flatten2", "y"}
    assert [button.text() for button in workbench.breadcrumb.buttons] == ["digits", "stage"]
    assert str(workbench.block_navigation.checker.layer_info("conv1").outputs["out"]) == "16 × 8 × 8"
    qtbot.mouseClick(workbench.breadcrumb.buttons[0], LEFT)
    assert workbench.block_navigation.path == ()
    assert workbench.selected == ("stage",)
    assert not workbench.breadcrumb.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Backspace])
def test_keys_leave_a_block(key: Qt.Key, workbench: Workbench, qtbot: QtBot) -> None:
    enter(workbench, qtbot)
    workbench.canvas.setFocus()
    qtbot.keyClick(workbench.canvas, key)
    assert workbench.block_navigation.path == ()
    assert "stage" in outer(workbench).network


def test_an_edit_inside_is_one_undo_outside(workbench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(workbench, qtbot)
    workbench.canvas.select(["conv1"])
    box = workbench.inspector.layer.form.field("filters").editor()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    stage = outer(workbench).network.layer("stage")
    assert isinstance(stage, Block)
    assert stage.body.network.layer("conv1").values()["filters"] == 17
    assert outer(workbench).undo_names[0] == "Set filters of conv1"
    window.commands["undo"].trigger()
    assert workbench.block_navigation.document.network.layer("conv1").values()["filters"] == 16
    assert workbench.block_navigation.path == ("stage",)
    window.commands["undo"].trigger()  # takes the grouping back, so there is nothing left to be inside of
    assert workbench.block_navigation.path == ()
    assert "conv1" in workbench.canvas.board.cards


def test_shapes_inside_follow_the_outside(workbench: Workbench, qtbot: QtBot) -> None:
    enter(workbench, qtbot)
    document = outer(workbench)
    with document.transaction("Enlarge"):
        document.set_values("input0", shape=image(1, 12, 12))
    assert str(workbench.block_navigation.checker.layer_info("conv1").outputs["out"]) == "16 × 12 × 12"


def test_problems_inside_are_listed_while_inside(workbench: Workbench, qtbot: QtBot) -> None:
    enter(workbench, qtbot)
    with workbench.block_navigation.document.transaction("Break"):
        workbench.block_navigation.document.set_values("conv1", groups=3)
    assert any(row.problem.layer == "conv1" for row in workbench.problems.rows)
    workbench.leave_block()
    assert all(row.problem.layer != "conv1" for row in workbench.problems.rows)


def test_the_outline_shows_what_is_inside_and_goes_there(workbench: Workbench, qtbot: QtBot) -> None:
    workbench.left.setCurrentWidget(workbench.outline)
    (item,) = workbench.outline.findItems("stage", Qt.MatchFlag.MatchExactly)
    item.setExpanded(True)
    names = [child.text(0) for row in range(item.childCount()) if (child := item.child(row)) is not None]
    assert names[-4:] == ["x", "conv1", "flatten2", "y"]
    child = item.child(item.childCount() - 3)
    assert child is not None
    assert child.text(1) == "16 × 8 × 8"
    spot = workbench.outline.visualItemRect(child).center()
    qtbot.mouseClick(workbench.outline.viewport(), LEFT, pos=spot)
    assert workbench.selected == ("stage",)
    qtbot.mouseDClick(workbench.outline.viewport(), LEFT, pos=spot)
    assert workbench.block_navigation.path == ("stage",)
    assert workbench.selected == ("conv1",)


def test_another_project_is_shown_from_the_outside(workbench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(workbench, qtbot)
    window.session.start_from(digits_project())
    assert workbench.block_navigation.path == ()
    assert "conv1" in workbench.canvas.board.cards
    assert not any(isinstance(node.layer, Block) for node in window.session.document.network)


def test_a_setting_inside_is_pinned_to_the_block_and_set_there(
    workbench: Workbench, qtbot: QtBot, window: MainWindow
) -> None:
    enter(workbench, qtbot)
    workbench.canvas.select(["conv1"])
    form = workbench.inspector.layer.form
    pin = form.pin("filters")
    assert pin.isVisible()
    assert not pin.isChecked()
    qtbot.mouseClick(pin, LEFT)
    assert form.pin("filters").isChecked()
    workbench.leave_block()
    assert not form.pin("repeat").isVisible()
    box = form.field("conv1.filters").editor()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    block = outer(workbench).network.layer("stage")
    assert isinstance(block, Block)
    assert block.body.network.layer("conv1").values()["filters"] == 17
    assert outer(workbench).undo_names[0] == "Set conv1 filters of stage"
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    assert [spec.name for spec in form._specs] == ["label", "repeat", "shared"]


def test_the_pin_follows_undo(workbench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(workbench, qtbot)
    workbench.canvas.select(["conv1"])
    pin = workbench.inspector.layer.form.pin("bias")
    qtbot.mouseClick(pin, LEFT)
    assert pin.isChecked()
    window.commands["undo"].trigger()
    assert not pin.isChecked()


def test_what_a_loop_remembers_is_chosen_in_lists(window: MainWindow, qtbot: QtBot) -> None:
    from tests.graph.structure.test_blocks import drawn_lstm

    window.files.new()
    window.session.start_from(Project(drawn_lstm().network))
    window.workbench.canvas.select(["loop1"])
    states = window.workbench.inspector.layer.states
    assert states.isVisible()
    assert [row.pair for row in states.rows] == [("h_next", "h"), ("c_next", "c")]
    qtbot.mouseClick(states.rows[1].cross, LEFT)
    loop = window.session.document.network.layer("loop1")
    assert isinstance(loop, Loop)
    assert loop.states == (("h_next", "h"),)
    qtbot.mouseClick(states.add, LEFT)
    assert [row.pair for row in states.rows] == [("h_next", "h"), ("c_next", "c")]
    box = states.rows[1].source
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    loop = window.session.document.network.layer("loop1")
    assert isinstance(loop, Loop)
    assert loop.states == (("h_next", "h"), ("h_next", "c"))
    window.commands["undo"].trigger()
    assert [row.pair for row in states.rows] == [("h_next", "h"), ("c_next", "c")]


def test_a_block_is_left_only_from_inside_it(workbench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    assert not window.commands["leave_block"].isEnabled()
    enter(workbench, qtbot)
    assert window.commands["leave_block"].isEnabled()
    window.commands["leave_block"].trigger()
    assert workbench.block_navigation.path == ()
    assert not window.commands["leave_block"].isEnabled()


def by_card(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_F2)
    field = window.workbench.canvas.context.popups.name_field
    field.selectAll()
    qtbot.keyClicks(field, "encoder")
    qtbot.keyClick(field, Qt.Key.Key_Return)


def by_inspector(window: MainWindow, qtbot: QtBot) -> None:
    line = window.workbench.inspector.layer.name
    line.selectAll()
    qtbot.keyClicks(line, "encoder")
    qtbot.keyClick(line, Qt.Key.Key_Return)


def by_outline(window: MainWindow, qtbot: QtBot) -> None:
    outline = window.workbench.outline
    window.workbench.left.setCurrentWidget(outline)
    qtbot.waitUntil(lambda: bool(outline.findItems("stage", Qt.MatchFlag.MatchExactly)))
    outline.editItem(outline.findItems("stage", Qt.MatchFlag.MatchExactly)[0], 0)
    (field,) = (line for line in outline.viewport().findChildren(QLineEdit) if line.isVisible())
    field.selectAll()
    qtbot.keyClicks(field, "encoder")
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("rename", [by_card, by_inspector, by_outline])
def test_a_block_has_one_name_wherever_it_is_renamed(
    window: MainWindow, workbench: Workbench, qtbot: QtBot, rename: Callable[[MainWindow, QtBot], None]
) -> None:
    block = outer(workbench)
    workbench.canvas.select(["stage"])
    with block.transaction("Label it as older versions did"):
        block.set_values("stage", label="Stage")
    rename(window, qtbot)
    QApplication.processEvents()
    assert "encoder" in block.network and "stage" not in block.network
    card = workbench.canvas.board.cards["encoder"]
    assert (card.id, card.title) == ("encoder", "Block")
    assert workbench.inspector.layer.name.text() == "encoder"
    workbench.left.setCurrentWidget(workbench.outline)
    qtbot.waitUntil(lambda: bool(workbench.outline.findItems("encoder", Qt.MatchFlag.MatchExactly)))
    assert "self.encoder = " in generate(block.network)
    assert block.undo_names[0] == "Rename stage to encoder"
