"""Panes of the window, between which F6 moves the keyboard: bar, columns, canvas, bottom panel, notices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget


def split_panes(panel: QWidget) -> tuple[QWidget, ...]:
    """The parts of a panel that a splitter divides, or the panel itself."""
    for splitter in panel.findChildren(QSplitter, options=Qt.FindChildOption.FindDirectChildrenOnly):
        return tuple(part for index in range(splitter.count()) if (part := splitter.widget(index)) is not None)
    return (panel,)


def next_pane(panes: Sequence[QWidget], step: int) -> None:
    """Give the keyboard to the pane ``step`` places behind the one that has it, where it was last in that pane."""
    reachable = [(pane, target) for pane in panes if pane.isVisible() and (target := _target(pane)) is not None]
    if not reachable:
        return
    focus = QApplication.focusWidget()
    inside = [number for number, (pane, _) in enumerate(reachable) if focus is not None and _within(pane, focus)]
    start = inside[-1] if inside else (-1 if step > 0 else 0)
    reachable[(start + step) % len(reachable)][1].setFocus(Qt.FocusReason.TabFocusReason)


def _target(pane: QWidget) -> QWidget | None:
    """What in a pane takes the keys: the widget that had them last, else the first that can have them."""
    last = pane.focusWidget()
    if _takes_keys(last):
        return last
    widget: QWidget | None = pane
    while widget is not None and not (_within(pane, widget) and _takes_keys(widget)):
        following = widget.nextInFocusChain()
        widget = following if following is not pane else None
    return widget


def _takes_keys(widget: QWidget | None) -> bool:
    if widget is None:
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()


def _within(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)
