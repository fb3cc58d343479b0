"""The way back out of nested blocks, as a row of buttons above the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, discard, hbox
from widgets.look.plain_text import caption, plain_tip
from widgets.look.theme import Themed, ThemeSource


class Breadcrumb(Themed, QWidget):
    """``LeNet › stage1 › residual``: each but the last is a button. ``chosen`` carries how many levels remain."""

    chosen = Signal(int)

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("breadcrumb")
        self.setAccessibleName("Blocks that are open")
        self.buttons: list[QToolButton] = []
        self._signs: list[QLabel] = []
        self._row = hbox(Stretch(1), parent=self, margins=(8, 2, 8, 3), spacing=2)
        self.follow(themes)
        self.hide()

    def show_path(self, names: Sequence[str]) -> None:
        """Show where one is, from the project's title inwards; a single name needs no way back."""
        discard(self._row, (*self.buttons, *self._signs))
        self.buttons, self._signs = [], []
        for depth, name in enumerate(names):
            if depth:
                self._add_sign()
            self._add_button(depth, name, depth == len(names) - 1)
        self.setVisible(len(names) > 1)

    def _add_sign(self) -> None:
        sign = text_label("›", look="faint")
        self._signs.append(sign)
        self._row.insertWidget(self._row.count() - 1, sign)

    def _add_button(self, depth: int, name: str, last: bool) -> None:
        button = QToolButton()
        button.setText(caption(name))
        button.setEnabled(not last)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(f"Inside {name}" if last else f"Back to {name}")
        button.setToolTip(plain_tip("" if last else f"Back to {name} (Esc goes out by one)"))
        button.clicked.connect(lambda: self.chosen.emit(depth))
        self.buttons.append(button)
        self._row.insertWidget(self._row.count() - 1, button)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.setPen(self.theme.border)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()
