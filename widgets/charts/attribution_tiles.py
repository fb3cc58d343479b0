"""Attributions side by side: what in a sample speaks for an answer, by several ways, laid over the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import reach
from app.system.number_format import with_decimal
from widgets.charts.colour_maps import Bytes, colour, diverging, image, limits, over_picture, picture
from widgets.charts.colour_scale import draw_scale
from widgets.charts.feature_bars import paint_feature_bars, row_at
from widgets.charts.maximised_input import rounded
from widgets.charts.sample_painting import Samples, paint_lines
from widgets.charts.tiles import GAP, Grid, TileView, arrange
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number

BROAD = 168.0
"""Narrowest tile in pixels that bars with their names and numbers have room in."""


@dataclass(frozen=True, eq=False)
class Heat:
    """How much each place of a sample speaks for an answer: (H, W), (T,) or (F,), NaN where that is not told.

    ``signed`` values lie about zero, below it they speak against; others begin at zero. ``note`` explains the numbers.
    """

    title: str
    values: NDArray[np.float64]
    signed: bool
    note: str = ""

    def range(self) -> tuple[float, float]:
        """Return what stands at the ends of the colour scale."""
        most = reach(self.values)
        return (-most if self.signed else 0.0), most


def inset(tile: QRectF) -> QRectF:
    """Return where in a tile bars stand, so that numbers keep a distance from the names of the next tile."""
    return tile.adjusted(0, 0, -16, -4)


def as_floats(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as they are painted."""
    return np.asarray(values, dtype=np.float64)


def filling(count: int, area: QRectF, caption: float, broad: float) -> Grid:
    """Return the grid that fills `area` with `count` tiles, about as broad as high, but no narrower than `broad`."""
    best, most = Grid(1, area.width(), broad / 2, caption, area.left(), area.top()), 0.0
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        width = (area.width() - GAP * (columns - 1)) / columns
        height = min((area.height() - GAP * (rows - 1)) / rows - caption, 1.5 * width)
        usable = min(width, 1.6 * height)
        if usable > most and (width >= broad or columns == 1):
            best, most = Grid(columns, width, height, caption, area.left(), area.top()), usable
    return best


