"""A small button beside the title of a plot's x axis, which chooses what the axis counts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton
from shiboken6 import isValid

from widgets.look.menus import add_entry, give_menu
from widgets.plots.plot_view import PlotView

ARROW = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
BESIDE = 4.0
"""Pixels between the title of the axis and the button."""


class AxisChoice(QToolButton):
    """Stands in the lower right corner of a plot, below its curves, and opens a menu of choices.

    ``choices`` maps each choice to what it means. `chosen` carries the one that was chosen.
    """

    chosen = Signal(str)

    def __init__(self, view: PlotView, choices: Mapping[str, str]) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._actions: dict[str, QAction] = {}
        self.setAutoRaise(True)
        self.setProperty("chip", True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setToolTip("What the x axis counts")
        menu, group = QMenu(self), QActionGroup(self)
        for name, meaning in choices.items():
            action = self._actions[name] = add_entry(menu, f"{name}: {meaning}")
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, name=name: self.choose(name))
        give_menu(self, menu)
        self.current = ""
        view.viewport().installEventFilter(self)
        view.panel.geometryChanged.connect(self._on_panel)
        self.choose(next(iter(choices)))

    def choose(self, name: str) -> None:
        """Choose what the axis counts."""
        if name == self.current:
            return
        self.current = name
        self._actions[name].setChecked(True)
        self.setAccessibleName(f"The x axis counts: {name}")
        self.chosen.emit(name)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner, whatever size the plot takes."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def _on_panel(self) -> None:
        if isValid(self._view.panel):  # its geometry changes once more while the plot is taken down
            self._place()

    def _place(self) -> None:
        """Stand in the corner, above what lies over the plot, and have the axis's title step aside.

        Only where there is no room for both, the arrow stands alone.
        """
        room, panel = self._view.viewport().rect(), self._view.panel
        for words in (f"by {self.current} {ARROW}", ARROW):
            self.setText(words)
            self.adjustSize()
            taken = panel.sceneBoundingRect().right() - (room.right() - self.width() - 2) + BESIDE
            if panel.sides["bottom"].leave_free(max(0.0, taken)):
                break
        _, below = self._view.left_free
        self.move(room.right() - self.width() - 2, room.bottom() - self.height() - 1 - below)
