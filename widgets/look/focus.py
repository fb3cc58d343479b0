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
    # In the order in which they stand in each other: PySide makes what QWidget.nextInFocusChain gives a child of the
    # widget that was asked, in its own books, and takes both for deleted when one of them is.
    for widget in (pane, *pane.findChildren(QWidget)):
        if _takes_keys(widget) and not (leaving is not None and within(leaving, widget)):
            return widget
    return None


def within(pane: QWidget, widget: QWidget) -> bool:
    """Whether a widget is a pane or stands in it."""
    return pane is widget or pane.isAncestorOf(widget)


def _takes_keys(widget: QWidget | None) -> bool:
    if widget is None:
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
