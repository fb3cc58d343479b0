"""The tab bar of the four workspaces, for mouse, arrow keys and screen readers."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QTabBar

from widgets.look.plain_text import plain_tip

WORKSPACES = (("data", "Data"), ("network", "Network"), ("train", "Train"), ("understand", "Understand"))
"""Names and titles, in the order of a student's path."""


class WorkspaceTabs(QTabBar):
    """One tab for each workspace. ``chosen`` carries the name of the one that was turned to, or clicked again."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("workspaces")
        self.setAccessibleName("Workspaces")
        self.setProperty("segmented", True)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        # A click leaves the keyboard to the workspace it opens, so that Tab adds a layer on the canvas at once.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for index, (name, title) in enumerate(WORKSPACES):
            self.addTab(title)
            self.setAccessibleTabName(index, f"{title} workspace")
            self.setTabData(index, name)
            self.setTabToolTip(index, plain_tip(f"{title} workspace (Ctrl+{index + 1})"))
        self.currentChanged.connect(lambda index: self.chosen.emit(self.tabData(index)))
        self.tabBarClicked.connect(self._on_click)

    def _on_click(self, index: int) -> None:
        """A click on the workspace that is open changes no tab, and leads back to its main part all the same."""
        if index >= 0 and index == self.currentIndex():
            self.chosen.emit(self.tabData(index))

    def show_workspace(self, name: str) -> None:
        """Mark the workspace that is open; nobody is told."""
        with QSignalBlocker(self):
            self.setCurrentIndex([known for known, _ in WORKSPACES].index(name))

    def place_of(self, name: str) -> QPoint:
        """The middle of the tab of a workspace."""
        return self.tabRect([known for known, _ in WORKSPACES].index(name)).center()

    def minimumSizeHint(self) -> QSize:
        """No title is ever cut."""
        return self.sizeHint()
