"""Blocks in the window: entered, edited, left, and what follows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.project import Project
from graph.shapes import image
from graph.structure.blocks import Block, Loop
from graph.structure.grouping import group
from tests.widgets.conftest import digits_project
from widgets.shell.project_session import ProjectSession
from widgets.shell.window import MainWindow
from widgets.shell.workbench import Workbench

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(window: MainWindow, project_file: Path) -> Workbench:
    """The workbench with a network whose convolution and flatten are the block ``stage``."""
    window.files.open(project_file)
    session = window.session
    assert session is not None
    assert window.bench is not None
    with session.document.transaction("Group"):
        group(session.document, session.checker, ["conv1", "flatten2"], "stage")
    return window.bench


def outer(bench: Workbench) -> Document:
    session: ProjectSession = bench._session
    return session.document


def enter(bench: Workbench, qtbot: QtBot) -> None:
    """Double-click the block's card."""
    canvas = bench.canvas
    canvas.frame_all()
    spot = canvas.mapFromScene(canvas.board.cards["stage"].rect.center())
    qtbot.mouseDClick(canvas.viewport(), LEFT, pos=spot)


def test_a_block_is_entered_by_a_double_click_and_left_by_the_breadcrumb(bench: Workbench, qtbot: QtBot) -> None:
    assert not bench.breadcrumb.isVisible()
    enter(bench, qtbot)
    assert bench.inside.path == ("stage",)
    assert set(bench.canvas.board.cards) == {"x", "conv1", "flatten2", "y"}
    assert [button.text() for button in bench.breadcrumb.buttons] == ["digits", "stage"]
    assert str(bench.inside.checker.facts("conv1").outputs["out"]) == "16 x 8 x 8"
    qtbot.mouseClick(bench.breadcrumb.buttons[0], LEFT)
    assert bench.inside.path == ()
    assert bench.selected == ("stage",)
    assert not bench.breadcrumb.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Backspace])
def test_keys_leave_a_block(key: Qt.Key, bench: Workbench, qtbot: QtBot) -> None:
    enter(bench, qtbot)
    bench.canvas.setFocus()
    qtbot.keyClick(bench.canvas, key)
    assert bench.inside.path == ()
    assert "stage" in outer(bench).network


def test_an_edit_inside_is_one_undo_outside(bench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(bench, qtbot)
    bench.canvas.select(["conv1"])
    box = bench.inspector.layer.form.field("filters").editor()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert outer(bench).network.layer("stage").body.network.layer("conv1").values()["filters"] == 17
    assert outer(bench).undo_names[0] == "Set filters of conv1"
    window.commands["undo"].trigger()
    assert bench.inside.document.network.layer("conv1").values()["filters"] == 16
    assert bench.inside.path == ("stage",)
    window.commands["undo"].trigger()  # takes the grouping back, so there is nothing left to be inside of
    assert bench.inside.path == ()
    assert "conv1" in bench.canvas.board.cards


def test_shapes_inside_follow_the_outside(bench: Workbench, qtbot: QtBot) -> None:
    enter(bench, qtbot)
    document = outer(bench)
    with document.transaction("Enlarge"):
        document.set_values("input0", shape=image(1, 12, 12))
    assert str(bench.inside.checker.facts("conv1").outputs["out"]) == "16 x 12 x 12"


def test_problems_inside_are_listed_while_inside(bench: Workbench, qtbot: QtBot) -> None:
    enter(bench, qtbot)
    with bench.inside.document.transaction("Break"):
        bench.inside.document.set_values("conv1", groups=3)
    assert any(row.problem.layer == "conv1" for row in bench.problems.rows)
    bench.leave_block()
    assert all(row.problem.layer != "conv1" for row in bench.problems.rows)


def test_the_outline_shows_what_is_inside_and_goes_there(bench: Workbench, qtbot: QtBot) -> None:
    bench.left.setCurrentWidget(bench.outline)
    (item,) = bench.outline.findItems("stage", Qt.MatchFlag.MatchExactly)
    item.setExpanded(True)
    names = [child.text(0) for row in range(item.childCount()) if (child := item.child(row)) is not None]
    assert names[-4:] == ["x", "conv1", "flatten2", "y"]
    child = item.child(item.childCount() - 3)
    assert child is not None
    assert child.text(1) == "16 x 8 x 8"
    spot = bench.outline.visualItemRect(child).center()
    qtbot.mouseClick(bench.outline.viewport(), LEFT, pos=spot)
    assert bench.selected == ("stage",)
    qtbot.mouseDClick(bench.outline.viewport(), LEFT, pos=spot)
    assert bench.inside.path == ("stage",)
    assert bench.selected == ("conv1",)


def test_another_project_is_shown_from_the_outside(bench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(bench, qtbot)
    assert window.session is not None
    window.session.start_from(digits_project())
    assert bench.inside.path == ()
    assert "conv1" in bench.canvas.board.cards
    assert not any(isinstance(node.layer, Block) for node in window.session.document.network)


def test_a_setting_inside_is_pinned_to_the_block_and_set_there(
    bench: Workbench, qtbot: QtBot, window: MainWindow
) -> None:
    enter(bench, qtbot)
    bench.canvas.select(["conv1"])
    form = bench.inspector.layer.form
    pin = form.pin("filters")
    assert pin.isVisible()
    assert not pin.isChecked()
    qtbot.mouseClick(pin, LEFT)
    assert form.pin("filters").isChecked()
    bench.leave_block()
    assert not form.pin("repeat").isVisible()
    box = form.field("conv1.filters").editor()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    block = outer(bench).network.layer("stage")
    assert isinstance(block, Block)
    assert block.body.network.layer("conv1").values()["filters"] == 17
    assert outer(bench).undo_names[0] == "Set conv1 filters of stage"
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    assert [spec.name for spec in form._specs] == ["label", "repeat", "shared"]


def test_the_pin_follows_undo(bench: Workbench, qtbot: QtBot, window: MainWindow) -> None:
    enter(bench, qtbot)
    bench.canvas.select(["conv1"])
    pin = bench.inspector.layer.form.pin("bias")
    qtbot.mouseClick(pin, LEFT)
    assert pin.isChecked()
    window.commands["undo"].trigger()
    assert not pin.isChecked()


def test_what_a_loop_remembers_is_chosen_in_lists(window: MainWindow, qtbot: QtBot) -> None:
    from tests.graph.structure.test_blocks import drawn_lstm

    window.files.new()
    assert window.session is not None
    assert window.bench is not None
    window.session.start_from(Project(drawn_lstm().network))
    window.bench.canvas.select(["loop1"])
    states = window.bench.inspector.layer.states
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
