"""Keyboard focus: what takes the keys in a pane, and where they go when what had them disappears."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def target_in(pane: QWidget, leaving: QWidget | None = None) -> QWidget | None:
    """What in a pane takes the keys: the widget that had them last, else the first that can have them.

    Nothing inside ``leaving`` is chosen, which is about to disappear.
    """
    last = pane.focusWidget()
    if _takes_keys(last) and not (leaving is not None and within(leaving, last)):
        return last
    widget: QWidget | None = pane
    while widget is not None:
        if within(pane, widget) and _takes_keys(widget) and not (leaving is not None and within(leaving, widget)):
            return widget
        following = widget.nextInFocusChain()
        widget = following if following is not pane else None
    return None


def within(pane: QWidget, widget: QWidget) -> bool:
    """Whether a widget is a pane or stands in it."""
    return pane is widget or pane.isAncestorOf(widget)


def _takes_keys(widget: QWidget | None) -> bool:
    if widget is None:
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
