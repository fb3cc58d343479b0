"""Blocks of one's own, and the history of edits, by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.project import block_library
from graph.drawing import cards
from graph.errors import NetloomError
from graph.layers.io import Input
from graph.shapes import image
from graph.structure.blocks import Block
from tests.widgets.shell.test_blocks import workbench
from widgets.panels.palette import BLOCK_MIME
from widgets.shell.window import MainWindow
from widgets.shell.workbench import Workbench

pytestmark = pytest.mark.built("workbench")

__all__ = ["workbench"]  # a fixture, used by name
LEFT = Qt.MouseButton.LeftButton


def keep(workbench: Workbench, window: MainWindow) -> None:
    workbench.canvas.select(["stage"])
    window.commands["keep_block"].trigger()


def block_row(workbench: Workbench, name: str) -> QPoint:
    """Where a block of one's own stands in the palette."""
    tree = workbench.palette_panel.tree
    (item,) = tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    tree.scrollToItem(item)
    return tree.visualItemRect(item).center()


def test_a_block_is_kept_named_and_used_again(workbench: Workbench, window: MainWindow, qtbot: QtBot) -> None:
    keep(workbench, window)
    assert block_library.names() == ("stage",)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Edges")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: block_library.names() == ("Edges",))
    qtbot.wait(10)
    tree = workbench.palette_panel.tree
    spot = block_row(workbench, "Edges")
    qtbot.mouseClick(tree.viewport(), LEFT, pos=spot)
    qtbot.mouseDClick(tree.viewport(), LEFT, pos=spot)
    (added,) = workbench.selected
    layer = workbench.block_navigation.document.network.layer(added)
    assert isinstance(layer, Block)
    assert set(layer.body.network.ids) == {"x", "conv1", "flatten2", "y"}


def test_a_kept_block_is_dropped_on_the_canvas(workbench: Workbench, window: MainWindow) -> None:
    keep(workbench, window)
    data = QMimeData()
    data.setData(BLOCK_MIME, b"stage")
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(50, 50), copy, data, LEFT, none)
    QApplication.sendEvent(workbench.canvas.viewport(), entering)
    assert entering.isAccepted()
    event = QDropEvent(QPoint(60, 60), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(workbench.canvas.viewport(), event)
    blocks = [node.id for node in workbench.block_navigation.document.network if isinstance(node.layer, Block)]
    assert len(blocks) == 2


def test_a_kept_block_dropped_beside_an_open_end_is_offered_its_wire_and_gets_it(
    workbench: Workbench, window: MainWindow
) -> None:
    keep(workbench, window)
    canvas, document = workbench.canvas, workbench.block_navigation.document
    with document.transaction("Open"):
        start = document.add(Input(shape=image(1, 8, 8)), (0, 900))
    canvas.navigation.show_region(canvas.board.cards[start].rect.adjusted(-300, -100, 600, 100))
    spot = canvas.mapFromScene(canvas.board.cards[start].rect.center() + QPointF(cards.STEP, 0))
    data = QMimeData()
    data.setData(BLOCK_MIME, b"stage")
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(canvas.viewport(), QDragEnterEvent(spot, copy, data, LEFT, none))
    QApplication.sendEvent(canvas.viewport(), QDragMoveEvent(spot, copy, data, LEFT, none))
    assert canvas.surface.emphasis.offered is not None
    QApplication.sendEvent(canvas.viewport(), QDragLeaveEvent())
    assert canvas.surface.emphasis.offered is None
    QApplication.sendEvent(canvas.viewport(), QDragEnterEvent(spot, copy, data, LEFT, none))
    QApplication.sendEvent(canvas.viewport(), QDropEvent(QPointF(spot), copy, data, LEFT, none))
    (added,) = workbench.selected
    assert isinstance(document.network.layer(added), Block)
    assert document.network.into(added)["x"].source == start
    assert canvas.surface.emphasis.offered is None


def test_a_kept_block_is_deleted(workbench: Workbench, window: MainWindow, qtbot: QtBot) -> None:
    keep(workbench, window)
    tree = workbench.palette_panel.tree
    qtbot.mouseClick(tree.viewport(), LEFT, pos=block_row(workbench, "stage"))
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert block_library.names() == ()
    qtbot.wait(10)
    assert not tree.findItems("stage", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert "stage" in workbench.block_navigation.document.network


def test_the_library_says_what_is_wrong(netloom_home: Path, workbench: Workbench) -> None:
    layer = workbench.block_navigation.document.network.layer("stage")
    assert isinstance(layer, Block)
    block_library.keep("mine", layer)
    assert block_library.take("mine") == layer
    with pytest.raises(NetloomError, match="already"):
        block_library.keep("mine", layer)
    with pytest.raises(NetloomError, match="names its file"):
        block_library.keep("a/b", layer)
    with pytest.raises(NetloomError, match="cannot be read"):
        block_library.take("other")
    (netloom_home / "library" / "mine.netloom").write_text("{", "utf-8")
    assert "broken" in block_library.summaries()["mine"]


def test_a_click_in_the_history_goes_there(workbench: Workbench, qtbot: QtBot) -> None:
    workbench.add_layer("relu")
    workbench.add_layer("dropout")
    workbench.left.setCurrentWidget(workbench.history)
    history = workbench.history
    texts = [history.item(row).text() for row in range(history.count())]
    assert texts == ["As opened", "Group", "Add ReLU", "Add Dropout"]
    assert history.currentRow() == 3
    qtbot.mouseClick(history.viewport(), LEFT, pos=history.visualItemRect(history.item(1)).center())
    qtbot.wait(10)
    assert not any(node.id.startswith(("relu", "dropout")) for node in workbench.block_navigation.document.network)
    assert history.currentRow() == 1
    assert history.count() == 4
    qtbot.keyClick(history, Qt.Key.Key_End)
    qtbot.keyClick(history, Qt.Key.Key_Return)
    qtbot.wait(10)
    assert any(node.id.startswith("dropout") for node in workbench.block_navigation.document.network)
