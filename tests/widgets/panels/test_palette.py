"""The palette takes layers with settings and several in a row, and says so at every width."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.panels.palette import HINTS, NOTHING
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


def test_several_layers_are_added_by_one_return_and_one_undo(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    palette, document = window.workbench.palette_panel, window.session.document
    qtbot.keyClicks(palette.search, "dense 32, relu, dropout 0.3")
    assert palette.nothing.isVisible() and palette.nothing.text().startswith("Enter adds Dense (32 units")
    assert "then ReLU, then Dropout" in palette.nothing.text()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert set(document.network.ids) == {"dense1", "relu1", "dropout1"}
    assert document.network.layer("dense1").values()["units"] == 32
    assert document.network.layer("dropout1").values()["rate"] == 0.3
    assert {(wire.source, wire.target) for wire in document.network.connections} == {
        ("dense1", "relu1"),
        ("relu1", "dropout1"),
    }
    window.commands["undo"].trigger()
    assert document.network.ids == ()


def test_what_is_not_understood_is_said_and_nothing_is_added(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    palette = window.workbench.palette_panel
    qtbot.keyClicks(palette.search, "dense 32, xyzzy")
    assert palette.nothing.text() == "No layer is called “xyzzy”."
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    palette.search.clear()
    assert palette.tree.isVisible()
    qtbot.keyClicks(palette.search, "xyzzy")
    assert palette.nothing.text() == f"No layer is called “xyzzy”. {NOTHING}"
    palette.search.setText("dropuot 0.3")
    assert palette.nothing.text().startswith("No layer is called “dropuot”. Did you mean Dropout?")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.session.document.network.ids == ()


def test_it_says_what_can_be_typed_at_every_width(window: MainWindow) -> None:
    window.files.new()
    palette = window.workbench.palette_panel
    assert "dense 32, relu, dropout" in palette.search.toolTip() and "dense 32, relu, dropout" in NOTHING
    for projector in (False, True):
        window.preferences.set("projector", projector)
        for width in (1440, 1024):
            window.resize(width, 700)
            QApplication.processEvents()
            hint, metrics = palette.search.placeholderText(), palette.search.fontMetrics()
            assert hint in HINTS[:3] and metrics.horizontalAdvance(hint) < palette.search.width()
