"""The four parts of a training step as segments, of which one is where one has stopped."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QWidget

from widgets.look.layouts import hbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.understand.backprop.recorded_step import Phase

TITLES = {Phase.FORWARD: "1 Forward", Phase.LOSS: "2 Loss", Phase.BACKWARD: "3 Backward", Phase.UPDATE: "4 New weights"}
TIPS = {
    Phase.FORWARD: "What every layer makes of the sample",
    Phase.LOSS: "How far the prediction is from the target, with its numbers",
    Phase.BACKWARD: "How the loss changes with every value: the gradients, from the loss back to the input",
    Phase.UPDATE: "What the optimiser makes of the gradients: old and new weights",
}


class PhaseBar(QFrame):
    """One button for each `Phase`, in their order, in ``group``."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.setProperty("segments", True)
        self.setAccessibleName("Parts of a step")
        self.group = QButtonGroup(self)
        row = hbox(parent=self, margins=(2, 2, 2, 2), spacing=2)
        for at, phase in enumerate(Phase):
            button = QPushButton(TITLES[phase], self)
            button.setProperty("segmented", True)
            button.setCheckable(True)
            button.setToolTip(plain_tip(TIPS[phase]))
            self.group.addButton(button, at)
            row.addWidget(button)
        source.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """The part that one is at is bold, which a button's own hint does not reckon with."""
        bold = QFontMetrics(self._source.theme.font(bold=True))
        for button in self.group.buttons():
            button.setMinimumWidth(bold.horizontalAdvance(button.text()) + 32)
