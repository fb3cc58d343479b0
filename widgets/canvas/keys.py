"""The canvas's keys, in one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from graph.drawing import cards

if TYPE_CHECKING:
    from widgets.canvas.canvas_view import CanvasView

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
    Qt.Key.Key_Backspace: "delete_or_leave",
    Qt.Key.Key_F: "frame_selection",
    Qt.Key.Key_H: "frame_all",
    Qt.Key.Key_Home: "frame_all",
    Qt.Key.Key_F2: "rename_selected",
    Qt.Key.Key_L: "auto_layout",
    Qt.Key.Key_M: "mute_selection",
    Qt.Key.Key_B: "bypass_selection",
    Qt.Key.Key_C: "start_connection",
    Qt.Key.Key_N: "add_note",
    Qt.Key.Key_W: "next_wire",
    Qt.Key.Key_U: "select_upstream",
    Qt.Key.Key_D: "select_downstream",
    Qt.Key.Key_Escape: "clear",
    Qt.Key.Key_Plus: "zoom_in",
    Qt.Key.Key_Minus: "zoom_out",
}
"""Keys without Ctrl or Alt, and the canvas's method that each calls."""

SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)

COMBINED: dict[tuple[Qt.KeyboardModifier, int], str] = {
    (SHIFT, Qt.Key.Key_A): "open_search",
    (SHIFT, Qt.Key.Key_F): "add_frame",
    (SHIFT, Qt.Key.Key_L): "layout_down",
    (SHIFT, Qt.Key.Key_N): "next_annotation",
    (CTRL, Qt.Key.Key_D): "duplicate",
    (CTRL, Qt.Key.Key_0): "zoom_reset",
    (CTRL, Qt.Key.Key_G): "group_selection",
    (CTRL | SHIFT, Qt.Key.Key_G): "ungroup_selection",
    (ALT, Qt.Key.Key_Down): "enter_selection",
    (ALT, Qt.Key.Key_Up): "leave_block",
    (SHIFT | ALT, Qt.Key.Key_Left): "align_left",
    (SHIFT | ALT, Qt.Key.Key_Right): "align_right",
    (SHIFT | ALT, Qt.Key.Key_Up): "align_top",
    (SHIFT | ALT, Qt.Key.Key_Down): "align_bottom",
}
"""Keys with others held down."""

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
    if modifiers == CTRL and key in ARROWS:
        return lambda: canvas.walk(*ARROWS[key])
    if modifiers == CTRL | SHIFT and key in ARROWS:
        return lambda: canvas.grow(ARROWS[key][0] * LEAP, ARROWS[key][1] * LEAP)
    found = COMBINED.get((modifiers, key))
    if found is not None:
        return _method(canvas, found)
    if modifiers not in (Qt.KeyboardModifier.NoModifier, SHIFT):
        return None
    if key in ARROWS:
        step = LEAP if modifiers else NUDGE
        return lambda: canvas.nudge(ARROWS[key][0] * step, ARROWS[key][1] * step)
    return _method(canvas, PLAIN[key]) if key in PLAIN else None


def _method(canvas: CanvasView, name: str) -> Callable[[], object]:
    found: Callable[[], object] = getattr(canvas, name)
    return found
