"""One picture, kernel or spectrum with a title above it and its range below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import beyond, reach
from widgets.charts.colour_maps import Bytes, colour, diverging, limits, picture, sequential
from widgets.charts.filter_tiles import write_numbers
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number

Ink = Literal["picture", "signed", "size"]
"""How values become colours: as a picture, about zero, or from least to greatest."""

LARGEST = 300.0
"""Pixels along the longer side of what is drawn, where there is room."""
WRITTEN = 7
"""Rows and columns up to which numbers are written into their cells."""


def fitting(words: str, font: QFont, width: float) -> str:
    """Words in ``width`` pixels: without what they say behind a colon where there is no room, and cut only then."""
    metrics = QFontMetricsF(font)
    shorter = (words, words.partition(":")[0])
    whole = next((text for text in shorter if metrics.horizontalAdvance(text) <= width), shorter[-1])
    return metrics.elidedText(whole, Qt.TextElideMode.ElideRight, width)


class PicturePane(PlotView):
    """Shows (H, W) or (channels, H, W) values; a few get their numbers written on them."""

    def __init__(self, source: ThemeSource, title: str, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.setMinimumSize(72, 72)
        self._values: NDArray[np.float64] = np.empty((0, 0, 0))
        self._ink: Ink = "picture"
        self._limits: tuple[float, float] | None = None
        self._note = ""
        self._write: Callable[[float], str] | None = None
        self.add_panel(grid=False).invertY(True)
        self.panel.bounded = True
        self.panel.setAspectLocked(True)
        self.panel.y_extent = self._tall
        self._image = pg.ImageItem()
        self.panel.add(self._image)
        self.panel.painted(self._paint_words, 3)

    def set_values(
        self,
        values: ArrayLike,
        ink: Ink = "picture",
        *,
        title: str | None = None,
        note: str | None = None,
        scale: tuple[float, float] | None = None,
        write: Callable[[float], str] | None = None,
    ) -> None:
        """Show values; an empty array shows none.

        ``note`` stands below instead of their range, ``scale`` are the values of the first and last colour, and
        ``write`` puts a value into words where there is room in its cell.
        """
        numbers, before = np.asarray(values, dtype=np.float64), self._values.shape[-2:]
        self._values = numbers if numbers.ndim == 3 else numbers[None]
        self._ink, self._limits, self._write = ink, scale, write
        self.title = self.title if title is None else title
        self._note = self._range_in_words() if note is None else note
        self.setAccessibleName(self.title)
        height, width = self._values.shape[1:]
        self.describe(f"{height} × {width}, {self._note}" if self._values.size else self.empty_text)
        self.redraw()
        if self._values.shape[-2:] != before:
            self.fit()

    def clear(self) -> None:
        """Show nothing."""
        self.set_values(np.empty((0, 0)), note="")

    @property
    def values(self) -> NDArray[np.float64]:
        """What is shown, (channels, H, W)."""
        return self._values

    @property
    def note(self) -> str:
        """The words below."""
        return self._note

    def is_empty(self) -> bool:
        """Return whether nothing is shown."""
        return self._values.size == 0

    def draw(self) -> None:
        """Colour the values."""
        self._pixels = self._coloured()
        self._image.setImage(self._pixels, levels=(0, 255), autoDownsample=True)
        self._image.setRect(self.bounds())
        bounds = self.bounds()
        self.panel.x_extent = lambda: AxisRange(bounds.left(), bounds.right())

    def _range_in_words(self) -> str:
        """The least and the greatest value; and where a scale about 0 ends before them, its ends."""
        low, high = limits(self._values) if self._values.size else (0.0, 0.0)
        words = f"{number(low, 3)} to {number(high, 3)}"
        if self._ink != "signed" or not self._values.size:
            return words
        far = self._far()
        return f"{words}, colours end at ±{number(far, 3)}" if any(beyond(self._flat, (-far, far))) else words

    @property
    def _flat(self) -> NDArray[np.float64]:
        """The mean over the channels."""
        flat: NDArray[np.float64] = self._values.mean(axis=0)
        return flat

    def _far(self) -> float:
        """How far from 0 the colours of values about 0 go."""
        return reach(self._flat) if self._limits is None else max(map(abs, self._limits))

    def _coloured(self) -> Bytes:
        if self._ink == "picture":
            return picture(self._values, *(self._limits or limits(self._values)))
        flat = self._flat
        if self._ink == "signed":
            far = self._far()
            return colour(flat, diverging(self.theme), -far, far, self.theme.error)
        return colour(flat, sequential(self.theme), *(self._limits or limits(flat)), self.theme.error)

    def bounds(self) -> QRectF:
        """Return where the picture stands in the coordinates of the data: rows and columns."""
        rows, columns = self._values.shape[1:]
        return QRectF(-0.5, -0.5, columns, rows)

    def _line(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height() + 4

    def _tall(self, x: AxisRange) -> AxisRange:
        """All rows, and room for the words above and below them."""
        bounds, tall = self.bounds(), max(self.panel.rect().height(), 3 * self._line())
        room = bounds.height() * self._line() / (tall - 2 * self._line())
        return AxisRange(bounds.top() - room, bounds.bottom() + room)

    def place(self) -> QRectF:
        """Return where the picture stands in the view."""
        self.prepare()
        bounds = self.bounds()
        corners = (self.panel.point_of(at.x(), at.y()) for at in (bounds.topLeft(), bounds.bottomRight()))
        return QRectF(*corners)

    def _paint_words(self, painter: QPainter, axes: Axes) -> None:
        """Write the title above the picture, the note below it, and a few numbers into their cells."""
        bounds = self.bounds()
        place = QRectF(
            QPointF(axes.to_x(bounds.left()), axes.to_y(bounds.top())),
            QPointF(axes.to_x(bounds.right()), axes.to_y(bounds.bottom())),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawRect(place)
        self._paint_numbers(painter, place)
        line = self._line()
        for words, bold, ink, top in (
            (self.title, True, self.theme.text, place.top() - line),
            (self._note, False, self.theme.faint, place.bottom() + 2),
        ):
            row = QRectF(axes.area.left() + 2, top, axes.area.width() - 4, line)
            painter.setFont(self.theme.font(small=True, bold=bold))
            painter.setPen(ink)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, fitting(words, painter.font(), row.width()))

    def _paint_numbers(self, painter: QPainter, place: QRectF) -> None:
        rows, columns = self._values.shape[1:]
        if self._write is None or max(rows, columns) > WRITTEN:
            return
        cell, plane = place.width() / columns, self._values.mean(axis=0)
        metrics = QFontMetricsF(self.theme.font(small=True))
        longest = max(metrics.horizontalAdvance(self._write(float(value))) for value in plane.ravel())
        if longest + 4 <= cell and metrics.height() <= cell:
            write_numbers(painter, self.theme, plane, self._pixels, place.topLeft(), cell, self._write)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return title, place and value under the pointer."""
        bounds = self.bounds()
        if not bounds.contains(x, y):
            return ""
        rows, columns = self._values.shape[1:]
        row = min(int((y - bounds.top()) / bounds.height() * rows), rows - 1)
        column = min(int((x - bounds.left()) / bounds.width() * columns), columns - 1)
        return f"{self.title}\n{self._where(row, column)}"

    def _where(self, row: int, column: int) -> str:
        """Return the value in a cell, in words."""
        values = " ".join(number(float(value)) for value in self._values[:3, row, column])
        return f"row {row + 1}, column {column + 1}: {values}"

    def table(self) -> Sequence[Row]:
        """Return every value as (channel, row, column, value)."""
        places = ((*(place + 1 for place in at), float(value)) for at, value in np.ndenumerate(self._values))
        return named_rows(("channel", "row", "column", "value"), places)

    def sizeHint(self) -> QSize:
        """As large as a picture needs."""
        side = self.theme.px(LARGEST)
        return QSize(side, side + self.theme.px(48))