class HeatTiles(TileView):
    """The sample, and one tile for each way to explain; `set_opacity` says how much the sample is covered.

    Pictures are covered by colours, a sequence has them behind its lines, features of a table have bars.
    """

    LEAST, MOST = 100.0, 420.0
    caption_lines = 3

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._sample: Samples = np.empty(0)
        self._away: Samples = np.empty(0)
        self._names: list[str] = []
        self._units: list[str] = []
        self._note, self._decimal = "", "."
        self._heats: dict[str, Heat] = {}
        self._opacity = 0.6
        self._images: dict[int, QImage] = {}

    # What the owner says

    def set_sample(
        self,
        values: ArrayLike,
        away: ArrayLike,
        names: Sequence[str] = (),
        units: Sequence[str] = (),
        note: str = "",
        *,
        decimal: str = ".",
    ) -> None:
        """Show a picture (C, H, W), a sequence (T, F) or a vector (F,) in the data's units; empty shows nothing.

        ``away`` has the same shape, in deviations from the data's mean. ``names`` and ``units`` are those of features,
        ``decimal`` is the mark before decimals that the data has.
        """
        self._sample, self._away = rounded(np.asarray(values, dtype=np.float64)), np.asarray(away, dtype=np.float64)
        count = self._sample.shape[-1] if self._sample.ndim in (1, 2) else 0
        self._names = list(names) or [f"feature {at + 1}" for at in range(count)]
        self._units, self._note, self._decimal = list(units) or [""] * count, note, decimal
        self._changed()

    def set_heats(self, heats: Mapping[str, Heat]) -> None:
        """Show these attributions, in this order."""
        self._heats = dict(heats)
        self._changed()

    def set_opacity(self, share: float) -> None:
        """Cover the sample by this share: 0 shows it alone, 1 the colours alone."""
        self._opacity = min(max(share, 0.0), 1.0)
        self._changed()

    @property
    def heats(self) -> dict[str, Heat]:
        """The attributions that are shown."""
        return dict(self._heats)

    def _changed(self) -> None:
        self._images.clear()
        titles = ", ".join(heat.title for heat in self._heats.values())
        self.describe(f"A sample, explained by: {titles}" if self.count() else self.empty_text)
        self.update()

    # What a grid of tiles asks

    def count(self) -> int:
        """Return the number of tiles: the sample and its attributions."""
        return 1 + len(self._heats) if self._sample.size else 0

    def aspect(self) -> float:
        """Return width over height of a picture; one that is very narrow or low is drawn broader or higher."""
        height, width = self._sample.shape[1:]
        return min(max(float(width) / float(height), 0.6), 2.0)

    def grid(self) -> Grid:
        """Return where tiles stand; bars and lines, which can be of any shape, take all the room there is."""
        grid = self._grid_of(self.caption_lines)
        return self._grid_of(self.caption_lines + 1) if self._wraps(grid) else grid

    def _grid_of(self, lines: int) -> Grid:
        area = QRectF(self.rect()).adjusted(12, 8, -16, -8)
        caption = lines * (self.theme.px(14) + 1.0)
        scale = self.theme.scale
        if self._sample.ndim == 3:
            return arrange(self.count(), area, self.aspect(), caption, self.LEAST * scale, self.MOST * scale)
        return filling(self.count(), area, caption, BROAD * scale)

    def _wraps(self, grid: Grid) -> bool:
        """Whether the name of a way to explain needs two lines below a tile of this grid."""
        metrics = QFontMetricsF(self.theme.font(small=True, bold=True))
        return any(metrics.horizontalAdvance(heat.title) > grid.width for heat in self._heats.values())

    def theme_changed(self) -> None:
        """Forget the tiles in the old colours."""
        self._images.clear()

    def _heat(self, index: int) -> Heat | None:
        return list(self._heats.values())[index - 1] if index else None

    def _table(self, heat: Heat) -> Bytes:
        return diverging(self.theme) if heat.signed else over_picture()

    # Painting

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint the sample, covered by an attribution if it is not the first tile."""
        heat = self._heat(index)
        if self._sample.ndim == 1:
            self._paint_bars(painter, heat, place)
            return
        if self._sample.ndim == 2:
            self._paint_lines(painter, heat, place)
            return
        if index not in self._images:
            self._images[index] = image(self._covered(heat))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._sample.shape[2] > place.width())
        painter.drawImage(place, self._images[index])

    def _covered(self, heat: Heat | None) -> Bytes:
        """Return the picture's pixels (H, W, 4), grey and under colours where there is an attribution."""
        pixels = picture(self._sample, *limits(self._sample))
        if heat is None:
            return pixels
        grey = pixels[..., :3].astype(np.float64).mean(axis=-1, keepdims=True)
        colours = colour(heat.values, self._table(heat), *heat.range(), QColor("#808080"))[..., :3]
        share = np.where(np.isfinite(heat.values), self._opacity, 0.0)[..., None]
        pixels[..., :3] = np.clip((1 - share) * grey + share * colours, 0, 255).astype(np.uint8)
        return pixels

    def _paint_lines(self, painter: QPainter, heat: Heat | None, place: QRectF) -> None:
        painter.fillRect(place, self.theme.raised)
        if heat is not None:
            strip = colour(heat.values[None], self._table(heat), *heat.range(), self.theme.raised)
            painter.setOpacity(self._opacity)
            painter.drawImage(place.adjusted(4, 1, -4, -1), image(strip))
            painter.setOpacity(1.0)
        ink = None if heat is None else self.theme.text
        paint_lines(painter, self.theme, self._sample, place, *limits(self._sample), ink)

    def _paint_bars(self, painter: QPainter, heat: Heat | None, place: QRectF) -> None:
        place = inset(place)
        if heat is None:
            pairs = zip(self._sample, self._units, strict=True)
            texts = [f"{self._amount(value)} {unit}".strip() for value, unit in pairs]
            paint_feature_bars(painter, self.theme, self._names, self._away, texts, place)
            return
        texts = [number(float(value), 3) if np.isfinite(value) else "" for value in heat.values]
        paint_feature_bars(painter, self.theme, self._names, heat.values, texts, place)

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write the way's name, its colour scale with numbers, and what they mean."""
        heat = self._heat(index)
        title, note = ("Sample", self._note) if heat is None else (heat.title, heat.note)
        line = self.theme.px(14)
        if self._wraps(self.grid()):
            self._write_wrapped(painter, place, title)
            place = place.adjusted(0, line, 0, 0)
        else:
            self.write(painter, place, 0, title, self.theme.text, bold=True)
        bars = self._sample.ndim == 1
        if heat is not None and not bars:
            strip = QRectF(place.left() + 4, place.top() + line, place.width() - 8, line)
            draw_scale(painter, self.theme, strip, self._table(heat), heat.range(), heat.values, wide=True)
        self.write(painter, place, 1 if bars or heat is None else 2, note, self.theme.faint, bold=False)

    def _write_wrapped(self, painter: QPainter, place: QRectF, title: str) -> None:
        """Write a name in the first two lines, a short one in the second."""
        painter.setFont(self.theme.font(small=True, bold=True))
        painter.setPen(self.theme.text)
        room = QRectF(place.left(), place.top(), place.width(), 2.0 * self.theme.px(14) + 2.0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), title)

    # Reading

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the way's name, and the value under the pointer."""
        heat = self._heat(index)
        text = "Sample" if heat is None else f"{heat.title}: {heat.note}" if heat.note else heat.title
        if not place.contains(at):
            return text
        where = self._where(index, at, place)
        return text if where is None else f"{text}\n{where}"

    def _where(self, index: int, at: QPointF, place: QRectF) -> str | None:
        heat = self._heat(index)
        across, down = (at.x() - place.left()) / place.width(), (at.y() - place.top()) / place.height()
        if self._sample.ndim == 1:
            row = row_at(self._away if heat is None else heat.values, at, inset(place), self.theme)
            return None if row is None else f"{self._names[row]}: {self._value_text(heat, (row,))}"
        if self._sample.ndim == 2:
            step = min(max(round(across * (len(self._sample) - 1)), 0), len(self._sample) - 1)
            return f"step {step + 1}: {self._value_text(heat, (step,))}"
        height, width = self._sample.shape[1:]
        row, column = min(int(down * height), height - 1), min(int(across * width), width - 1)
        return f"row {row + 1}, column {column + 1}: {self._value_text(heat, (row, column))}"

    def _value_text(self, heat: Heat | None, at: tuple[int, ...]) -> str:
        if heat is not None:
            value = float(heat.values[at])
            return number(value) if np.isfinite(value) else "not covered yet"
        values = np.atleast_1d(self._sample[at] if self._sample.ndim < 3 else self._sample[:, at[0], at[1]])
        return (", " if self._decimal == "." else "; ").join(self._amount(value) for value in values[:4])

    def _amount(self, value: float) -> str:
        """A value of the sample as its data writes it."""
        return with_decimal(number(float(value), 3), self._decimal)
