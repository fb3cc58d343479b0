"""One picture, kernel or spectrum with a title above it and its range below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_maps import Bytes, colour, diverging, image, limits, picture, reach, sequential
from widgets.charts.filter_tiles import write_numbers
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number

Ink = Literal["picture", "signed", "size"]
"""How values become colours: as a picture, about zero, or from least to greatest."""

LARGEST = 300.0
"""Pixels along the longer side of what is drawn, at most."""
WRITTEN = 7
"""Rows and columns up to which numbers are written into their cells."""


class PicturePane(PaintedView):
    """Shows (H, W) or (channels, H, W) values; a few get their numbers written on them."""

    def __init__(self, source: ThemeSource, title: str, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(72, 72)
        self._title = title
        self._values: NDArray[np.float64] = np.empty((0, 0, 0))
        self._ink: Ink = "picture"
        self._limits: tuple[float, float] | None = None
        self._note = ""
        self._write: Callable[[float], str] | None = None
        self._pixels: Bytes | None = None
        self._image: QImage | None = None

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
        found = np.asarray(values, dtype=np.float64)
        self._values = found if found.ndim == 3 else found[None]
        self._ink, self._limits, self._write = ink, scale, write
        self._title = self._title if title is None else title
        low, high = limits(self._values) if self._values.size else (0.0, 0.0)
        self._note = f"{number(low, 3)} to {number(high, 3)}" if note is None else note
        self._pixels = self._image = None
        self.setAccessibleName(self._title)
        height, width = self._values.shape[1:]
        self.describe(f"{height} x {width}, {self._note}" if self._values.size else self.empty_text)
        self.update()

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

    def theme_changed(self) -> None:
        """Forget the picture in the old colours."""
        self._pixels = self._image = None

    def _coloured(self) -> Bytes:
        if self._ink == "picture":
            return picture(self._values, *(self._limits or limits(self._values)))
        flat = self._values.mean(axis=0)
        if self._ink == "signed":
            far = reach(flat) if self._limits is None else max(map(abs, self._limits))
            return colour(flat, diverging(self.theme), -far, far, self.theme.error)
        return colour(flat, sequential(), *(self._limits or limits(flat)), self.theme.error)

    def _aspect(self) -> float:
        """Width over height of what is drawn."""
        return float(self._values.shape[2] / self._values.shape[1])

    def place(self) -> QRectF:
        """Return where the picture stands."""
        line = QFontMetricsF(self.theme.font(small=True)).height()
        room = QRectF(self.rect()).adjusted(6, line + 8, -6, -(line + 8))
        largest = LARGEST * self.theme.scale
        width = min(room.width(), room.height() * self._aspect(), largest * min(1.0, self._aspect()))
        height = width / self._aspect()
        left, top = room.center().x() - width / 2, room.center().y() - height / 2
        return QRectF(round(left), round(top), round(width), round(height))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint title, picture and note."""
        place = self.place()
        if self._pixels is None or self._image is None:
            self._pixels = self._coloured()
            self._image = image(self._pixels)
        small = self._values.shape[2] > place.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
        painter.drawImage(place, self._image)
        painter.setPen(self.theme.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        self._paint_numbers(painter, place, self._pixels)
        self._paint_words(painter, area, place)

    def _paint_numbers(self, painter: QPainter, place: QRectF, pixels: Bytes) -> None:
        rows, columns = self._values.shape[1:]
        if self._write is None or max(rows, columns) > WRITTEN:
            return
        cell, plane = place.width() / columns, self._values.mean(axis=0)
        metrics = QFontMetricsF(self.theme.font(small=True))
        longest = max(metrics.horizontalAdvance(self._write(float(value))) for value in plane.ravel())
        if longest + 4 <= cell and metrics.height() <= cell:
            write_numbers(painter, self.theme, plane, pixels, place.topLeft(), cell, self._write)

    def _paint_words(self, painter: QPainter, area: QRectF, place: QRectF) -> None:
        for words, bold, ink in ((self._title, True, self.theme.text), (self._note, False, self.theme.faint)):
            font = self.theme.font(small=True, bold=bold)
            metrics = QFontMetricsF(font)
            top = place.top() - metrics.height() - 4 if bold else place.bottom() + 4
            row = QRectF(area.left() + 2, top, area.width() - 4, metrics.height())
            painter.setFont(font)
            painter.setPen(ink)
            text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, row.width())
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)

    def sentence_at(self, at: QPointF) -> str:
        """Return title, place and value under the pointer."""
        place = self.place()
        if not place.contains(at):
            return ""
        rows, columns = self._values.shape[1:]
        row = min(int((at.y() - place.top()) / place.height() * rows), rows - 1)
        column = min(int((at.x() - place.left()) / place.width() * columns), columns - 1)
        return f"{self._title}\n{self._where(row, column)}"

    def _where(self, row: int, column: int) -> str:
        """Return the value in a cell, in words."""
        values = " ".join(number(float(value)) for value in self._values[:3, row, column])
        return f"row {row}, column {column}: {values}"

    def sizeHint(self) -> QSize:
        """As large as it is drawn at most."""
        side = self.theme.px(LARGEST)
        return QSize(side, side + self.theme.px(48))
