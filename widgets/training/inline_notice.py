"""A line that says something in place, with what can be done about it as buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from widgets.look.labels import set_look, text_label
from widgets.look.layouts import hbox

Tone = Literal["error", "warning", "ok"]


class InlineNotice(QFrame):
    """Hidden until it has something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._label = text_label("", self, wrap=True, selectable=True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = hbox((self._label, 1), parent=self, margins=(12, 6, 8, 6), spacing=8)
        self._buttons: list[QPushButton] = []
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty while hidden."""
        return "" if self.isHidden() else self._label.text()

    def say(self, sentence: str, tone: Tone = "error", *offers: tuple[str, Callable[[], None]]) -> None:
        """Show a sentence, with a button for each offer of a title and what it does; a press also hides the line."""
        self._clear_buttons()
        self._label.setText(sentence)
        set_look(self._label, "tone", tone)
        for title, act in (*offers, ("Dismiss", lambda: None)):
            self._add_button(title, act)
        if offers:
            self._buttons[0].setProperty("primary", True)
        self.setAccessibleName(sentence)
        self.show()

    def clear(self) -> None:
        """Say nothing any more."""
        self.hide()

    def _add_button(self, title: str, act: Callable[[], None]) -> None:
        button = QPushButton(title, self)
        button.setAccessibleName(title)

        def press() -> None:
            self.hide()
            act()

        button.clicked.connect(press)
        self._buttons.append(button)
        self._row.addWidget(button)

    def _clear_buttons(self) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons.clear()
