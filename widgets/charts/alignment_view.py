"""A line of labels without places: the sample along time, what is likely at each step, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.data.readers.tokens import text_of
from app.system.number_format import format_percent
from app.training.sequence.transcripts import BLANK
from widgets.charts.colour_bar import ColourBar
from widgets.charts.colour_maps import limits, picture, sequential
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView

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
        stretches, at = [], 0
        for label, steps in groupby(self.path.tolist()):
            count = len(list(steps))
            if label != BLANK:
                stretches.append((label, at, count))
            at += count
        return stretches

    @property
    def read(self) -> str:
        """What the path spells."""
        return text_of([label for label, _, _ in self.runs], self.words) or "–"


class AlignmentView(PlotView):
    """The sample over a map of chances, one row for each label and one column for each step; below them the reading."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Labels along time", EMPTY, parent)
        self.shown: Alignment | None = None
        self.step: int | None = None
        self._sample, self._chances = pg.ImageItem(), pg.ImageItem()
        above = self.add_panel(0, left="the line", grid=False, wheel_along=0)
        middle = self.add_panel(1, left="labels", grid=False, wheel_along=0)
        below = self.add_panel(2, left="", bottom="step", grid=False, wheel_along=0)
        above.sides["left"].set_names([""])
        below.sides["left"].set_names(ROWS)
        below.sides["bottom"].whole = True
        for panel, image in ((above, self._sample), (middle, self._chances)):
            panel.add(image)
            panel.painted(self._paint_step, 3)
            self.put_gap(panel, 6)
        for panel in self.panels:
            panel.invertY(True)
            panel.setMouseEnabled(y=panel is middle)
            if panel is not above:
                above.link_x(panel)
        below.painted(self._paint_rows)
        self._bar: ColourBar | None = None

    def show_alignment(self, shown: Alignment | None) -> None:
        """Show a sample, or none."""
        self.shown, self.step = shown, None
        self.describe(self._summary())
        self.redraw()

    def _summary(self) -> str:
        if self.shown is None:
            return self.empty_text
        steps = len(self.shown.path)
        return f"{steps} steps, read as {self.shown.read}; true is {text_of(self.shown.true, self.shown.words)}"

    def is_empty(self) -> bool:
        """Return whether no sample is shown."""
        return self.shown is None

    def draw(self) -> None:
        """Show the sample, the chances, and the names of the labels; the blank, which is label 0, stands below."""
        shown = self.shown
        assert shown is not None
        above, middle, below = self.panels
        steps, words, grid = len(shown.path), shown.words, _grid(shown.sample)
        if self._bar is None:
            self._bar = ColourBar(self._chances)
            self.put(self._bar, middle, "right")
        self._sample.setImage(picture(grid, *limits(grid)), levels=(0, 255))
        self._sample.setRect(QRectF(0.5, -0.5, steps, 1))
        self._chances.setImage(np.roll(shown.chances.T, -1, axis=0), levels=(0.0, 1.0))
        self._chances.setRect(QRectF(0.5, -0.5, steps, len(words)))
        self._bar.show_map(self.theme, sequential(self.theme), 0.0, 1.0, "probability")
        names = words[1:] if len(words) <= MOST_NAMES else [""] * (len(words) - 1)
        middle.sides["left"].set_names([*names, "blank"])
        for panel in self.panels:
            panel.set_theme(self.theme)
        for panel, rows in ((above, 1), (middle, len(words)), (below, len(ROWS))):
            panel.set_extent(AxisRange(0.5, steps + 0.5), AxisRange(-0.5, rows - 0.5))
        high, wide = grid.shape[-2:]
        natural = self.width() * 0.8 * float(high) / float(wide)
        self.set_height(above, min(natural, self.theme.px(72), 0.3 * self.height()))
        self.set_height(below, 3 * self.theme.px(20))

    def map_place(self) -> QRectF:
        """Return where the chances stand in the view."""
        self.prepare()
        return self.panels[1].sceneBoundingRect()

    # Painting

    def _paint_step(self, painter: QPainter, axes: Axes) -> None:
        """Frame the step that was chosen by keys."""
        if self.step is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 2))
            left, right = axes.to_x(self.step + 0.5), axes.to_x(self.step + 1.5)
            painter.drawRect(QRectF(left, axes.area.top(), right - left, axes.area.height()).adjusted(0, 1, 0, -1))

    def _paint_rows(self, painter: QPainter, axes: Axes) -> None:
        high = axes.area.height() / len(ROWS)
        rows = [QRectF(0, high * row, axes.area.width(), high) for row in range(len(ROWS))]
        self._paint_path(painter, axes, rows[0])
        self._paint_read(painter, axes, rows[1])
        self._paint_true(painter, rows[2])

    def _paint_path(self, painter: QPainter, axes: Axes, row: QRectF) -> None:
        """Write the likeliest label of each step; where steps are narrow, of each stretch; a blank is a dot."""
        assert self.shown is not None
        metrics = QFontMetricsF(self.theme.font(small=True))
        wide = axes.area.width() / axes.x.span
        widest = max((metrics.horizontalAdvance(self.shown.words[label]) for label in set(self.shown.path)), default=0)
        painter.setFont(self.theme.font(small=True))
        for step, label in enumerate(self.shown.path.tolist()):
            place = QRectF(axes.to_x(step + 0.5), row.top(), wide, row.height())
            if label == BLANK:
                painter.setPen(self.theme.faint)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "·")
            elif wide >= widest + 1 or step == 0 or self.shown.path[step - 1] != label:
                painter.setPen(self.theme.text)
                side = max((widest - wide) / 2 + 1, 0)
                place.adjust(-side, 0, side, 0)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.shown.words[label])

    def _paint_read(self, painter: QPainter, axes: Axes, row: QRectF) -> None:
        """Write each label once, in the middle of its stretch, under a bar as long as that."""
        assert self.shown is not None
        font = self.theme.font(bold=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for label, first, count in self.shown.runs:
            left, right = axes.to_x(first + 0.5), axes.to_x(first + count + 0.5)
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
        true = text_of(self.shown.true, self.shown.words)
        verdict = "read right" if right else f"read as {self.shown.read}"
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{true}   {verdict}")

    # Reading

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return what is likely at a step."""
        assert self.shown is not None
        return self.sentence_of(min(max(round(x) - 1, 0), len(self.shown.path) - 1))

    def sentence_of(self, step: int) -> str:
        """Return what is likely at a step, the likeliest first."""
        assert self.shown is not None
        chances = self.shown.chances[step]
        order = [int(label) for label in np.argsort(-chances)[:3] if chances[label] >= TELLING]
        likely = [
            f"{self.shown.words[label] if label else 'blank'} {format_percent(chances[label], 0)}" for label in order
        ]
        return f"Step {step + 1} of {len(self.shown.path)}: {', '.join(likely)}"

    def table(self) -> Sequence[Row]:
        """Return the chances, one row for each step."""
        assert self.shown is not None
        rows = ((step, *chances) for step, chances in enumerate(self.shown.chances.tolist(), 1))
        return named_rows(("step", *self.shown.words), rows)

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
        self.scene().update()


ROWS: Sequence[str] = ("best path", "read", "true")
"""What stands below the chances."""


def _grid(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sample as a picture (C, H, W) whose width is time; of a sequence the features run downwards."""
    return sample if sample.ndim == 3 else sample.T[None]
