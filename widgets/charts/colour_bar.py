"""The bar beside an image that says which value each colour stands for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

from app.insight.value_ranges import beyond
from widgets.charts.colour_maps import Bytes, Floats
from widgets.look.plain_text import markup
from widgets.look.theme import Theme
from widgets.plots.ticks import number

Levels = list[tuple[float, list[float]]]

CLEAR = 1.1
"""Heights of a line that the middles of two numbers one above the other are apart, at least."""


class ColourBar(pg.ColorBarItem):
    """The colours of an image with the values they stand for: no prefix scales them, and no mark moves them."""

    def __init__(self, image: pg.ImageItem) -> None:
        super().__init__(width=10, colorMapMenu=False, interactive=False)
        self.axis.enableAutoSIPrefix(False)
        self.write: Callable[[float], str] = lambda value: number(value, 3)
        self._image = image
        self.axis.tickStrings = self._texts
        self._line = 1.0
        self._open: dict[float, str] = {}
        self._levels = self.axis.tickValues
        self.axis.tickValues = self._ticks

    def _ticks(self, low: float, high: float, size: float) -> Levels:
        """Ticks whose numbers stand apart; an end beyond which there are values is one of them."""
        levels, least = self._levels(low, high, size), CLEAR * self._line * (high - low) / max(size, 1.0)
        if self._open:
            clear = [
                (gap, [at for at in some if all(abs(at - end) >= least for end in self._open)]) for gap, some in levels
            ]
            levels = [(high - low, list(self._open)), *((gap, some) for gap, some in clear if some)]
        return apart(levels, size, self._line, high - low)

    def _texts(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{self._open.get(value, '')}{self.write(value)}" for value in values]

    def show_map(
        self,
        theme: Theme,
        table: Bytes,
        low: float,
        high: float,
        title: str = "",
        room: float = math.inf,
        length: float = math.inf,
        values: Floats | None = None,
    ) -> bool:
        """Show a table of 256 colours from ``low`` to ``high``, and give both to the image.

        Ends beyond which some of the ``values`` that are shown lie are marked.

        The values stand beside the colours if they take no more than ``room`` pixels, which is returned; the title does
        if the bar's ``length`` in pixels has room for it.
        """
        font = theme.font(small=True)
        self.axis.setTickFont(font)
        self.axis.setTextPen(theme.faint)
        metrics = QFontMetricsF(font)
        self._line = metrics.height()
        title = title if metrics.horizontalAdvance(title) <= length else ""
        below, above = (False, False) if values is None else beyond(values, (low, high))
        self._open = {**({low: "≤ "} if below else {}), **({high: "≥ "} if above else {})}
        texts = ("−0.000", *self._texts((low, high), 1.0, 0.0))
        widest = max(metrics.horizontalAdvance(text) for text in texts)
        width = round(widest + 10 + (metrics.height() + 2 if title else 0.0))
        self.axis.setVisible(width <= room)
        self.axis.setWidth(width)
        for side in ("left", "top", "bottom", "right"):
            self.getAxis(side).setPen(theme.border)
        self.axis.setLabel(
            markup("{}", title), **{"color": theme.faint.name(), "font-size": f"{font.pointSizeF():.1f}pt"}
        )
        self.axis.showLabel(bool(title) and width <= room)
        self.setColorMap(pg.ColorMap(np.linspace(0, 1, len(table)), table))
        self.setLevels((low, high))
        self.setImageItem(self._image)
        return width <= room


def apart(levels: Levels, size: float, line: float, span: float = 0.0) -> Levels:
    """Those levels of ticks whose numbers, ``line`` pixels high, stand apart on ``size`` pixels; at least two ticks.

    ``span`` is the difference of the values at both ends; that of the outermost ticks where it is not given.
    """
    every = [value for _, values in levels for value in values]
    whole = span or max(every, default=0.0) - min(every, default=0.0) or 1.0
    least = CLEAR * line * whole / max(size, 1.0)
    kept: Levels = []
    taken: list[float] = []
    for spacing, values in levels:
        if taken and not _are_apart([*taken, *values], least):
            break
        kept.append((spacing, values if taken else _thinned(values, least)))
        taken += kept[-1][1]
    return kept


def _thinned(values: list[float], least: float) -> list[float]:
    """As many of the values as are ``least`` apart, each so many steps from the next; the outer two in any case."""
    last = len(values) - 1
    for step in range(1, last):
        if last % step == 0 and _are_apart(values[::step], least):
            return values[::step]
    return [values[0], values[-1]] if last > 1 else values


def _are_apart(values: list[float], least: float) -> bool:
    """Whether values are equal or ``least`` apart."""
    gaps = np.diff(np.sort(values))
    return not bool(((gaps > 1e-6 * least) & (gaps < least)).any())
