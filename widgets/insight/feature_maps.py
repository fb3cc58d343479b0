"""What a layer makes of one sample: its feature maps as tiles, a sequence as a heat strip, a vector as a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from widgets.insight.colours import colour, image, limits, sequential
from widgets.insight.scale import draw_scale
from widgets.insight.tiles import Grid, TileView
from widgets.plots.ticks import number
from widgets.theme import ThemeSource


class FeatureMapGrid(TileView):
    """Feature maps of the picked sample, all on one scale."""

    LEAST, MOST = 28.0, 200.0

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Feature maps",
        empty: str = "Pick a sample and a layer to see what the layer makes of it.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._maps: NDArray[np.float64] = np.empty((0, 1, 1))
        self._sequence = False
        self._limits = (0.0, 1.0)
        self._images: dict[int, QImage] = {}

    def set_maps(self, maps: ArrayLike) -> None:
        """Show maps of shape (C, H, W); a sequence (T, F), time to the right; or a vector (F,). Empty shows none."""
        values = np.asarray(maps, dtype=np.float64)
        if values.ndim not in (1, 2, 3):
            raise ValueError(f"feature maps have 1 to 3 axes, not {values.ndim}")
        self._sequence = values.ndim < 3
        if values.ndim == 1:
            values = values[None]
        if values.ndim == 2:
            values = values.T[None] if values.size else np.empty((0, 1, 1))
        self._maps = values
        self._limits = limits(values)
        self._images.clear()
        self.describe(self._summary())
        self.update()

    def _summary(self) -> str:
        if self.is_empty():
            return self.empty_text
        count, height, width = self._maps.shape
        return f"{height} features over {width} steps" if self._sequence else f"{count} maps of {height} x {width}"

    def count(self) -> int:
        """Return the number of maps; a sequence is one strip."""
        return len(self._maps)

    def aspect(self) -> float:
        """Return the maps' width over their height."""
        return float(self._maps.shape[2] / self._maps.shape[1])

    def grid(self) -> Grid:
        """Return where maps stand; a strip takes all the room there is."""
        if not self._sequence:
            return super().grid()
        area = QRectF(self.rect()).adjusted(12, 12, -16, -8 - self.footer_height())
        return Grid(1, area.width(), area.height(), 0.0, area.left(), area.top())

    def footer_height(self) -> float:
        """Return the height of the colour scale."""
        return self.theme.px(24)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint one map, a value as one crisp cell."""
        if index not in self._images:
            pixels = colour(self._maps[index], sequential(), *self._limits, self.theme.error)
            self._images[index] = image(pixels)
        painter.drawImage(place, self._images[index])

    def paint_footer(self, painter: QPainter, place: QRectF) -> None:
        """Paint the scale and what is shown."""
        draw_scale(painter, self.theme, place, sequential(), *self._limits, self._summary())

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the map's index and the value under the pointer."""
        plane = self._maps[index]
        text = f"Map {index}: mean {number(float(np.nanmean(plane)), 3)}" if not self._sequence else self._summary()
        if not place.contains(at):
            return text
        column = min(int((at.x() - place.left()) / place.width() * plane.shape[1]), plane.shape[1] - 1)
        row = min(int((at.y() - place.top()) / place.height() * plane.shape[0]), plane.shape[0] - 1)
        where = f"step {column}, feature {row}" if self._sequence else f"row {row}, column {column}"
        return f"{text}\n{where}: {number(float(plane[row, column]))}"
