"""A line of labels without places: the sample along time, what is likely at each step, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.data.readers.tokens import text_of
from app.training.sequence.transcripts import BLANK
from widgets.charts.colour_maps import colour, image, limits, picture, sequential
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

EMPTY = "Pick a line to see what the network reads at each step."
TELLING = 0.01
"""Chances below this are not told for a step."""
MOST_NAMES = 40
"""Labels up to which each has its name beside its row."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """One sample as it is shown.

    ``sample`` is a picture (C, H, W) or a sequence (T, F); ``chances`` float (steps, labels), the blank's first;
    ``path`` the likeliest label of each step; ``words`` those of all labels; ``true`` the row to be read.
    """

    sample: NDArray[np.float64]
    chances: NDArray[np.float64]
    path: NDArray[np.int64]
    words: tuple[str, ...]
    true: tuple[int, ...]

    @property
    def runs(self) -> list[tuple[int, int, int]]:
        """Label, first step and number of steps of each stretch of the path that is no blank."""
        found, at = [], 0
        for label, steps in groupby(self.path.tolist()):
            count = len(list(steps))
            if label != BLANK:
                found.append((label, at, count))
            at += count
        return found

    @property
    def read(self) -> str:
        """What the path spells."""
        return text_of([label for label, _, _ in self.runs], self.words) or "–"


class AlignmentView(PaintedView):
    """The sample over a map of chances, one row for each label and one column for each step; below them the reading."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Labels along time", EMPTY, parent)
        self.shown: Alignment | None = None
        self.step: int | None = None
        self._images: dict[str, QImage] = {}

    def show_alignment(self, shown: Alignment | None) -> None:
        """Show a sample, or none."""
        self.shown, self.step = shown, None
        self._images.clear()
        self.describe(self._summary())
        self.update()

    def _summary(self) -> str:
        if self.shown is None:
            return self.empty_text
        steps = len(self.shown.path)
        return f"{steps} steps, read as {self.shown.read}; true is {text_of(self.shown.true, self.shown.words)}"

    def is_empty(self) -> bool:
        """Return whether no sample is shown."""
        return self.shown is None

    # Places

    def _left(self) -> float:
        """Where time begins: right of the names of rows."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        words = self.shown.words if self.shown is not None else ()
        names = [*(words if len(words) <= MOST_NAMES else ()), *ROWS]
        return 12 + max(map(metrics.horizontalAdvance, names)) + 8

    def time_place(self) -> QRectF:
        """Return where time runs, from the first step to the last, over the view's whole height."""
        left = self._left()
        return QRectF(left, 8, max(self.width() - left - 16, 20), self.height() - 16)

    def map_place(self) -> QRectF:
        """Return where the chances stand."""
        line, area = self.theme.px(20), self.time_place()
        top = area.top() + self._sample_height() + 6
        return QRectF(area.left(), top, area.width(), max(area.bottom() - 3.4 * line - top, 20))

    def _sample_height(self) -> float:
        if self.shown is None:
            return 0.0
        high, wide = _grid(self.shown.sample).shape[-2:]
        natural = self.time_place().width() * float(high) / float(wide)
        return min(natural, self.theme.px(72), 0.3 * self.height())

    def _x(self, step: float) -> float:
        area = self.time_place()
        assert self.shown is not None
        return area.left() + area.width() * step / len(self.shown.path)

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint sample, chances and reading, from top to bottom."""
        shown = self.shown
        assert shown is not None
        place = self.time_place()
        sample = QRectF(place.left(), place.top(), place.width(), self._sample_height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(sample, self._image("sample"))
        self._name(painter, sample, "the line")
        chances = self.map_place()
        painter.drawImage(chances, self._image("chances"))
        self._paint_names(painter, chances)
        self._paint_step(painter, sample.united(chances))
        line = self.theme.px(20)
        rows = [QRectF(place.left(), chances.bottom() + 4 + line * n, place.width(), line) for n in range(3)]
        for name, row in zip(ROWS, rows, strict=True):
            self._name(painter, row, name)
        self._paint_path(painter, rows[0])
        self._paint_read(painter, rows[1])
        self._paint_true(painter, rows[2])

    def _image(self, which: str) -> QImage:
        if which not in self._images:
            assert self.shown is not None
            if which == "sample":
                grid = _grid(self.shown.sample)
                self._images[which] = image(picture(grid, *limits(grid)))
            else:
                # The blank, which is label 0, stands at the bottom.
                rows = np.roll(self.shown.chances.T, -1, axis=0)
                self._images[which] = image(colour(rows, sequential(), 0.0, 1.0, self.theme.error))
        return self._images[which]

    def _name(self, painter: QPainter, row: QRectF, name: str) -> None:
        """Write what a row is, left of it."""
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        beside = QRectF(0, row.top(), row.left() - 8, row.height())
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_names(self, painter: QPainter, place: QRectF) -> None:
        """Write the labels beside their rows, as many as there is room for, and part the blank from them."""
        assert self.shown is not None
        words = self.shown.words
        high = place.height() / len(words)
        metrics = QFontMetricsF(self.theme.font(small=True))
        every = max(1, int(np.ceil(metrics.height() * 0.8 / high)))
        painter.setFont(self.theme.font(small=True))
        for row, label in enumerate([*range(1, len(words)), BLANK]):
            if (row % every and label != BLANK) or (label and len(words) > MOST_NAMES):
                continue
            painter.setPen(self.theme.text if label else self.theme.faint)
            beside = QRectF(0, place.top() + row * high - 8, place.left() - 8, high + 16)
            name = words[label] if label else "blank"
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QPen(self.theme.surface, 2))
        painter.drawLine(QPointF(place.left(), place.bottom() - high), QPointF(place.right(), place.bottom() - high))

    def _paint_step(self, painter: QPainter, place: QRectF) -> None:
        """Frame the step that was chosen by keys."""
        if self.step is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 2))
            left = self._x(self.step)
            painter.drawRect(QRectF(left, place.top(), self._x(self.step + 1) - left, place.height()))

    def _paint_path(self, painter: QPainter, row: QRectF) -> None:
        """Write the likeliest label of each step; where steps are narrow, of each stretch; a blank is a dot."""
        assert self.shown is not None
        metrics = QFontMetricsF(self.theme.font(small=True))
        wide = self._x(1) - self._x(0)
        widest = max((metrics.horizontalAdvance(self.shown.words[label]) for label in set(self.shown.path)), default=0)
        painter.setFont(self.theme.font(small=True))
        for step, label in enumerate(self.shown.path.tolist()):
            place = QRectF(self._x(step), row.top(), wide, row.height())
            if label == BLANK:
                painter.setPen(self.theme.faint)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "·")
            elif wide >= widest + 1 or step == 0 or self.shown.path[step - 1] != label:
                painter.setPen(self.theme.text)
                side = max((widest - wide) / 2 + 1, 0)
                place.adjust(-side, 0, side, 0)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.shown.words[label])

    def _paint_read(self, painter: QPainter, row: QRectF) -> None:
        """Write each label once, in the middle of its stretch, under a bar as long as that."""
        assert self.shown is not None
        font = self.theme.font(bold=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for label, first, count in self.shown.runs:
            left, right = self._x(first), self._x(first + count)
            painter.setPen(QPen(self.theme.accent, 2))
            painter.drawLine(QPointF(left + 1, row.top() + 1), QPointF(right - 1, row.top() + 1))
            side = max(metrics.horizontalAdvance(self.shown.words[label]) - (right - left), 0) / 2 + 1
            painter.setPen(self.theme.text)
            place = QRectF(left - side, row.top() + 2, right - left + 2 * side, row.height() - 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.shown.words[label])

    def _paint_true(self, painter: QPainter, row: QRectF) -> None:
        """Write what should have been read, and whether it was."""
        assert self.shown is not None
        right = tuple(label for label, _, _ in self.shown.runs) == self.shown.true
        painter.setFont(self.theme.font(bold=True))
        painter.setPen(self.theme.ok if right else self.theme.error)
        told = text_of(self.shown.true, self.shown.words)
        said = "read right" if right else f"read as {self.shown.read}"
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{told}   {said}")

    # Hands

    def step_at(self, at: QPointF) -> int | None:
        """Return the step at a point of the view, if there is one."""
        area = self.time_place()
        if self.shown is None or not area.contains(at):
            return None
        return min(int((at.x() - area.left()) / area.width() * len(self.shown.path)), len(self.shown.path) - 1)

    def sentence_at(self, at: QPointF) -> str:
        """Return what is likely at the step under the pointer."""
        step = self.step_at(at)
        return "" if step is None else self.sentence_of(step)

    def sentence_of(self, step: int) -> str:
        """Return what is likely at a step, the likeliest first."""
        assert self.shown is not None
        chances = self.shown.chances[step]
        order = [int(label) for label in np.argsort(-chances)[:3] if chances[label] >= TELLING]
        said = [f"{self.shown.words[label] if label else 'blank'} {chances[label]:.0%}" for label in order]
        return f"Step {step + 1} of {len(self.shown.path)}: {', '.join(said)}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go from step to step, Home and End to the ends; what is likely there is told."""
        if self.shown is None:
            super().keyPressEvent(event)
            return
        at, last = -1 if self.step is None else self.step, len(self.shown.path) - 1
        steps = {Qt.Key.Key_Left: at - 1, Qt.Key.Key_Right: at + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        key = Qt.Key(event.key())
        if key not in steps:
            super().keyPressEvent(event)
            return
        self.step = min(max(steps[key], 0), last)
        self.describe(self.sentence_of(self.step))
        self.update()


ROWS: Sequence[str] = ("best path", "read", "true")
"""What stands below the chances."""


def _grid(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sample as a picture (C, H, W) whose width is time; of a sequence the features run downwards."""
    return sample if sample.ndim == 3 else sample.T[None]
