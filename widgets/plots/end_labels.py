"""Direct labels: the name of each curve beside its end, in place of a legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.look.theme import Theme
from widgets.plots.curve_item import pen_of
from widgets.plots.panel import Panel

SHARE = 0.36
"""Share of the plot's width that the names may take; where they need more, a key above the plot names the curves."""
CUT = 0.55
"""Share of its width to which the longest name may be cut in its middle before there is a key instead."""
LEAD = 15.0
"""Pixels, before scaling, between the plot and the names: a line leads from the end of a curve to its name."""
LEAST = 190.0
"""Pixels, before scaling, that axis and curves keep beside the names, or there is a key instead."""


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
    """Names beside the ends of curves, moved apart where ends are close. Where not all have room, bold ones stay."""

    def __init__(self, panel: Panel, ends: Callable[[], Sequence[EndLabel]]) -> None:
        super().__init__()
        self._panel, self._ends = panel, ends
        self._named: tuple[Theme, tuple[str, ...], float] | None = None
        self._theme: Theme | None = None
        self._lead = LEAD
        self._metrics = {bold: QFontMetricsF(self.font()) for bold in (False, True)}
        panel.sigRangeChanged.connect(lambda *_: self.update())

    def name(self, theme: Theme, texts: Sequence[str], room: float) -> bool:
        """Take the width that names need in a plot ``room`` pixels wide; returns whether there is any."""
        self.update()
        named = theme, tuple(texts), room
        if named != self._named:
            self._named, self._theme, self._lead = named, theme, LEAD * theme.scale
            self._metrics = {bold: QFontMetricsF(theme.font(small=True, bold=bold)) for bold in (False, True)}
            widest = max((self._metrics[True].horizontalAdvance(text) for text in texts), default=0.0)
            width = min(widest, SHARE * room)
            beside = width + self._lead + 4
            self._set_width(beside if width > CUT * widest and room - beside >= LEAST * theme.scale else 0.0)
        return self.maximumWidth() > 0

    def _set_width(self, width: float) -> None:
        if width != self.maximumWidth():
            self.setMinimumWidth(width)
            self.setMaximumWidth(width)

    def rows(self) -> list[tuple[EndLabel, float, float]]:
        """Return the names that have room from above downwards, with the row of the value and that of the name."""
        axes, height = self._panel.axes(), self._metrics[False].height()
        top, bottom = axes.area.top(), axes.area.bottom()
        finite = [label for label in self._ends() if np.isfinite(label.value)]
        kept = sorted(finite, key=lambda label: not label.bold)[: max(1, int(axes.area.height() / height))]
        ends = [(min(max(axes.to_y(label.value), top), bottom), label) for label in kept]
        ends.sort(key=lambda end: end[0])
        places = spread([row for row, _ in ends], height, top, bottom)
        return [(label, row, place) for (row, label), place in zip(ends, places, strict=True)]

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
            text = metrics.elidedText(label.text, Qt.TextElideMode.ElideMiddle, self.size().width() - self._lead)
            painter.drawText(QPointF(self._lead, place + metrics.ascent() / 2 - 1), text)

    def boundingRect(self) -> QRectF:
        # Names at the very top and bottom reach a little beyond the panel.
        return self.rect().adjusted(0, -8, 0, 8)


def spread(rows: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move sorted rows apart until they are at least `gap` from each other, within `[low, high]` where they fit."""
    placed = list(rows)
    for index in range(1, len(placed)):
        placed[index] = max(placed[index], placed[index - 1] + gap)
    if placed and placed[-1] > high:
        placed[-1] = high
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - gap)
    return [max(row, low) for row in placed]
