"""The bar beside an image that says which value each colour stands for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

from widgets.charts.colour_maps import Bytes
from widgets.look.plain_text import markup
from widgets.look.theme import Theme
from widgets.plots.ticks import number


class ColourBar(pg.ColorBarItem):
    """The colours of an image with the values they stand for: no prefix scales them, and no mark moves them."""

    def __init__(self, image: pg.ImageItem) -> None:
        super().__init__(width=10, colorMapMenu=False, interactive=False)
        self.axis.enableAutoSIPrefix(False)
        self.write: Callable[[float], str] = lambda value: number(value, 3)
        self._image = image
        self.axis.tickStrings = self._texts
        self._line = 1.0
        levels = self.axis.tickValues
        self.axis.tickValues = lambda low, high, size: apart(levels(low, high, size), size, self._line)

    def _texts(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.write(value) for value in values]

    def show_map(
        self,
        theme: Theme,
        table: Bytes,
        low: float,
        high: float,
        title: str = "",
        room: float = math.inf,
        length: float = math.inf,
    ) -> bool:
        """Show a table of 256 colours from ``low`` to ``high``, and give both to the image.

        The values stand beside the colours if they take no more than ``room`` pixels, which is returned; the title does
        if the bar's ``length`` in pixels has room for it.
        """
        font = theme.font(small=True)
        self.axis.setTickFont(font)
        self.axis.setTextPen(theme.faint)
        metrics = QFontMetricsF(font)
        self._line = metrics.height()
        title = title if metrics.horizontalAdvance(title) <= length else ""
        widest = max(metrics.horizontalAdvance(text) for text in ("−0.000", self.write(low), self.write(high)))
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


Levels = list[tuple[float, list[float]]]


def apart(levels: Levels, size: float, line: float) -> Levels:
    """Those levels of ticks whose numbers, ``line`` pixels high, stand apart on ``size`` pixels; at least two ticks."""
    kept: Levels = []
    room = max(int(size // line), 2)
    for spacing, values in levels:
        if kept and sum(len(ticks) for _, ticks in kept) + len(values) > room:
            break
        places = np.unique(np.linspace(0, len(values) - 1, min(room, len(values))).round().astype(int))
        kept.append((spacing, [values[place] for place in places]))
    return kept
