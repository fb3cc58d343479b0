"""The buttons that move the window: to the ends, step by step, or on its own."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QStyle, QToolButton, QWidget

from widgets.look import icons
from widgets.look.flow import flow
from widgets.look.labels import text_label
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

SPEEDS = (1, 2, 5, 10, 25)
"""Steps a second that are offered."""
USUAL = 2
STILL = "Your system asks for no motion: go step by step."

BUTTONS = (
    ("first", "First step (Home)", "first"),
    ("back", "One step back (←)", "back"),
    ("play", "Play (Space)", "play"),
    ("forward", "One step on (→)", "step"),
    ("last", "Last step (End)", "last"),
)
"""Name, tip and icon of each button, in their order."""


class Player(Themed, QWidget):
    """`stepped` carries a number of steps to take, `ended` -1 for the first step and 1 for the last; `started` says
    that the window begins to run by itself, `halted` that it stands again.
    """

    stepped = Signal(int)
    ended = Signal(int)
    started = Signal()
    halted = Signal()

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        self.speed = QComboBox(self)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast the window runs by itself")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed} step{'s' if speed > 1 else ''}/s", speed)
        self.speed.setCurrentIndex(SPEEDS.index(USUAL))
        self.place = text_label("", self, look="faint")
        self._clock = QTimer(self)
        self._clock.timeout.connect(lambda: self.stepped.emit(1))
        self._lay_out()
        self.speed.currentIndexChanged.connect(self._set_pace)
        self.follow(source)
        self.theme_changed()
        self._set_pace()

    def _lay_out(self) -> None:
        self.row = flow(parent=self, margins=(12, 0, 12, 6), spacing=4)
        for name, tip, _ in BUTTONS:
            button = self.buttons[name] = QToolButton(self)
            button.setObjectName(f"byHand{name.capitalize()}")
            button.setAccessibleName(tip.partition(" (")[0])
            button.setToolTip(plain_tip(tip))
            self.row.addWidget(button)
        self.row.addWidget(self.speed)
        self.row.addWidget(self.place, 1)
        self.buttons["first"].clicked.connect(lambda: self.ended.emit(-1))
        self.buttons["last"].clicked.connect(lambda: self.ended.emit(1))
        self.buttons["back"].clicked.connect(lambda: self._step(-1))
        self.buttons["forward"].clicked.connect(lambda: self._step(1))
        self.buttons["play"].clicked.connect(self.toggle)

    def theme_changed(self) -> None:
        """Draw the icons in the colours of another theme."""
        for name, _, icon in BUTTONS:
            self.buttons[name].setIcon(icons.icon("pause" if name == "play" and self.running else icon, self.theme))

    @property
    def running(self) -> bool:
        """Whether the window runs by itself."""
        return self._clock.isActive()

    @property
    def moves(self) -> bool:
        """Whether the system allows motion."""
        return bool(self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))

    def show_place(self, number: int, steps: int) -> None:
        """Say which step of how many is on show; the buttons follow."""
        self.place.setText(f"Step {number + 1:,} of {steps:,}")
        longest = self.place.fontMetrics().horizontalAdvance(f"Step {steps:,} of {steps:,}")
        self.place.setMinimumWidth(longest)  # so that what stands behind it stays where it is while the window runs
        for name in ("first", "back"):
            self.buttons[name].setEnabled(number > 0)
        for name in ("forward", "last"):
            self.buttons[name].setEnabled(number < steps - 1)
        self.buttons["play"].setEnabled(steps > 1 and self.moves)
        self.buttons["play"].setToolTip(plain_tip("Play (Space)" if self.moves else STILL))

    def toggle(self) -> None:
        """Run, or stand still."""
        if self.running:
            self.halt()
        elif self.buttons["play"].isEnabled():
            self.started.emit()
            self._clock.start()
            self._show_state()

    def halt(self) -> None:
        """Stand still."""
        if self.running:
            self._clock.stop()
            self._show_state()
            self.halted.emit()

    def _show_state(self) -> None:
        self.buttons["play"].setAccessibleName("Pause" if self.running else "Play")
        self.theme_changed()

    def _step(self, steps: int) -> None:
        self.halt()
        self.stepped.emit(steps)

    def _set_pace(self) -> None:
        self._clock.setInterval(1000 // int(self.speed.currentData()))

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody watches."""
        super().hideEvent(event)
        self.halt()
