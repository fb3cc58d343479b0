"""An axis of a plot: pyqtgraph's, with ticks at round values, names, a title, and texts that are measured once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import count, pairwise

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsSceneResizeEvent, QStyleOptionGraphicsItem, QWidget

from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition
from widgets.look.theme import Theme
from widgets.plots.ticks import FEWEST, enough_ticks, every_nth, number

ROUND_TO = 8
"""Widths of axes are multiples of this, so that a plot whose numbers grow does not tremble."""
MARK = 3.0
"""Pixels of the line at a tick below or above a panel."""
OVER = 2.0
"""Pixels by which the text of an outer tick may stand over the ends of its axis, beside which a window may end."""
WORDS = 400
"""Texts of ticks that an axis remembers with their widths; zooming makes new ones without end."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_text(power: float) -> str:
    """Return a value on a logarithmic axis, given its exponent of ten."""
    if power == round(power) and abs(power) > 3:
        return "10" + str(round(power)).translate(SUPERSCRIPTS)
    return number(10.0**power, 3)


class Axis(pg.AxisItem):
    """One side's numbers at round values, or names at whole ones, and the title that says what runs along it.

    ``ends`` tells which values stand at the left and right ends of the panel, or at the upper and lower ones.
    """

    _taken = 0.0

    def __init__(self, side: str, panel: pg.ViewBox, ends: Callable[[], tuple[float, float]]) -> None:
        super().__init__(side, linkView=panel, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self._ends = ends
        self.write: Callable[[float], str] = number
        self.names: tuple[str, ...] = ()
        self.whole = self.log = False
        self._numbered = False
        self.title = self._meaning = ""
        self._font, self._ink = self.font(), QColor()
        self._known: tuple[tuple[float, float, float], list[float]] | None = None
        self._words: dict[tuple[Callable[[float], str], float], tuple[str, float]] = {}
        self._written: tuple[str, float] | None = None
        self._level = side in ("top", "bottom")
        self._upright = False
        self._metrics = QFontMetricsF(self.font())

    def set_title(self, title: str, more: str = "") -> None:
        """Say what runs along the axis, with its unit; an empty title takes no room.

        The tooltip says what the title means, and ``more``.
        """
        if title != self.title:
            self.title = title
            self.showLabel(bool(title))
        self._meaning, self._written = " ".join(filter(None, (definition(title), more))), None
        self.setToolTip(plain_tip(self._meaning))

    def set_names(self, names: Sequence[str]) -> None:
        """Write names at 0, 1, 2 ... in place of numbers."""
        self.names, self._known = tuple(names), None
        self._numbered = bool(names) and all(name.replace(".", "", 1).lstrip("-−").isdigit() for name in names)
        self._words.clear()

    def name_at(self, value: float) -> str:
        """Return the whole name at a value where it is written cut or not at all; nothing where it can be read."""
        place = round(value)
        if not 0 <= place < len(self.names):
            return ""
        across = self.rect().height() - 2 if self._level else self.rect().width()
        room = across - (self._metrics.height() + 4 if self.title else 0.0) - 5
        whole = place in self.written() and (self._word(place)[1] <= room or (self._level and not self._upright))
        return "" if whole else self.names[place]

    def set_log(self, log: bool) -> None:
        """Say that values are exponents of ten, or values again."""
        self.log, self._known = log, None
        self.write = power_text if log else number

    def set_theme(self, theme: Theme) -> None:
        """Take fonts and inks."""
        self._font = theme.font(small=True)
        self._metrics = QFontMetricsF(self._font)
        self._ink = theme.text if self.names else theme.faint
        self._known = self._written = None
        self._words.clear()
        self.label.setFont(self._font)
        self.label.setDefaultTextColor(theme.faint)

    def ticks(self) -> list[float]:
        """Return the places that are marked in the range in view."""
        low, high = sorted(self._ends())
        size = self.rect().width() if self._level else self.rect().height()
        if self._known is None or self._known[0] != (low, high, size):
            self._known = (low, high, size), self._ticks(low, high, size)
        return self._known[1]

    def _ticks(self, low: float, high: float, size: float) -> list[float]:
        if not (math.isfinite(high - low) and high > low and size > 1):
            return []
        line = self._metrics.height()
        if self.names:
            return self._places_of_names(low, high, size, line)
        wanted = max(FEWEST, int(size / (line * (2.2 if self._level else 2.6))))
        ticks = self._round_places(low, high, wanted)
        while self._level and wanted > FEWEST and sum(map(self._breadth, ticks)) > size:
            wanted -= max(1, wanted // 4)
            ticks = self._round_places(low, high, wanted)
        return ticks

    def _round_places(self, low: float, high: float, wanted: int) -> list[float]:
        ticks = enough_ticks(low, high, wanted, log=self.log)
        return [tick for tick in ticks if tick == round(tick)] if self.whole else ticks

    def written(self) -> list[float]:
        """Return the ticks whose texts are written: all of them, or every second, third ... where they are crowded."""
        ticks = self.ticks()
        if self.names or len(ticks) < 2:
            return ticks
        return next(kept for every in count(1) if self._are_apart(kept := every_nth(ticks, every)))

    def _are_apart(self, ticks: Sequence[float]) -> bool:
        """Whether the texts of ticks stand clear of each other, where they are written."""
        low, high = sorted(self._ends())
        line = self._metrics.height()
        if not self._level:
            scale = self.rect().height() / (high - low)
            return all((later - earlier) * scale >= line for earlier, later in pairwise(ticks))
        scale = self.rect().width() / (high - low)
        spans = [(self._left_of((tick - low) * scale, width := self._word(tick)[1]), width) for tick in ticks]
        return all(left + width + line / 2 <= following for (left, width), (following, _) in pairwise(spans))

    def _left_of(self, x: float, width: float) -> float:
        """Return where the text of a tick at ``x`` begins: about its middle, and within the axis at the ends."""
        return min(max(x - width / 2, -OVER), self.rect().right() + OVER - width)

    def _breadth(self, tick: float) -> float:
        return self._word(tick)[1] + 1.4 * self._metrics.height()

    def _word(self, tick: float) -> tuple[str, float]:
        """Return the text of a tick and its width: live plots ask for the same ones many times a second."""
        known = self._words.get((self.write, tick))
        if known is None:
            if len(self._words) > WORDS:
                self._words.clear()
            text = self.names[int(tick)] if self.names else self.write(tick)
            known = self._words[self.write, tick] = text, self._metrics.horizontalAdvance(text)
        return known

    def _places_of_names(self, low: float, high: float, size: float, line: float) -> list[float]:
        room = size / (high - low)
        # Names that are wider than their column are written upright, and then take a line's height each.
        every = max(1, math.ceil(line / room)) if self._upright or not self._level else 1
        if self._level and not self._upright and self._numbered:
            every = max(1, math.ceil((self._widest_name() + line / 2) / room))
        first, last = max(math.ceil(low), 0), min(math.floor(high), len(self.names) - 1)
        return [float(place) for place in range(first, last + 1) if place % every == 0]

    def measure(self, room: float) -> bool:
        """Take the room that the texts of the range in view need across the axis, at most ``room`` pixels.

        Returns whether it is another than before.
        """
        before, wanted = self._across(), self._wanted(room)
        if wanted != before:
            (self.setHeight if self._level else self.setWidth)(wanted)
        return wanted != before

    def _wanted(self, room: float) -> int:
        line = self._metrics.height()
        title = line + 4 if self.title else 0.0
        if self._level and not self.names:
            self._upright = False
            return math.ceil(line + 6 + title)
        widest = max((self._word(tick)[1] for tick in self.ticks()), default=0.0)
        if not self._level:
            return math.ceil((min(widest, room) + 8 + title) / ROUND_TO) * ROUND_TO
        low, high = sorted(self._ends())
        # Of numbers in a row some can be left out; other names turn upright.
        self._upright = not self._numbered and widest > self.rect().width() / max(high - low, 1e-12) - 4
        return math.ceil((min(widest, room) + 4 if self._upright else line) + 6 + title)

    def _widest_name(self) -> float:
        return self._metrics.horizontalAdvance(max(self.names, key=len, default=""))

    def _across(self) -> float:
        return self.minimumHeight() if self._level else self.minimumWidth()

    @property
    def title_length(self) -> float:
        """The pixels along the axis in which its title is whole, without what that says in brackets."""
        return self._metrics.horizontalAdvance(self.title.partition(" (")[0]) + 6 if self.title else 0.0

    @property
    def least_depth(self) -> float:
        """The pixels across the axis that it takes now, and at least a line of numbers with its title."""
        line = self._metrics.height()
        return max(self._across(), math.ceil(line + 6 + (line + 4 if self.title else 0.0)))

    def lay_out_title(self) -> None:
        """Write the title, or without what it says in brackets where it has no room; the tooltip then has it whole."""
        room = (self.rect().width() if self._level else self.rect().height()) - 4
        if self._written == (self.title, room):
            return
        self._written = self.title, room
        fits = self._metrics.horizontalAdvance(self.title) <= room
        title = self.title if fits else self.title.partition(" (")[0]
        text = self._metrics.elidedText(title, Qt.TextElideMode.ElideRight, max(room, 0))
        self.setToolTip(plain_tip(" ".join(filter(None, (self._meaning, "" if text == self.title else self.title)))))
        if self.label.toPlainText() != text:
            self.label.setPlainText(text)
            self.resizeEvent()

    def leave_free(self, pixels: float) -> bool:
        """Have the title leave so many pixels free at the right end of its line; returns whether it has room then."""
        if pixels != self._taken:
            self._taken = pixels
            self.resizeEvent()
        return bool(self.label.boundingRect().width() + pixels <= self.rect().width())

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None = None) -> None:
        """Place the title in the middle, or before what stands at the right end of its line."""
        super().resizeEvent(event)
        if self._taken and self._level:
            most = self.rect().width() - self._taken - self.label.boundingRect().width()
            self.label.setX(max(min(self.label.x(), most), 0.0))

    def linkedViewChanged(self, view: pg.ViewBox, newRange: Sequence[float] | None = None) -> None:  # noqa: N803
        """Be painted anew; the range is read from the panel."""
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the axis with what its outer texts stand over."""
        over = (15, 0) if self._level else (0, 15)
        return self.rect().adjusted(-over[0], -over[1], *over)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Write the texts of the ticks: pyqtgraph's own way takes several times as long."""
        painter.setFont(self._font)
        painter.setPen(self._ink)
        area, line = QRectF(self.rect()), self._metrics.height()
        title = line + 4 if self.title else 0.0
        low, high = self._ends()
        scale = (area.width() if self._level else area.height()) / (high - low or 1.0)
        written = self.written()
        if self._level and not self.names:
            self._paint_marks(painter, low, scale)
        for tick in written:
            along, (text, width) = (tick - low) * scale, self._word(tick)
            if self._upright:
                self._write_upright(painter, along, text, area.height() - title - 8)
            elif self._level:
                self._write_level(painter, along, text, width, 4.0 if self.orientation == "bottom" else title)
            else:
                self._write_beside(painter, along - line / 2, text, width, title)

    def _paint_marks(self, painter: QPainter, low: float, scale: float) -> None:
        """Draw a short line at every tick, towards the panel."""
        side, far = (0.0, MARK) if self.orientation == "bottom" else (self.rect().height(), self.rect().height() - MARK)
        columns = [round((tick - low) * scale) + 0.5 for tick in self.ticks()]
        painter.drawLines([QLineF(column, side, column, far) for column in columns])

    def _write_beside(self, painter: QPainter, top: float, text: str, width: float, title: float) -> None:
        """Write at the left of the panel or at its right, next to it."""
        room, at_left = self.rect().width() - title - 6, self.orientation == "left"
        if width > room + 1:
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room + 1)
            width = self._metrics.horizontalAdvance(text)
        left = title + room - width if at_left else 6.0
        painter.drawText(QPointF(left, top + self._metrics.ascent()), text)

    def _write_level(self, painter: QPainter, x: float, text: str, width: float, top: float) -> None:
        """Write below or above the middle of a tick; at the ends the text stays within the axis."""
        painter.drawText(QPointF(self._left_of(x, width), top + self._metrics.ascent()), text)

    def _write_upright(self, painter: QPainter, x: float, text: str, length: float) -> None:
        """Write a name that is wider than its column from below upwards."""
        line = self._metrics.height()
        painter.save()
        painter.translate(x, self.rect().height() - 4 if self.orientation == "top" else length + 4)
        painter.rotate(-90)
        name = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, length + 1)
        flags = Qt.AlignmentFlag.AlignVCenter
        flags |= Qt.AlignmentFlag.AlignLeft if self.orientation == "top" else Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, -line / 2, length + 2, line), int(flags), name)
        painter.restore()
