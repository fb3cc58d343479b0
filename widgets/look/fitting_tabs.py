"""A tab widget whose tabs stand closer where it is narrow, so that all are in view; only then are they scrolled."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QTabWidget

from widgets.look.labels import set_look

SAVED = 12
"""Pixels that a tab takes less where it stands closer, as the style sheet says."""


class FittingTabs(QTabWidget):
    """Tabs with the usual distance where there is room for all, with half of it where not."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take another width."""
        super().resizeEvent(event)
        self._fit()

    def tabInserted(self, index: int) -> None:
        """Make room for another tab."""
        super().tabInserted(index)
        self._fit()

    def tabRemoved(self, index: int) -> None:
        """Give the room of a tab to the others."""
        super().tabRemoved(index)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another size of the text asks for other room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        bar = self.tabBar()
        crowded = bar.property("crowded") == "true"
        wide = bar.sizeHint().width() + (SAVED * bar.count() if crowded else 0)
        if (wide > self.width()) != crowded:
            set_look(bar, "crowded", "true" if wide > self.width() else "false")
            QApplication.sendEvent(bar, QEvent(QEvent.Type.StyleChange))  # so that it measures its tabs anew
