"""The outline: rows follow the document, and only what is in sight is looked up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.document import Document
from graph.network import Node
from tests.graph.networks import chain, layer, wire
from widgets.look.theme import ThemeSource
from widgets.panels.outline import Outline


class Watched(Outline):
    """An outline that notes which layers it is asked about."""

    def __init__(self) -> None:
        super().__init__(ThemeSource("light"))
        self.asked: set[str] = set()

    def _shown(self, node: Node, facts: LayerInfo, column: int, role: int) -> object:
        self.asked.add(node.id)
        return super()._shown(node, facts, column, role)


def long(count: int) -> Document:
    return chain([layer("input"), *[layer("relu")] * count, layer("output")])


@pytest.fixture
def outline(qtbot: QtBot) -> Iterator[Watched]:
    widget = Watched()
    qtbot.addWidget(widget)
    widget.resize(260, 400)
    widget.show()
    yield widget
    widget.close_document()


def show(outline: Outline, document: Document, qtbot: QtBot) -> None:
    outline.set_document(document, Checker(document))
    qtbot.waitUntil(lambda: outline.topLevelItemCount() == len(document.network), timeout=20_000)


def names(outline: Outline) -> list[str]:
    items = [outline.topLevelItem(row) for row in range(outline.topLevelItemCount())]
    return [item.text(0) for item in items if item is not None]


def test_only_layers_in_sight_are_looked_up(outline: Watched, qtbot: QtBot) -> None:
    show(outline, long(600), qtbot)
    QApplication.processEvents()
    assert outline.asked
    assert len(outline.asked) < 100
    outline.asked.clear()
    outline.scrollToBottom()
    qtbot.waitUntil(lambda: "output1" in outline.asked, timeout=20_000)
    assert len(outline.asked) < 200


def test_rows_follow_every_edit_and_keep_what_is_open(outline: Watched, qtbot: QtBot) -> None:
    document = long(12)
    show(outline, document, qtbot)
    items = {name: outline.findItems(name, Qt.MatchFlag.MatchExactly)[0] for name in ("relu2", "relu11")}
    for item in items.values():
        item.setExpanded(True)
    with document.transaction("Edit"):
        document.rename("relu6", "middle")
        document.remove("relu3")
        document.connect(wire("relu2", "relu4"))
        document.add(layer("dense"), name="aside")
    qtbot.waitUntil(lambda: names(outline) == document.network.ordered(), timeout=20_000)
    for name in items:
        (item,) = outline.findItems(name, Qt.MatchFlag.MatchExactly)
        assert item.isExpanded()
    (second,) = outline.findItems("relu2", Qt.MatchFlag.MatchExactly)
    told = [child.text(0) for row in range(second.childCount()) if (child := second.child(row)) is not None]
    assert told == ["in: from relu1", "out: to relu4"]
    document.undo()
    qtbot.waitUntil(lambda: names(outline) == document.network.ordered(), timeout=20_000)


def test_a_name_is_typed_over_a_row(outline: Watched, qtbot: QtBot) -> None:
    document = long(3)
    show(outline, document, qtbot)
    second = outline.topLevelItem(1)
    assert second is not None
    outline.setCurrentItem(second)
    qtbot.keyClick(outline, Qt.Key.Key_F2)
    field = outline.viewport().findChild(QLineEdit)
    assert field is not None
    assert field.text() == "relu1"
    qtbot.keyClicks(field, "1st")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert outline.names.fault is not None
    assert (field.text(), field.isVisible()) == ("1st", True)
    assert "begin with a letter" in outline.names.fault.text()
    assert names(outline)[1] == "relu1"
    qtbot.keyClick(field, Qt.Key.Key_Home)
    field.insert("größe_")  # pytest-qt types no letters but ASCII's
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(outline)[1] == "größe_1st", timeout=20_000)
    assert document.undo_names[0] == "Rename relu1 to größe_1st"
    qtbot.waitUntil(lambda: outline.viewport().findChild(QLineEdit) is None, timeout=20_000)
