"""Cards in the accessibility tree: what a screen reader is told of each, and that the tree follows the document."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.dense import Dense
from graph.network import Connection
from tests.widgets.canvas.conftest import OpenCanvas, build
from tests.widgets.canvas.test_board_walk import add_by_search
from widgets.canvas.canvas_view import CanvasView
from widgets.look.theme import ThemeSource

Text = QAccessible.Text


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> Iterator[CanvasView]:
    yield open_canvas(build("input", "flatten", "dense", "output"))


def tree(canvas: CanvasView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(canvas)


def items(canvas: CanvasView) -> list[QAccessibleInterface]:
    top = tree(canvas)
    return [top.child(index) for index in range(top.childCount())]


def test_cards_are_items_with_name_kind_shape_and_connections(canvas: CanvasView) -> None:
    top = tree(canvas)
    assert top.role() == QAccessible.Role.List
    assert top.text(Text.Name) == "Network canvas"
    assert [item.text(Text.Name) for item in items(canvas)] == [
        "input1, Input",
        "flatten1, Flatten",
        "dense1, Dense",
        "output1, Output",
    ]
    dense = items(canvas)[2]
    assert dense.role() == QAccessible.Role.ListItem
    assert dense.text(Text.Description) == "32 units; gives vector 32; from flatten1; to output1"
    assert dense.parent().text(Text.Name) == "Network canvas"
    assert top.indexOfChild(dense) == 2
    assert dense.childCount() == 0


def test_what_is_wrong_is_said(canvas: CanvasView) -> None:
    canvas.select(["flatten1"])
    add_by_search(canvas, "relu")
    with canvas.document.transaction("Cut"):
        canvas.document.disconnect(canvas.document.network.into("dense1")["in"])
        canvas.document.connect(Connection("flatten1", "out", "dense1", "in"))
        canvas.document.add(Dense())
    told = {item.text(Text.Name): item.text(Text.Description) for item in items(canvas)}
    assert "nothing is connected to its input" in told["dense2, Dense"]
    assert "leads to no output" in told["relu1, ReLU"]


def test_the_tree_follows_edits_undo_and_another_document(canvas: CanvasView) -> None:
    canvas.select(["flatten1"])
    add_by_search(canvas, "relu")
    assert [item.text(Text.Name) for item in items(canvas)][2] == "relu1, ReLU"
    relu = items(canvas)[2]
    canvas.document.undo()
    assert not relu.isValid()
    assert relu.text(Text.Name) == ""
    assert relu.state().invalid
    canvas.document.redo()
    assert relu.isValid()
    canvas.set_document(Document(), canvas.checker)
    assert tree(canvas).childCount() == 0


def test_the_selected_card_has_the_focus_and_is_where_it_is_seen(canvas: CanvasView) -> None:
    canvas.setFocus()
    canvas.select(["dense1"])
    item = items(canvas)[2]
    assert item.state().selected and item.state().focused and not item.state().offscreen
    assert not items(canvas)[1].state().selected
    assert tree(canvas).focusChild().text(Text.Name) == "dense1, Dense"
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert tree(canvas).focusChild().text(Text.Name) == "flatten1, Flatten"
    middle: QPoint = item.rect().center()
    assert tree(canvas).childAt(middle.x(), middle.y()).text(Text.Name) == "dense1, Dense"
    spot = canvas.viewport().mapFromGlobal(middle)
    assert (canvas.mapToScene(spot) - canvas.board.cards["dense1"].rect.center()).manhattanLength() < 4


@pytest.mark.usefixtures("qapp")
def test_items_outlive_no_canvas() -> None:
    document = build("input", "relu")
    canvas = CanvasView(document, Checker(document), ThemeSource("light"))
    held = items(canvas)
    top = tree(canvas)
    canvas.close()
    shiboken6.delete(canvas)
    gc.collect()
    assert not any(shiboken6.isValid(item) for item in held)
    assert not shiboken6.isValid(top)
