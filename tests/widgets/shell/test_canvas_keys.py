"""Keys of the canvas in the window: Return opens, letters stay in the field that is typed in, focus can be seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.layers.activation import Relu
from tests.widgets.shell.test_blocks import workbench
from widgets.shell.window import MainWindow
from widgets.shell.workbench import Workbench

pytestmark = pytest.mark.built("workbench")

__all__ = ["workbench"]  # a fixture, used by name

Key, Mod = Qt.Key, Qt.KeyboardModifier
LETTERS = "mbcudwlnfkh"
"""Letters that are commands of the canvas."""


def test_return_opens_the_settings_of_a_layer(workbench: Workbench) -> None:
    canvas = workbench.canvas
    canvas.setFocus()
    id_ = next(id_ for id_ in canvas.document.network.ids if id_.startswith("dense"))
    canvas.select([id_])
    QTest.keyClick(canvas, Key.Key_Return)
    focus = QApplication.focusWidget()
    assert focus is not None and workbench.inspector.layer.form.isAncestorOf(focus)
    assert "units" in QAccessible.queryAccessibleInterface(focus).text(QAccessible.Text.Name)
    canvas.setFocus()
    canvas.select([canvas.add(Relu())])
    QTest.keyClick(canvas, Key.Key_Return)
    assert workbench.inspector.layer.name.hasFocus()  # it has no settings


def test_return_opens_a_block_and_a_note(workbench: Workbench) -> None:
    canvas = workbench.canvas
    canvas.setFocus()
    canvas.select(["stage"])
    QTest.keyClick(canvas, Key.Key_Enter, Mod.KeypadModifier)
    assert workbench.block_navigation.path == ("stage",)
    QTest.keyClick(canvas, Key.Key_N)
    note = canvas.context.popups.note_field
    QTest.keyClicks(note, "first")
    QTest.keyClick(note, Key.Key_Return, Mod.ControlModifier)
    assert [each.text for each in canvas.document.network.annotations.values()] == ["first"]
    QTest.keyClick(canvas, Key.Key_N, Mod.ShiftModifier)
    QTest.keyClick(canvas, Key.Key_Return)
    assert note.isVisible()


def test_a_note_that_is_edited_keeps_its_letters_and_its_ctrl_enter(window: MainWindow, workbench: Workbench) -> None:
    canvas = workbench.canvas
    canvas.setFocus()
    canvas.select(["stage"])
    before = canvas.document.undo_names
    QTest.keyClick(canvas, Key.Key_N)
    note = canvas.context.popups.note_field
    QTest.keyClicks(note, LETTERS.upper() + LETTERS)
    for key in (Key.Key_G, Key.Key_D):
        QTest.keyClick(note, key, Mod.ControlModifier)
    assert note.isVisible()
    assert note.toPlainText() == LETTERS.upper() + LETTERS
    assert canvas.document.undo_names == before
    started: list[bool] = []
    window.commands["train"].triggered.connect(lambda: started.append(True))
    QTest.keyClick(note, Key.Key_Return, Mod.ControlModifier)
    assert not note.isVisible()
    assert started == []
    assert len(canvas.document.undo_names) == len(before) + 1


def test_letters_in_a_popup_of_the_canvas_are_no_commands(workbench: Workbench) -> None:
    canvas = workbench.canvas
    with canvas.document.transaction("Cut"):
        canvas.document.disconnect(canvas.document.network.connections[0])
    id_ = next(card.id for card in canvas.board.cards.values() if card.severity is not None)
    canvas.setFocus()
    canvas.select([id_])
    canvas.run("show_problem")
    popup = canvas.context.popups.problems
    assert popup.isVisible()
    before = canvas.document.undo_names
    for key in (Key.Key_M, Key.Key_B, Key.Key_L, Key.Key_Delete, Key.Key_N):
        QTest.keyClick(QApplication.focusWidget() or popup, key)
    assert canvas.document.undo_names == before
    assert not canvas.context.popups.note_field.isVisible()


def test_letters_elsewhere_are_no_commands_of_the_canvas(workbench: Workbench) -> None:
    canvas = workbench.canvas
    canvas.select(["stage"])
    before = canvas.document.undo_names
    for widget in (workbench.palette_panel.tree, workbench.palette_panel.search, workbench.outline):
        widget.setFocus()
        for letter in LETTERS:
            QTest.keyClicks(QApplication.focusWidget() or widget, letter)
    assert canvas.document.undo_names == before


def test_the_canvas_shows_that_it_has_the_keyboard(workbench: Workbench, window: MainWindow, qtbot: QtBot) -> None:
    canvas = workbench.canvas

    def edge() -> str:
        QApplication.processEvents()
        return canvas.grab().toImage().pixelColor(QPoint(0, canvas.height() // 2)).name()

    canvas.setFocus()
    assert edge() == window.themes.theme.accent.name()
    before = canvas.viewport().geometry(), canvas.mapToScene(QPoint(40, 40))
    workbench.palette_panel.search.setFocus()
    assert edge() != window.themes.theme.accent.name()
    after: tuple[object, QPointF] = canvas.viewport().geometry(), canvas.mapToScene(QPoint(40, 40))
    assert after == before  # nothing moves
