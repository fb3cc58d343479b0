"""A number from 1 on with its caption, and how many there are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.fields.number_field import NumberBox
from widgets.look.labels import text_label
from widgets.look.layouts import hbox


class CountBox(QWidget):
    """Chooses one of several; it hides where there is only one. `picked` carries an index from 0 on."""

    picked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = NumberBox(True, 1)
        caption, self.count = text_label(name, look="faint", buddy=self.box), text_label(look="faint")
        self.box.setAccessibleName(name)
        self.box.setMaximumWidth(72)
        hbox(caption, self.box, self.count, parent=self, spacing=4)
        self.box.entered.connect(self._on_entered)
        self.hide()

    def show_index(self, index: int, count: int, more: str = "") -> None:
        """Show the one at ``index`` of ``count``; ``more`` is said behind."""
        self.box.set_value(index + 1)
        self.count.setText(f"of {count:,}{more}")
        self.setVisible(count > 1)

    def _on_entered(self, value: object) -> None:
        if isinstance(value, int | float):
            self.picked.emit(int(value) - 1)
