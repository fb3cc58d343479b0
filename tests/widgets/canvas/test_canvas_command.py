"""The registry of commands: found by discovery, reached by keys and menus."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.canvas import canvas_command
from widgets.canvas.canvas_command import ContextMenu, Group, canvas_commands, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.keys import command_for, key_table
from widgets.shell.canvas_actions import canvas_actions

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def id_for(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
    found = command_for(QKeyEvent(QEvent.Type.KeyPress, key, modifiers))
    return found.id if found is not None else ""


def test_no_two_commands_have_a_key_in_common() -> None:
    keys = Counter(QKeySequence(key).toString() for command in canvas_commands().values() for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(
    ("key", "modifiers", "id"),
    [
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "add_layer"),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "let_go"),
        (Qt.Key.Key_C, CTRL, "copy"),
        (Qt.Key.Key_C, Qt.KeyboardModifier.NoModifier, "connect"),
        (Qt.Key.Key_Plus, SHIFT, "zoom_in"),
        (Qt.Key.Key_L, SHIFT, "tidy_down"),
        (Qt.Key.Key_Left, CTRL | SHIFT, "leap_left"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.KeypadModifier, "walk_left"),
        (Qt.Key.Key_Q, Qt.KeyboardModifier.NoModifier, ""),
        (Qt.Key.Key_M, CTRL, ""),
    ],
)
def test_keys_call_commands(key: Qt.Key, modifiers: Qt.KeyboardModifier, id: str) -> None:
    assert id_for(key, modifiers) == id


def test_a_function_that_is_decorated_is_in_keys_and_menus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_command, "_registered", dict(canvas_command._registered))
    caches = canvas_commands, key_table
    for cache in caches:
        cache.cache_clear()

    @command("Select the largest layer", "Q", group=Group.FOLLOW, context=ContextMenu.GROUND)
    def select_largest(canvas: CanvasContext) -> None:
        """Select the layer with the most parameters."""

    assert id_for(Qt.Key.Key_Q) == "select_largest"
    action = next(action for action in canvas_actions() if action.id == "select_largest")
    assert (action.menu, action.keys, action.on_canvas) == ("Edit", ("Q",), True)
    for cache in caches:
        cache.cache_clear()


def test_a_hint_stands_in_its_viewport_and_goes(qtbot: QtBot) -> None:
    from widgets.canvas.key_hint import KeyHint
    from widgets.look.theme import ThemeSource

    viewport = QWidget()
    viewport.resize(600, 300)
    qtbot.addWidget(viewport)
    viewport.show()
    hint = KeyHint(viewport, ThemeSource("dark"))
    hint.say("Enter connects.")
    assert hint.isVisible()
    assert viewport.rect().contains(hint.geometry())
    hint.say("")
    assert not hint.isVisible()
