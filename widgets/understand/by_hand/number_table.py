"""Paints a table of numbers: colours always, the numbers where they fit, and what is border as such."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPen

from app.numerics.window_sums import Case, Floats
from widgets.charts.colour_maps import Bytes, colour, image, picture
from widgets.look.theme import Theme
from widgets.understand.by_hand.scene import ScenePart, SceneTable, Stand

MOST_NUMBERS = 1200
"""Cells up to which numbers are written."""
LINED = 7.0
"""Width of a cell in pixels from which on lines are drawn between cells."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A table with its colours and, for cells of one size, the texts that fit."""

    table: SceneTable
    pixels: Bytes
    picture: QImage
    texts: list[list[str]] | None

    @classmethod
    def of(
        cls,
        table: SceneTable,
        stand: Stand,
        theme: Theme,
        reach: tuple[float, float],
        colours: Bytes | None,
        places: int | None = None,
    ) -> Drawn:
        """The table in ``colours`` from the least to the greatest of ``reach``; in grey where there are none.

        ``places`` is a number of decimals that will do where more have no room.
        """
        low, high = reach
        if colours is not None:
            pixels = colour(table.values, colours, low, high, theme.ground)
        else:
            pixels = picture(table.values[None], low, high)
        return cls(table, pixels, image(pixels), texts_for(table, stand, theme, places))


@dataclass(frozen=True)
class LongestNumber:
    """The longest of some numbers, as it is written with ``places`` decimals."""

    text: str
    places: int


def longest_numbers(case: Case | None) -> dict[ScenePart, LongestNumber]:
    """The longest number that window and kernel show at any step, written with as few decimals as will do."""
    known = {} if case is None else {ScenePart.WINDOW: case.values, ScenePart.KERNEL: case.weights}
    return {part: _longest(values) for part, values in known.items() if values is not None and values.size}


def _longest(values: Floats) -> LongestNumber:
    known, places = values[np.isfinite(values)], decimals(values)[-1]
    ends = (float(known.min()), float(known.max())) if known.size else ()
    return LongestNumber(max((text_of(end, places) for end in ends), key=len, default=""), places)


def cell_of(longest: LongestNumber, theme: Theme) -> tuple[float, float]:
    """Width and height in pixels of a cell in which numbers up to this length can be read."""
    metrics = QFontMetricsF(theme.font(small=True))
    return metrics.horizontalAdvance(re.sub(r"\d", "8", longest.text)) + 4, metrics.height() - 1


def texts_for(table: SceneTable, stand: Stand, theme: Theme, fewest: int | None = None) -> list[list[str]] | None:
    """The numbers as texts, all with the same decimals, as many as fit into a cell, ``fewest`` if no more do; None
    where none do.
    """
    metrics = QFontMetricsF(theme.font(small=True))
    if table.values.size > MOST_NUMBERS or stand.high < metrics.height() - 2 or stand.wide < 12:
        return None
    for places in (*decimals(table.values), *(() if fewest is None else (fewest,))):
        texts = [[text_of(value, places) for value in row] for row in table.values.tolist()]
        if max(metrics.horizontalAdvance(text) for row in texts for text in row) + 3 <= stand.wide:
            return texts
    return None


def decimals(values: Floats) -> tuple[int, ...]:
    """Numbers of decimals to try: none for whole numbers, else those that give the largest value 3 or 2 figures."""
    known = values[np.isfinite(values)]
    if not known.size or np.array_equal(known, np.round(known)):
        return (0,)
    most = max(2 - math.floor(math.log10(max(float(np.abs(known).max()), 1e-9))), 0)
    return (most, most - 1) if most > 1 else (most,)


def text_of(value: float, places: int) -> str:
    """A number in a cell with so many decimals; nothing where there is none."""
    if not math.isfinite(value):
        return ""
    if value == 0:
        return "0"
    text = f"{value:,.{places}f}"
    return (text if text.strip("-0.,") else text.lstrip("-")).replace("-", "−")


def paint_table(painter: QPainter, theme: Theme, drawn: Drawn, stand: Stand) -> None:
    """Paint colours, border, lines and numbers."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawImage(stand.area, drawn.picture)
    if drawn.table.border.any():
        _paint_border(painter, theme, drawn.table, stand)
    rows, columns = drawn.table.shape
    painter.setPen(QPen(theme.border, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if min(stand.wide, stand.high) >= LINED:
        painter.drawLines(_lines(stand, rows, columns))
    else:
        painter.drawRect(stand.area)
    if drawn.texts is not None:
        _write(painter, theme, drawn, stand)


def _lines(stand: Stand, rows: int, columns: int) -> list[QLineF]:
    """The lines between and around the cells."""
    area = stand.area
    heights = [area.top() + at * stand.high for at in range(rows + 1)]
    sides = [area.left() + at * stand.wide for at in range(columns + 1)]
    across = [QLineF(area.left(), height, area.right(), height) for height in heights]
    return across + [QLineF(side, area.top(), side, area.bottom()) for side in sides]


def _paint_border(painter: QPainter, theme: Theme, table: SceneTable, stand: Stand) -> None:
    """Border cells are hatched, so that nobody takes them for part of the input."""
    hatch = QBrush(theme.strong_border, Qt.BrushStyle.BDiagPattern)
    for row, column in np.argwhere(table.border).tolist():
        place = stand.cell(row, column)
        painter.fillRect(place, theme.ground)
        painter.fillRect(place, hatch)


def _write(painter: QPainter, theme: Theme, drawn: Drawn, stand: Stand) -> None:
    painter.setFont(theme.font(small=True))
    inks: dict[tuple[int, ...], QColor] = {}
    for row, texts in enumerate(drawn.texts or ()):
        for column, text in enumerate(texts):
            if drawn.table.border[row, column]:
                ink = theme.faint
            else:
                shade = tuple(int(part) for part in drawn.pixels[row, column, :3])
                ink = inks.setdefault(shade, theme.on(QColor(*shade)))
            painter.setPen(ink)
            painter.drawText(stand.cell(row, column), Qt.AlignmentFlag.AlignCenter, text)


def ring(
    painter: QPainter, theme: Theme, place: QRectF, color: QColor, width: float = 2.0, dashed: bool = False
) -> None:
    """Draw a box around ``place``, on a quiet one that sets it off from any ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not dashed:
        painter.setPen(QPen(theme.surface, width + 2))
        painter.drawRect(place)
    painter.setPen(QPen(color, width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.drawRect(place)
