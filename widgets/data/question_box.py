"""Question about how data is read: the possible readings side by side, with a sample of each, one click to answer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QSizePolicy, QWidget

from app.protocol.data_values import Question
from app.protocol.messages import Array
from widgets.charts.sample_tiles import SampleTiles
from widgets.charts.tiles import Grid
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hbox, vbox
from widgets.look.plain_text import caption, plain_tip
from widgets.look.theme import ThemeSource

LIKELIER = "the likelier one, used until you choose"
MOST = 3
"""Readings that stand side by side."""
TALL = 132
"""Pixels of height for a sample, before they are scaled as the text is."""
LETTERS = (200, 22, 18, 15, 13)
"""Letters in a line of an example: the most that leave the answers room beside each other."""
NUMBERS = {2: "two", 3: "three"}


class SampleDrawing(SampleTiles):
    """One sample, a picture or curves, which is answered by as the button below it is."""

    MOST = TALL

    def __init__(self, source: ThemeSource, parent: QWidget) -> None:
        super().__init__(source, "Sample", "", parent)
        self.setFixedHeight(round(TALL * self.theme.scale))

    def grid(self) -> Grid:
        """One tile in the middle."""
        tile = super().grid()
        return replace(tile, left=(self.width() - tile.width) / 2, top=(self.height() - tile.height) / 2)

    def show_sample(self, sample: Array, low: float, high: float) -> None:
        """Draw a picture (C, H, W) or curves (T, F); ``low`` to ``high`` are black to white, or bottom to top."""
        self._set_samples(sample[None], scale=(low, high if high > low else low + 1.0))


class QuestionBox(QWidget):
    """`chosen(question, changes)` carries the settings of the reading that a person means."""

    chosen = Signal(object, object)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Possible readings")
        self.question: Question | None = None
        self.sentence = text_label(parent=self, look="warning", wrap=True)
        self.answers = tuple(QPushButton(f"Reading {place + 1}", self) for place in range(MOST))
        self.drawings = tuple(SampleDrawing(source, self) for _ in range(MOST))
        for place, (button, drawing) in enumerate(zip(self.answers, self.drawings, strict=True)):
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            button.clicked.connect(lambda _=False, place=place: self._take(place))
            drawing.picked.connect(lambda _=0, place=place: self._take(place))
        self._cells = tuple(boxed(vbox(*pair, spacing=4)) for pair in zip(self.drawings, self.answers, strict=True))
        self._row = hbox(*((cell, 1) for cell in self._cells), spacing=8)
        vbox(self.sentence, self._row, parent=self, spacing=4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the answers do not fit beside each other, even in short lines, they stand below each other."""
        super().resizeEvent(event)
        width = event.size().width()
        across = any(self._fits(width, letters) for letters in LETTERS)
        if not across:
            self._fits(width, LETTERS[0])
        way = QBoxLayout.Direction.LeftToRight if across else QBoxLayout.Direction.TopToBottom
        if way != self._row.direction():
            self._row.setDirection(way)

    def ask(self, question: Question | None) -> None:
        """Show the readings of a question, the one that is used first; None hides the box."""
        self.question = question
        readings = question.readings[:MOST] if question is not None else ()
        self.setVisible(bool(readings))
        if question is None:
            return
        self.sentence.setText(open_sentence([question]))
        self._draw([reading.sample for reading in readings])
        for place, cell in enumerate(self._cells):
            cell.setVisible(place < len(readings))
        for button, reading in zip(self.answers, readings, strict=False):
            button.setAccessibleName(f"{reading.title}: {reading.example}")
            button.setToolTip(
                plain_tip(reading.example if button is not self.answers[0] else f"{reading.example}: {LIKELIER}")
            )
        self.resizeEvent(QResizeEvent(self.size(), self.size()))

    def _fits(self, width: int, letters: int) -> bool:
        """Write the answers with examples in lines of so many letters; whether these fit beside each other."""
        readings = self.question.readings[:MOST] if self.question is not None else ()
        shown = self.answers[: len(readings)]
        for button, reading in zip(shown, readings, strict=True):
            button.setText(caption("\n".join((reading.title, *textwrap.wrap(reading.example, letters)))))
        widest = max((answer.sizeHint().width() for answer in shown), default=0)
        tallest = max((answer.sizeHint().height() for answer in shown), default=0)
        for button in shown:
            button.setMinimumHeight(tallest)
        return width >= len(shown) * (widest + 8) - 8

    def _draw(self, samples: Sequence[Array | None]) -> None:
        """Draw a sample as each reading reads it, all on one scale, so that a dim picture stays dim."""
        known = [sample for sample in samples if sample is not None]
        low = min((float(np.nanmin(sample)) for sample in known), default=0.0)
        high = max((float(np.nanmax(sample)) for sample in known), default=1.0)
        for place, drawing in enumerate(self.drawings):
            sample = samples[place] if place < len(samples) else None
            drawing.setVisible(sample is not None)
            if sample is not None:
                drawing.show_sample(sample, low, high)

    @property
    def name(self) -> str:
        """The column of a table that is asked about; empty while nothing is asked, or about something else."""
        return "" if self.isHidden() or self.question is None else self.question.column

    def _take(self, place: int) -> None:
        if self.question is not None:
            self.chosen.emit(self.question, dict(self.question.readings[place].changes))


def open_sentence(questions: Sequence[Question]) -> str:
    """The sentence that says of what is not known how it is meant."""
    columns = [question.column for question in questions if question.column]
    ways = {len(question.readings[:MOST]) for question in questions}
    count = NUMBERS.get(ways.pop(), "several") if len(ways) == 1 else "several"
    if len(columns) < 2:
        abouts = [question.about for question in questions]
        which = abouts[0] + "".join(f" and {about[0].lower()}{about[1:]}" for about in abouts[1:])
    else:
        shown = ", ".join(f"“{name}”" for name in columns[:4])
        which = f"Columns {shown}" + (f" and {len(columns) - 4} more" if columns[4:] else "")
    return f"{which} may be read in {count} ways. Until you choose, the likelier one is used."
