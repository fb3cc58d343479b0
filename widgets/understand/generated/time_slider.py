"""The slider through time: which of the kept samples are on screen, and playing them one after another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolButton, QWidget

from widgets.look import icons
from widgets.look.labels import text_label
from widgets.look.layouts import hbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

BEAT_MS = 150
"""Time from one picture to the next while playing."""


class Times(Themed, QWidget):
    """A slider over steps of training. `changed` carries the step on show.

    While the last one is on show and later ones come, the slider goes along.
    """

    changed = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: list[int] = []
        self.play = QToolButton(self)
        self.play.setCheckable(True)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Time of training")
        self.slider.setToolTip("Drag, or use the arrow keys, to go through the training")
        self.label = text_label("", self)
        self.save = QToolButton(self)
        self.save.setToolTip("Save what is on show as a PNG picture")
        self.save.setAccessibleName("Save the samples on show as a picture")
        self._beat = QTimer(self, interval=BEAT_MS)
        hbox(self.play, (self.slider, 1), self.label, self.save, parent=self, margins=(12, 0, 16, 6), spacing=8)
        self.label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.slider.valueChanged.connect(self._on_value)
        self.play.toggled.connect(self._on_play)
        self._beat.timeout.connect(self._next)
        self.follow(source)
        self.theme_changed()
        self.set_steps(())

    def theme_changed(self) -> None:
        """The button's sign in the colours of the theme."""
        playing = self.play.isChecked()
        self.save.setIcon(icons.icon("download", self.theme))
        self.play.setIcon(icons.icon("pause" if playing else "play", self.theme))
        words = "Stop playing" if playing else "Play the training from its first step"
        self.play.setToolTip(plain_tip(words))
        self.play.setAccessibleName(words)

    def set_steps(self, steps: Sequence[int], *, restart: bool = False) -> None:
        """Offer other steps, in order; ``restart`` shows the last of them."""
        if list(steps) == self._steps and not restart:
            return
        old, along = self.step, restart or (self.at_end and not self.play.isChecked())
        self._steps = list(steps)
        wanted = len(steps) - 1 if along or old not in self._steps else self._steps.index(old)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(steps) - 1))
        self.slider.setValue(max(0, wanted))
        self.slider.blockSignals(False)
        self.setEnabled(len(steps) > 1)
        self._say()
        if steps:
            self.changed.emit(self.step)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are offered."""
        return tuple(self._steps)

    @property
    def step(self) -> int:
        """The step on show; -1 where there is none."""
        return self._steps[self.slider.value()] if self.slider.value() < len(self._steps) else -1

    @property
    def at_end(self) -> bool:
        """Whether the newest is on show."""
        return self.slider.value() == len(self._steps) - 1

    def rest(self) -> None:
        """Stop playing."""
        self.play.setChecked(False)

    def _say(self) -> None:
        last = f"{self._steps[-1]:,}" if self._steps else "0"
        widest = self.label.fontMetrics().horizontalAdvance(f"after {last} of {last} steps")
        self.label.setFixedWidth(widest + 8)
        self.label.setText(f"after {self.step:,} of {last} steps" if self._steps else "")

    def _on_value(self, _: int) -> None:
        self._say()
        self.changed.emit(self.step)

    def _on_play(self, on: bool) -> None:
        self.theme_changed()
        if not on:
            self._beat.stop()
            return
        if self.at_end:
            self.slider.setValue(0)
        self._beat.start()

    def _next(self) -> None:
        if self.at_end:
            self.rest()
        else:
            self.slider.setValue(self.slider.value() + 1)
