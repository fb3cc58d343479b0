"""A melody as a piano roll: time from left to right, a bar for each note, higher notes higher up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.numerics.melody import Note, notes_of
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

BLACK = (1, 3, 6, 8, 10)
"""Keys of an octave that are black, counted from C."""
BAR = 4
"""Quarters between two lines."""
LEAST = 12
"""Semitones that are shown, at least."""


class PianoRoll(PaintedView):
    """Notes that were given in one colour, those that were written behind them in another."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Piano roll", "No note yet.", parent)
        self._notes: tuple[Note, ...] = ()
        self._tokens: tuple[str, ...] = ()
        self._given = 0
        self._steps = 0

    def show_tokens(self, tokens: Sequence[str], given: int, steps: int) -> None:
        """Show a melody of which the first ``given`` tokens were given, with room for so many ``steps``."""
        self._tokens, self._given, self._steps = tuple(tokens), given, max(steps, len(tokens), 1)
        self._notes = notes_of(tokens)
        self.describe(f"A melody of {len(self._notes)} notes: {' '.join(tokens)}" if tokens else self.empty_text)
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is no note."""
        return not self._notes

    def minimumSizeHint(self) -> QSize:
        """Room for the notes of two octaves."""
        return QSize(self.theme.px(200), self.theme.px(90))

    def sizeHint(self) -> QSize:
        """Rather flat."""
        return QSize(self.theme.px(420), self.theme.px(150))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Keys as stripes, lines between bars, then the notes."""
        keys = QFontMetricsF(self.theme.font(small=True)).horizontalAdvance("C4") + 8
        place = area.adjusted(12 + keys, 8, -12, -8)
        low, high = self._range()
        height = place.height() / (high - low + 1)
        width = place.width() / self._steps
        for pitch in range(low, high + 1):
            row = QRectF(place.left(), place.bottom() - (pitch - low + 1) * height, place.width(), height)
            if pitch % 12 in BLACK:
                painter.fillRect(row, self.theme.hover)
            if pitch % 12 == 0:
                painter.setPen(QPen(self.theme.border, 1))
                painter.drawLine(row.bottomLeft(), row.bottomRight())
                painter.setPen(self.theme.faint)
                painter.setFont(self.theme.font(small=True))
                name = QRectF(area.left() + 8, row.center().y() - 10, keys, 20)
                painter.drawText(
                    name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"C{pitch // 12 - 1}"
                )
        painter.setPen(QPen(self.theme.border, 1))
        for step in range(0, self._steps + 1, BAR):
            x = place.left() + step * width
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for note in self._notes:
            self._paint_note(painter, note, place, low, width, height)

    def _paint_note(self, painter: QPainter, note: Note, place: QRectF, low: int, width: float, height: float) -> None:
        box = QRectF(
            place.left() + note.begin * width + 1,
            place.bottom() - (note.pitch - low + 1) * height,
            max(note.length * width - 2, 2.0),
            max(height - 1, 3.0),
        )
        painter.setBrush(self.theme.faint if note.begin < self._given else self.theme.accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 2, 2)

    def _range(self) -> tuple[int, int]:
        """The lowest and the highest key that is drawn."""
        pitches = [note.pitch for note in self._notes]
        low, high = min(pitches) - 1, max(pitches) + 1
        more = max(LEAST - (high - low), 0)
        return low - more // 2, high + more - more // 2

    def sentence_at(self, at: QPointF) -> str:
        """Return the tokens at a time."""
        keys = QFontMetricsF(self.theme.font(small=True)).horizontalAdvance("C4") + 20
        step = int((at.x() - keys) / max(self.width() - keys - 12, 1) * self._steps)
        if not 0 <= step < len(self._tokens):
            return ""
        whose = "given" if step < self._given else "written by the network"
        return f"Quarter {step + 1}: {self._tokens[step]}, {whose}"
