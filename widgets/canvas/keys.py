"""The canvas's keys, in one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from graph import cards

if TYPE_CHECKING:
    from widgets.canvas.view import CanvasView

NUDGE, LEAP = cards.GRID, 16.0
"""How far an arrow key moves cards, in scene pixels; the larger with Shift."""

ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

PLAIN: dict[int, str] = {
    Qt.Key.Key_Tab: "open_search",
    Qt.Key.Key_Delete: "delete_selection",
    Qt.Key.Key_Backspace: "delete_selection",
    Qt.Key.Key_F: "frame_selection",
    Qt.Key.Key_H: "frame_all",
    Qt.Key.Key_Home: "frame_all",
    Qt.Key.Key_F2: "rename_selected",
    Qt.Key.Key_L: "auto_layout",
    Qt.Key.Key_M: "mute_selection",
    Qt.Key.Key_B: "bypass_selection",
    Qt.Key.Key_U: "select_upstream",
    Qt.Key.Key_D: "select_downstream",
    Qt.Key.Key_Escape: "clear",
    Qt.Key.Key_Plus: "zoom_in",
    Qt.Key.Key_Minus: "zoom_out",
}
"""Keys without Ctrl or Alt, and the canvas's method that each calls."""

ALIGNING: dict[int, str] = {
    Qt.Key.Key_Left: "align_left",
    Qt.Key.Key_Right: "align_right",
    Qt.Key.Key_Up: "align_top",
    Qt.Key.Key_Down: "align_bottom",
}
"""Keys with Shift and Alt."""

STANDARD: tuple[tuple[QKeySequence.StandardKey, str], ...] = (
    (QKeySequence.StandardKey.Copy, "copy"),
    (QKeySequence.StandardKey.Cut, "cut"),
    (QKeySequence.StandardKey.Paste, "paste"),
    (QKeySequence.StandardKey.SelectAll, "select_all"),
    (QKeySequence.StandardKey.ZoomIn, "zoom_in"),
    (QKeySequence.StandardKey.ZoomOut, "zoom_out"),
)
"""Keys that the system names, and the canvas's method that each calls."""


def handle(canvas: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key asks of the canvas; False if it asks nothing."""
    act = _action(canvas, event)
    if act is None:
        return False
    canvas.attempt(act)
    return True


def _action(canvas: CanvasView, event: QKeyEvent) -> Callable[[], object] | None:
    key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    for standard, method in STANDARD:
        if event.matches(standard):
            return _method(canvas, method)
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return _with_control(canvas, key)
    if modifiers == Qt.KeyboardModifier.ShiftModifier and key == Qt.Key.Key_A:
        return canvas.open_search
    if modifiers == Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier and key in ALIGNING:
        return _method(canvas, ALIGNING[key])
    if modifiers not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return None
    if key in ARROWS:
        step = LEAP if modifiers else NUDGE
        return lambda: canvas.nudge(ARROWS[key][0] * step, ARROWS[key][1] * step)
    return _method(canvas, PLAIN[key]) if key in PLAIN else None


def _with_control(canvas: CanvasView, key: int) -> Callable[[], object] | None:
    if key in ARROWS:
        return lambda: canvas.walk(*ARROWS[key])
    if key == Qt.Key.Key_D:
        return canvas.duplicate
    return canvas.zoom_reset if key == Qt.Key.Key_0 else None


def _method(canvas: CanvasView, name: str) -> Callable[[], object]:
    found: Callable[[], object] = getattr(canvas, name)
    return found
