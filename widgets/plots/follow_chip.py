"""The chip of a live plot: says that its axes follow the data, or leads back there after zooming."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.look.plain_text import plain_tip
from widgets.plots.plot_view import PlotView

FOLLOWING, FIT = "All in view", "Show all"
TIPS = {
    FOLLOWING: "The axes grow with the curves; zoom or drag to look closer",
    FIT: "Bring the whole curves into view, and let the axes grow with them (F)",
}


class FollowChip(QToolButton):
    """``All in view`` while the axes follow the data, ``Show all`` once they were moved by hand; a click fits them."""

    def __init__(self, view: PlotView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setAutoRaise(True)
        self.setProperty("chip", True)
        view.offers_fit = False
        view.panel.zoomed.connect(self.refresh)
        self.clicked.connect(view.fit)
        self.refresh()

    def refresh(self) -> None:
        """Say what is so now."""
        follows = self._view.panel.follows
        self.setText(FOLLOWING if follows else FIT)
        self.setToolTip(plain_tip(TIPS[self.text()]))
        self.setAccessibleName(f"{self.text()}: axes of {self._view.title}")
        self.setEnabled(not follows)

    def sizeHint(self) -> QSize:
        """Room for the longer word, so that nothing beside it moves."""
        metrics = self.fontMetrics()
        return QSize(max(map(metrics.horizontalAdvance, TIPS)) + 16, super().sizeHint().height())
