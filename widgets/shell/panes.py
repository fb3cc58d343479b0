"""Panes of the window, between which F6 moves the keyboard: bar, columns, canvas, bottom panel, notices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from widgets.look.focus import target_in, within


def split_panes(panel: QWidget) -> tuple[QWidget, ...]:
    """The parts of a panel that a splitter divides, or the panel itself."""
    for splitter in panel.findChildren(QSplitter, options=Qt.FindChildOption.FindDirectChildrenOnly):
        return tuple(part for index in range(splitter.count()) if (part := splitter.widget(index)) is not None)
    return (panel,)


def next_pane(panes: Sequence[QWidget], step: int) -> None:
    """Give the keyboard to the pane ``step`` places behind the one that has it, where it was last in that pane."""
    reachable = [(pane, target) for pane in panes if pane.isVisible() and (target := target_in(pane)) is not None]
    if not reachable:
        return
    focus = QApplication.focusWidget()
    inside = [number for number, (pane, _) in enumerate(reachable) if focus is not None and within(pane, focus)]
    start = inside[-1] if inside else (-1 if step > 0 else 0)
    reachable[(start + step) % len(reachable)][1].setFocus(Qt.FocusReason.TabFocusReason)
