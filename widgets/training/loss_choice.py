"""Which loss the loss plot shows, where runs on it were trained with different ones: they share no axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.system.number_format import counted
from widgets.look.plain_text import plain_tip

WHY = "These runs were trained with different losses, whose numbers say nothing of each other: choose which to see."
UNKNOWN = "unknown loss"


class LossChoice(QComboBox):
    """Offers the losses of the runs on the plot; hidden while there is one alone. `chosen` says that it changed."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loss to plot")
        self.setToolTip(plain_tip(WHY))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._wanted: str | None = None
        self.activated.connect(self._on_activated)
        self.hide()

    def _on_activated(self) -> None:
        self._wanted = str(self.currentData())
        self.chosen.emit()

    def offer(self, losses: Sequence[str], leading: str) -> None:
        """Offer the ``losses`` of runs, one for each; the one of the ``leading`` run is shown unless one was chosen."""
        kinds = Counter(losses)
        if self._wanted not in kinds:
            self._wanted = None
        rows = [(f"{kind or UNKNOWN}: {counted(runs, 'run')}", kind) for kind, runs in kinds.items()]
        with QSignalBlocker(self):
            if rows != [(self.itemText(row), self.itemData(row)) for row in range(self.count())]:  # it may be open
                self.clear()
                for text, kind in rows:
                    self.addItem(text, kind)
            self.setCurrentIndex(self.findData(leading if self._wanted is None else self._wanted))
        self.updateGeometry()
        self.setVisible(len(kinds) > 1)

    @property
    def shown(self) -> str:
        """The loss that is shown."""
        return str(self.currentData() or "")
