"""A choice among names: a captioned list, of layers, kernels or examples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from widgets.look.labels import text_label
from widgets.look.layouts import hbox


class NamePicker(QWidget):
    """Chooses one of several names; hides where fewer than ``least`` are offered.

    A ``compact`` one is no wider than its longest name.
    `picked` carries the name that is chosen, also when another list brings another one.
    """

    picked = Signal(str)

    def __init__(self, caption: str, parent: QWidget | None = None, *, least: int = 1, compact: bool = False) -> None:
        super().__init__(parent)
        self._least = least
        self.box = QComboBox(self)
        self.box.setAccessibleName(caption)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        if not compact:
            self.box.setMinimumWidth(120)
        self.caption = text_label(caption, self, look="faint", buddy=self.box)
        self.caption.setVisible(bool(caption))
        self.row = hbox(self.caption, self.box, parent=self, spacing=6 if compact else 8)
        self.box.currentTextChanged.connect(self.picked)
        if least:
            self.hide()

    def offer(self, names: Sequence[str], preferred: str = "") -> None:
        """Offer names; the one that was chosen stays chosen, else ``preferred`` is, else the first."""
        if [self.box.itemText(row) for row in range(self.box.count())] != list(names):
            self.fill(names, self.chosen if self.chosen in names else preferred)
            self.picked.emit(self.chosen)

    def fill(self, names: Sequence[str], chosen: str = "") -> None:
        """Offer names with one of them chosen, the first unless it is named, without saying so."""
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems(list(names))
        self.box.setCurrentIndex(max(self.box.findText(chosen), 0) if names else -1)
        self.box.blockSignals(False)
        self.setVisible(len(names) >= self._least)

    def offers(self, name: str) -> bool:
        """Whether a name can be chosen."""
        return self.box.findText(name) >= 0

    def choose(self, name: str) -> None:
        """Choose a name, if it is offered."""
        self.box.setCurrentIndex(max(self.box.findText(name), 0))

    @property
    def chosen(self) -> str:
        """The name that is chosen, empty where there is none."""
        return self.box.currentText()
