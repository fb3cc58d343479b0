"""Undo and redo say what they did where it is not seen, and nothing where it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.changes import Change, LayerSet, SectionSet
from graph.document import Commit
from graph.layers.dense import Dense
from tests.widgets.conftest import digits_project
from tests.widgets.shell.test_window import choose
from widgets.shell.undone import told
from widgets.shell.window import MainWindow

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("Set epochs", (SectionSet("plan", {"epochs": 8}, {}),), "set epochs, 8 to 20"),
        (
            "Set epochs",
            (SectionSet("plan", {"epochs": 8}, {"epochs": 9}), SectionSet("plan", {"epochs": 9}, {"epochs": 30})),
            "set epochs, 8 to 30",
        ),
        ("Set units of d1", (LayerSet("d1", Dense(units=128), Dense(units=32)),), "set units of d1, 128 to 32"),
        ("Set bias of d1", (LayerSet("d1", Dense(), Dense(bias=False)),), "set bias of d1, on to off"),
        ("Choose digits", (SectionSet("data", {"source": "iris"}, None),), "choose digits, iris to none"),
        ("Choose own", (SectionSet("data", {"source": "a", "o": {"b": 1}}, {"o": {"b": 2}}),), "choose own"),
        ("Set a path", (SectionSet("data", {"path": "x" * 80}, {"path": "y"}),), "set a path"),
        ("Delete the run x", (), "delete the run x"),
    ],
)  # fmt: skip
def test_the_one_value_that_changed_is_named(name: str, changes: tuple[Change, ...], words: str) -> None:
    assert told(Commit(name, changes)) == words


@pytest.mark.built("workbench")
def test_what_is_taken_back_out_of_sight_is_told(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_from(digits_project(), "digits")
    window.show_workbench("network")
    document, canvas = window.session.document, window.workbench.canvas
    QApplication.processEvents()  # the network is framed
    with document.transaction("Set epochs"):
        document.set_section("plan", {"epochs": 8})
    QTest.keyClick(canvas, Key.Key_Z, CONTROL)
    assert window.notices == ("Undone: set epochs, 8 to 20.",) and "plan" not in document.sections
    choose(qtbot, window, "Redo")
    assert window.notices == ("Redone: set epochs, 20 to 8.",) and document.sections["plan"] == {"epochs": 8}
    choose(qtbot, window, "Undo")
    assert window.notices == ("Undone: set epochs, 8 to 20.",)
    canvas.select(["flatten2"])
    QTest.keyClick(canvas, Key.Key_Delete)
    qtbot.waitUntil(lambda: window.notices == ())  # Redo would do something else now: there is none any more
    QTest.keyClick(canvas, Key.Key_Z, CONTROL)
    assert window.notices == () and "flatten2" in document.network
    canvas.select(["flatten2"])
    QTest.keyClick(canvas, Key.Key_Delete)
    canvas.context.navigation.center_on(QPointF(9000, 9000))
    QTest.keyClick(canvas, Key.Key_Z, CONTROL)
    assert window.notices == ("Undone: delete flatten2.",)  # where one does not look
    window.turn_to("train")
    QTest.keyClick(canvas, Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert window.notices == ("Redone: delete flatten2.",)
    with document.transaction("Set epochs"):
        document.set_section("plan", {"epochs": 9})
    QTest.keyClick(canvas, Key.Key_Z, CONTROL)
    assert window.notices == () and "plan" not in document.sections
