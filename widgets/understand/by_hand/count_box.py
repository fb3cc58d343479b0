"""A number from 1 on with its caption, and how many there are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets.fields.number_field import NumberBox


class CountBox(QWidget):
    """Chooses one of several; it hides where there is only one. `picked` carries an index from 0 on."""

    picked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        caption, self.box, self.count = QLabel(name, self), NumberBox(True, 1), QLabel(self)
        for label in (caption, self.count):
            label.setProperty("faint", True)
        self.box.setAccessibleName(name)
        self.box.setMaximumWidth(72)
        caption.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (caption, self.box, self.count):
            row.addWidget(widget)
        self.box.entered.connect(self._take)
        self.hide()

    def show_index(self, index: int, count: int, more: str = "") -> None:
        """Show the one at ``index`` of ``count``; ``more`` is said behind."""
        self.box.set_value(index + 1)
        self.count.setText(f"of {count:,}{more}")
        self.setVisible(count > 1)

    def _take(self, value: object) -> None:
        if isinstance(value, int | float):
            self.picked.emit(int(value) - 1)
