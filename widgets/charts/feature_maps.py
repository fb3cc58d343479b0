"""What a layer makes of one sample: its feature maps as tiles, a sequence as a heat strip, a vector as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import colour_ends
from app.system.number_format import nth
from graph.layers.value_range import ANYTHING, Range
from widgets.charts.colour_maps import between, colour, image
from widgets.charts.colour_scale import draw_scale
from widgets.charts.sample_tiles import WIDEST
from widgets.charts.tiles import Grid, TileView
from widgets.charts.vector_bars import paint_vector, unit_at
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number


class FeatureMapGrid(TileView):
    """Feature maps of the picked sample, all on one scale, each above its number: that of the filter that made it."""

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
        self._names: tuple[str, ...] = ()
        self._sequence = self._vector = False
        self._frames = 1
        self._limits = (0.0, 1.0)
        self._images: dict[int, QImage] = {}

    def set_maps(self, maps: ArrayLike, can_be: Range = ANYTHING) -> None:
        """Show maps of shape (C, H, W), of a video (T, C, H, W) each as a strip of frames; a sequence (T, F), time to
        the right; or a vector (F,). Empty shows none. ``can_be`` is the range of what their layer can give.
        """
        values = np.asarray(maps, dtype=np.float64)
        if values.ndim not in (1, 2, 3, 4):
            raise ValueError(f"feature maps have 1 to 4 axes, not {values.ndim}")
        self._frames = len(values) if values.ndim == 4 else 1
        if values.ndim == 4:
            values = values.transpose(1, 2, 0, 3).reshape(*values.shape[1:3], -1)
        wide = min(max(self._frames / 2, 1.0), WIDEST)
        self.LEAST, self.MOST = type(self).LEAST * wide, type(self).MOST * wide
        self._sequence, self._vector = values.ndim == 2, values.ndim == 1
        if self._vector:
            values = values[None, :, None] if values.size else np.empty((0, 1, 1))
        if self._sequence:
            values = values.T[None] if values.size else np.empty((0, 1, 1))
        self._maps = values
        self.caption_lines = int(values.size > 0 and not self._sequence and not self._vector)
        self._limits = colour_ends(can_be, values)
        self._images.clear()
        self.describe(self._summary())
        self.update()

    def theme_changed(self) -> None:
        """Forget the maps in the old colours."""
        self._images.clear()
        super().theme_changed()

    def set_names(self, names: Sequence[str]) -> None:
        """Call the units of a vector by names, as the classes of a last layer; none numbers them."""
        self._names = tuple(names)
        self.update()

    @property
    def _unit_names(self) -> tuple[str, ...]:
        return self._names if len(self._names) == self._maps.shape[1] else ()

    def _unit(self, index: int) -> str:
        return self._unit_names[index] if self._unit_names else f"Unit {index + 1}"

    def _summary(self) -> str:
        if self.is_empty():
            return self.empty_text
        count, height, width = self._maps.shape
        if self._vector:
            return f"{height:,} units" if height > 1 else "1 unit"
        if self._sequence:
            return f"{height} features over {width} steps"
        over = f" on each of {self._frames} frames" if self._frames > 1 else ""
        return f"{count} maps of {height} × {width // self._frames}{over}"

    def count(self) -> int:
        """Return the number of maps; a sequence is one strip."""
        return len(self._maps)

    def aspect(self) -> float:
        """Return the maps' width over their height."""
        return float(self._maps.shape[2] / self._maps.shape[1])

    def grid(self) -> Grid:
        """Return where maps stand; a strip takes all the room there is."""
        if not self._sequence and not self._vector:
            return super().grid()
        area = QRectF(self.rect()).adjusted(12, 12, -16, -8 - self.footer_height())
        if self._sequence:
            words = self.theme.px(16)
            area.adjust(words, 0, 0, -words)
        return Grid(1, area.width(), area.height(), 0.0, area.left(), area.top())

    def footer_height(self) -> float:
        """Return the height of the colour scale."""
        return self.theme.px(24)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint one map, a value as one crisp cell; a vector as bars, a sequence with words at its axes."""
        if self._vector:
            paint_vector(painter, self.theme, self._maps[0, :, 0], place, self._unit_names)
            return
        if index not in self._images:
            pixels = colour(self._maps[index], between(self._limits, self.theme), *self._limits, self.theme.error)
            self._images[index] = image(pixels)
        painter.drawImage(place, self._images[index])
        self._paint_frames(painter, place)
        if self._sequence:
            self._paint_axes(painter, place)

    def _paint_frames(self, painter: QPainter, place: QRectF) -> None:
        """Part the frames of a video by lines in the colour of the ground."""
        painter.setPen(QPen(self.theme.ground, 2))
        for frame in range(1, self._frames):
            x = place.left() + place.width() * frame / self._frames
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))

    def _paint_axes(self, painter: QPainter, place: QRectF) -> None:
        """Say which way time runs and where features stand."""
        words = self.theme.px(16)
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        steps, features = self._maps.shape[2], self._maps.shape[1]
        below = QRectF(place.left(), place.bottom(), place.width(), words)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"time: step 1 to {steps}")
        painter.save()
        painter.translate(place.left() - words, place.bottom())
        painter.rotate(-90)
        beside = QRectF(0, 0, place.height(), words - 2)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, f"features 1 to {features}")
        painter.restore()

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write the number of a map."""
        self.write(painter, place, 0, nth(index), self.theme.text, bold=False)

    def paint_footer(self, painter: QPainter, place: QRectF) -> None:
        """Paint the scale and what is shown."""
        if self._vector:
            painter.setFont(self.theme.font(small=True))
            painter.setPen(self.theme.faint)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._summary())
            return
        table = between(self._limits, self.theme)
        draw_scale(painter, self.theme, place, table, self._limits, self._maps, self._summary())

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the map's index and the value under the pointer."""
        plane = self._maps[index]
        if self._vector:
            unit = unit_at(plane.shape[0], at, place, self.theme, self._unit_names)
            return self._summary() if unit is None else f"{self._unit(unit)}: {number(float(plane[unit, 0]))}"
        text = (
            f"Map {nth(index)}: mean {number(float(np.nanmean(plane)), 3)}" if not self._sequence else self._summary()
        )
        if not place.contains(at):
            return text
        column = min(int((at.x() - place.left()) / place.width() * plane.shape[1]), plane.shape[1] - 1)
        row = min(int((at.y() - place.top()) / place.height() * plane.shape[0]), plane.shape[0] - 1)
        across, (frame, column) = column, divmod(column, plane.shape[1] // self._frames)
        frame_text = f"frame {frame + 1}, " if self._frames > 1 else ""
        where = (
            f"step {column + 1}, feature {row + 1}"
            if self._sequence
            else f"{frame_text}row {row + 1}, column {column + 1}"
        )
        return f"{text}\n{where}: {number(float(plane[row, across]))}"
