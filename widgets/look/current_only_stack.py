"""Widgets in one place of which one is shown: unlike in a stack, only that one asks for room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from widgets.look.layouts import vbox


class CurrentOnlyStack(QWidget):
    """Shows one of its widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = vbox(parent=self)
        self.current: QWidget | None = None

    def add(self, widget: QWidget) -> None:
        """Add a widget; the first is the one shown."""
        self._layout.addWidget(widget)
        if self.current is None:
            self.current = widget
        else:
            widget.hide()

    def bring(self, widget: QWidget) -> None:
        """Show ``widget`` instead of the one shown."""
        if widget is not self.current:
            if self.current is not None:
                self.current.hide()
            self.current = widget
        widget.show()  # also where it was hidden meanwhile


class LeastHeightStack(CurrentOnlyStack):
    """A stack that asks for no more height than its page needs at least: charts and boards fill what there is."""

    def hasHeightForWidth(self) -> bool:
        """Words that wrap have room beside the charts, and ask for none of their own."""
        return False

    def sizeHint(self) -> QSize:
        """The least will do."""
        return self.minimumSizeHint()
