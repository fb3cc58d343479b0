"""The keys of the canvas: which command each calls."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.canvas.canvas_command import CanvasCommand, canvas_commands

SHIFT, KEYPAD = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


STANDARD = ("Copy", "Cut", "Paste", "SelectAll", "ZoomIn", "ZoomOut")
"""Commands for which the system may have further keys, as Qt names them."""


@cache
def key_table() -> dict[int, CanvasCommand]:
    """The command of each key with its modifiers, as Qt combines them into a number."""
    table = {_combined(QKeySequence(keys)): command for command in canvas_commands().values() for keys in command.keys}
    for name in STANDARD:
        bound = [_combined(keys) for keys in QKeySequence.keyBindings(QKeySequence.StandardKey[name])]
        command = next((table[key] for key in bound if key in table), None)
        if command is not None:
            table |= dict.fromkeys(bound, command)
    return table


def command_for(event: QKeyEvent) -> CanvasCommand | None:
    """The command that a key calls; Shift makes no difference to a key that has no other command with it."""
    modifiers = event.modifiers() & ~KEYPAD
    table, key = key_table(), Qt.Key(event.key())
    command = table.get(QKeyCombination(modifiers, key).toCombined())
    if command is None and modifiers == SHIFT:
        command = table.get(QKeyCombination(key).toCombined())
    return command


def _combined(sequence: QKeySequence) -> int:
    return cast(QKeyCombination, cast(Any, sequence)[0]).toCombined()
