"""The pictures that a memory stores as tiles, each with how like it the state on show is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.system.number_format import format_percent
from widgets.charts.colour_maps import image, picture
from widgets.charts.tiles import TileView
from widgets.look.theme import ThemeSource


class StoredTiles(TileView):
    """One tile for each stored picture; the one that is picked is the one to start from."""

    LEAST, MOST = 40.0, 52.0
    caption_lines = 2

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Stored pictures", "Nothing is stored.", parent)
        self._pictures: NDArray[np.float64] = np.empty((0, 1, 1))
        self._names: tuple[str, ...] = ()
        self._overlaps: NDArray[np.float64] = np.empty(0)

    def set_pictures(self, pictures: NDArray[np.float64], names: Sequence[str]) -> None:
        """Show other pictures (P, H, W) of +1 and -1."""
        self._pictures, self._names = pictures, tuple(names)
        self._overlaps = np.zeros(len(pictures))
        self.describe(f"{len(names)} stored pictures: {', '.join(names)}")
        self.update()

    def set_overlaps(self, overlaps: NDArray[np.float64]) -> None:
        """Say how like each of them the state is, (P,)."""
        self._overlaps = overlaps
        self.update()

    @property
    def overlaps(self) -> NDArray[np.float64]:
        """How like each picture the state on show is, (P,)."""
        return self._overlaps

    def count(self) -> int:
        """Return the number of pictures."""
        return len(self._pictures)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint the pixels."""
        # Dark on light, or light on dark: what is stored stands out from the ground of the theme.
        low, high = (-1.0, 1.0) if self.theme.name == "dark" else (1.0, -1.0)
        painter.drawImage(place, image(picture(self._pictures[index][None], low, high)))
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawRect(place)

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Name it, and say how like it the state is."""
        nearest = index == int(np.abs(self._overlaps).argmax())
        self.write(painter, place, 0, self._names[index], self.theme.text, bold=True)
        self.write(painter, place, 1, self.overlap_text(index), self.theme.text, bold=nearest)

    def overlap_text(self, index: int) -> str:
        """The overlap with two decimals and a sign."""
        return f"{self._overlaps[index]:+.2f}".replace("-", "−")

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return name and overlap."""
        agree = format_percent((1 + float(self._overlaps[index])) / 2)
        return f"{self._names[index]}: overlap {self.overlap_text(index)}, {agree} of the pixels agree"
