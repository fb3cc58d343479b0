"""Direct labels: the name of each curve beside its end, in place of a legend."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.theme import Theme
from widgets.plots.curve_item import pen_of
from widgets.plots.panel import Panel

SHARE = 0.36
"""Share of the plot's width that the names may take; where they need more, a key above the plot names the curves."""
MOST_LINES = 3
"""Lines into which a name is broken where it has no room in one."""
HIGH = 0.75
"""Share of the plot's height that names in several lines may take together before there is a key instead."""
LEAD = 15.0
"""Pixels, before scaling, between the plot and the names: a line leads from the end of a curve to its name."""
LEAST = 190.0
"""Pixels, before scaling, that axis and curves keep beside names in one line, or there is a key instead."""
LEAST_OF_ALL = 150.0
"""The same beside long names in several lines, for which a key has little room as well."""


@dataclass(frozen=True)
class EndLabel:
    """The name of a curve, or of a level, the value beside which it belongs, in the axis's measure, and its looks.

    ``stroke`` is the colour of its line where that is another than that of its name; ``symbol`` stands for it in a key.
    """

    text: str
    value: float
    colour: QColor
    bold: bool = False
    stroke: QColor | None = None
    symbol: str = "o"


class EndLabels(pg.GraphicsWidget):
    """Names beside the ends of curves, moved apart where ends are close. Where not all have room, bold ones stay.

    A name is never cut: it is broken between its words, and has no place here where that is not enough.
    """

    def __init__(self, panel: Panel, ends: Callable[[], Sequence[EndLabel]]) -> None:
        super().__init__()
        self._panel, self._ends = panel, ends
        self._named: tuple[Theme, tuple[str, ...], float, float] | None = None
        self._theme: Theme | None = None
        self._lead, self._room = LEAD, 0.0
        self._metrics = {bold: QFontMetricsF(self.font()) for bold in (False, True)}
        panel.sigRangeChanged.connect(lambda *_: self.update())

    def name(self, theme: Theme, texts: Sequence[str], room: float, height: float) -> bool:
        """Take the width that names need whole in a plot of this width and height in pixels; returns whether it has
        that for them.
        """
        self.update()
        named = theme, tuple(texts), room, height
        if named != self._named:
            self._named, self._theme, self._lead = named, theme, LEAD * theme.scale
            self._metrics = {bold: QFontMetricsF(theme.font(small=True, bold=bold)) for bold in (False, True)}
            self._room = self._needed(texts, room, HIGH * height, theme.scale)
            self._set_width(self._room + self._lead + 4 if self._room else 0.0)
        return self.maximumWidth() > 0

    def _beside(self, whole: float, least: float) -> float:
        """The width that names may take in a plot so wide, of which axis and curves keep the least."""
        return whole - least - self._lead - 4

    def _needed(self, texts: Sequence[str], whole: float, height: float, scale: float) -> float:
        """The width of the names, long ones in several lines; 0 where there is no room."""
        room = SHARE * whole
        wide = self._metrics[True].horizontalAdvance
        widest = max(map(wide, texts), default=0.0)
        if widest <= room:
            return widest if widest <= self._beside(whole, LEAST * scale) else 0.0
        room = min(room, self._beside(whole, LEAST_OF_ALL * scale))
        lines = [self._lines(text, room) for text in texts]
        widest = max((wide(line) for text in lines for line in text), default=0.0)
        low = sum(map(len, lines)) * self._metrics[True].height() <= height
        return widest if widest <= room and low and max(map(len, lines)) <= MOST_LINES else 0.0

    def _lines(self, text: str, room: float) -> list[str]:
        """A name in lines as long as there is room for, broken between words."""
        wide = self._metrics[True].horizontalAdvance
        if wide(text) <= room:
            return [text]
        lines: list[str] = []
        for word in text.split():
            if lines and wide(f"{lines[-1]} {word}") <= room:
                lines[-1] = f"{lines[-1]} {word}"
            else:
                lines.append(word)
        return lines

    def _set_width(self, width: float) -> None:
        if width != self.maximumWidth():
            self.setMinimumWidth(width)
            self.setMaximumWidth(width)

    def rows(self) -> list[tuple[EndLabel, float, float]]:
        """Return the names that have room from above downwards, with the row of the value and that of the name."""
        axes = self._panel.axes()
        top, bottom = axes.area.top(), axes.area.bottom()
        finite = [label for label in self._ends() if np.isfinite(label.value)]
        kept = self._with_room(sorted(finite, key=lambda label: not label.bold), axes.area.height())
        ends = [(min(max(axes.to_y(label.value), top), bottom), label) for label in kept]
        ends.sort(key=lambda end: end[0])
        places = spread([row for row, _ in ends], [self._height(label) for _, label in ends], top, bottom)
        return [(label, row, place) for (row, label), place in zip(ends, places, strict=True)]

    def _height(self, label: EndLabel) -> float:
        return self._metrics[False].height() * len(self._lines(label.text, self._room + 0.5))

    def _with_room(self, labels: list[EndLabel], height: float) -> list[EndLabel]:
        """The first of these names that have room one below the other, at least one."""
        below = itertools.accumulate(map(self._height, labels))
        return [label for at, (label, end) in enumerate(zip(labels, below, strict=True)) if end <= height or not at]

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the names that there is room for, each led to from the end of its curve."""
        if self._theme is None or self.size().width() < 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label, row, place in self.rows():
            metrics = self._metrics[label.bold]
            painter.setFont(self._theme.font(small=True, bold=label.bold))
            painter.setPen(pen_of(self._theme, label.stroke or label.colour, bold=label.bold))
            painter.drawLine(QLineF(2, row, self._lead - 5, place))
            painter.setPen(label.colour)
            lines = self._lines(label.text, self._room + 0.5)
            first = place - (len(lines) - 1) / 2 * metrics.height() + metrics.ascent() / 2 - 1
            for number, line in enumerate(lines):
                painter.drawText(QPointF(self._lead, first + number * metrics.height()), line)

    def boundingRect(self) -> QRectF:
        # Names at the very top and bottom reach a little beyond the panel.
        return self.rect().adjusted(0, -8, 0, 8)


def spread(rows: list[float], heights: list[float], low: float, high: float) -> list[float]:
    """Move the middles of what is so high, sorted, apart until nothing covers another, within a range where it fits.

    At the ends of the range ``[low, high]`` stands the middle of one line, the outermost of what has several.
    """
    line = min(heights, default=0.0)
    more = [(height - line) / 2 for height in heights]
    gaps = [(above + below) / 2 for above, below in itertools.pairwise(heights)]
    placed = [max(row, low + half) for row, half in zip(rows, more, strict=True)]
    for index, gap in enumerate(gaps, 1):
        placed[index] = max(placed[index], placed[index - 1] + gap)
    if placed and placed[-1] > high - more[-1]:
        placed[-1] = high - more[-1]
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - gaps[index])
    return [max(row, low) for row in placed]
