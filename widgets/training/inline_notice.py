"""A notice that floats over its pane, with what can be done about it as buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QSizePolicy, QWidget

from widgets.look.buttons import mark_usual
from widgets.look.focus import target_in, within
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import BesideOrBelow, Stretch, discard, hbox
from widgets.look.plain_text import caption

Tone = Literal["error", "warning", "ok"]

PASSING_MS = 15_000
"""How long a notice stays that reports what went well; what it offers is elsewhere too."""


class InlineNotice(QFrame):
    """Hidden until it has something to say. `float_over` gives it its place over a pane.

    `concerns` carries the field that is told of, None where what is said is of no single one.
    """

    concerns = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # it may lie over what is drawn on by mouse
        self._label = text_label("", self, wrap=True, selectable=True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = hbox(Stretch(1), spacing=8)
        BesideOrBelow(self._label, self._row, parent=self, margins=(12, 6, 8, 6))
        self._buttons: list[QPushButton] = []
        self.pane: QWidget | None = None
        """What takes the keys when the notice goes, where it floats over another pane than its own."""
        self.dismissed = ""
        """What was said when it was dismissed last, empty where it was taken back since."""
        self._passing = QTimer(self, singleShot=True, interval=PASSING_MS)
        self._passing.timeout.connect(self._pass)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty while hidden."""
        return "" if self.isHidden() else self._label.text()

    def say(
        self,
        sentence: str,
        tone: Tone = "error",
        *offers: tuple[str, Callable[[], object]],
        beside: QWidget | None = None,
    ) -> None:
        """Show a sentence, with a button for each offer of a title and what it does; a press also hides the line.

        ``beside`` is the field that the sentence is about. What went well (``ok``) is said for a while.
        """
        self._passing.start() if tone == "ok" else self._passing.stop()
        self._clear_buttons()
        self._label.setText(sentence)
        set_look(self, "tone", tone)
        for title, act in (*offers, ("Dismiss", self._dismiss)):
            self._add_button(title, act)
        if offers:
            mark_usual(self._buttons[0])
        self.setAccessibleName(sentence)
        self.show()
        self.concerns.emit(beside)

    def clear(self) -> None:
        """Say nothing any more."""
        self.dismissed = ""
        self.hide()

    def _pass(self) -> None:
        """Leave, unless the notice is under the mouse or has the keys: then it has its time again."""
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and within(self, focus)):
            self._passing.start()
        else:
            self.clear()

    def _dismiss(self) -> None:
        self.dismissed = self._label.text()

    def _hand_on(self) -> None:
        """Give the keys to what stands below, if a button has them that is about to disappear."""
        focus, pane = QApplication.focusWidget(), self.pane or self.parentWidget()
        if focus is None or pane is None or not within(self, focus):
            return
        target = target_in(pane, leaving=self)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_button(self, title: str, act: Callable[[], object]) -> None:
        button = QPushButton(caption(title), self)
        button.setAccessibleName(title)

        def press() -> None:
            self._hand_on()
            self.hide()
            act()

        button.clicked.connect(press)
        self._buttons.append(button)
        self._row.addWidget(button)
        button.show()  # at once: in a line that is shown already, the layout would do so later

    def _clear_buttons(self) -> None:
        discard(self._row, self._buttons)
        self._buttons.clear()
