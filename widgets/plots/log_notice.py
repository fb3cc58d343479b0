"""Values that a logarithmic axis cannot show: a notice over the plot counts them and offers the linear axis."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from widgets.look.floating import height_at
from widgets.look.labels import text_label
from widgets.look.layouts import hbox

MARGIN = 6
"""Pixels between the line and the edges of the panel."""
WIDEST = 480
"""Pixels that it takes at most."""


class LogNotice(QFrame):
    """Hidden until values are left out. ``make_linear`` is called by its button."""

    def __init__(self, make_linear: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("notice", True)
        self.setProperty("tone", "warning")
        self.label = text_label("", self, wrap=True)
        self.button = QPushButton("Linear axis", self)
        self.button.setProperty("compact", True)
        self.button.clicked.connect(lambda _: make_linear())
        hbox((self.label, 1), self.button, parent=self, margins=(8, 4, 8, 4), spacing=8)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty while hidden."""
        return "" if self.isHidden() else self.label.text()

    def tell(self, left_out: int, of: int, panel: QRectF) -> None:
        """Say how many of all values a logarithmic axis cannot show; ``panel`` is the plot's area in its parent."""
        if not left_out:
            self.hide()
            return
        text = log_words(left_out, of)
        if text != self.label.text():
            self.label.setText(text)
            self.setAccessibleName(text)
        self.show()
        self.place(panel)

    def place(self, panel: QRectF) -> None:
        """Stand in the lower left corner of the panel."""
        if self.isHidden():
            return
        width = max(1, min(WIDEST, round(panel.width()) - 2 * MARGIN))
        height = min(height_at(self, width), round(panel.height()))
        self.setGeometry(QRect(round(panel.left()) + MARGIN, round(panel.bottom()) - MARGIN - height, width, height))
        self.raise_()


def log_words(left_out: int, of: int) -> str:
    """How many of all values are not above 0, in a sentence."""
    if left_out == of:
        return "No value is above 0, so a logarithmic axis shows none."
    verb = "is" if left_out == 1 else "are"
    return f"{left_out:,} of {of:,} values {verb} not above 0; a logarithmic axis leaves gaps there."
