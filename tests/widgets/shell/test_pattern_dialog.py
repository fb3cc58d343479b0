"""Inserting layers by a pattern whose numbers the user sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox
from pytestqt.qtbot import QtBot

from widgets.shell.pattern_dialog import PatternDialog
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def open_dialog(window: MainWindow, qtbot: QtBot) -> PatternDialog:
    window.commands["pattern"].trigger()
    dialog = window.findChild(PatternDialog)
    assert isinstance(dialog, PatternDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def type_number(dialog: PatternDialog, qtbot: QtBot, name: str, number: int) -> None:
    field = next(box for box in dialog.form.findChildren(QAbstractSpinBox) if name in box.accessibleName().lower())
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, str(number))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_numbers_become_layers_in_one_step(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    workbench, session = window.workbench, window.session
    workbench.canvas.select(["input0"])
    dialog = open_dialog(window, qtbot)
    assert dialog.pattern.answers == 10
    type_number(dialog, qtbot, "convolutions n", 3)
    type_number(dialog, qtbot, "stages m", 1)
    type_number(dialog, qtbot, "dense layers k", 2)
    assert dialog.formula.text() == "[[convolution, ReLU] × 3, max pool] × 1, [dense, ReLU] × 2, dense"
    assert dialog.preview.text().startswith("13 layers behind input0")
    before = len(session.document.network)
    qtbot.mouseClick(dialog.insert, LEFT)
    network = session.document.network
    assert len(network) == before + 13
    assert len(workbench.selected) == 13
    assert network.at(workbench.selected[0], "in") is not None
    assert not dialog.isVisible()
    window.commands["undo"].trigger()
    assert len(session.document.network) == before


def test_it_follows_the_selection_and_says_what_does_not_fit(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    workbench = window.workbench
    dialog = open_dialog(window, qtbot)
    assert dialog.preview.text() == "Select the layer that the pattern shall go on from."
    assert not dialog.insert.isEnabled()
    workbench.canvas.select(["flatten2"])
    qtbot.waitUntil(lambda: "set the stages M to 0" in dialog.preview.text())
    workbench.canvas.select(["conv1"])
    qtbot.waitUntil(dialog.insert.isEnabled)
    assert "behind conv1" in dialog.preview.text()
    dialog.close()


def test_an_empty_network_gets_its_ends(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    session = window.session
    dialog = open_dialog(window, qtbot)
    qtbot.mouseClick(dialog.insert, LEFT)
    kinds = [session.document.network.layer(id_).kind for id_ in session.document.network.ordered()]
    assert (kinds[0], kinds[-1]) == ("input", "output")
    assert session.checker.ok
