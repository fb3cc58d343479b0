"""The filters of a convolution, each as a tile, live while training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import reach
from app.system.number_format import nth
from widgets.charts.colour_maps import Bytes, colour, diverging, image, picture
from widgets.charts.colour_scale import draw_scale
from widgets.charts.tiles import GAP, Grid, TileView
from widgets.look.theme import Theme, ThemeSource
from widgets.plots.ticks import number

GO_BACK = "Click, or press Esc, to go back to all"

FEW, CLEAR = 64, 6
"""Filters up to which their biases are always written, and pixels between two of these."""

BAR_ROWS = 32
"""How many pixels high the bars of a 1-D kernel are drawn before scaling."""


class FilterGrid(TileView):
    """Kernels as tiles: colours in RGB for three input channels, else a diverging map about zero.

    With more input channels one is shown at a time, or their mean; `[` and `]` choose. A click, or Enter, enlarges a
    filter and writes its numbers; another click, or Esc, goes back. `channel_changed` carries the channel, -1 the mean.
    """

    channel_changed = Signal(int)
    LEAST, MOST = 20.0, 144.0
    caption_lines = 1

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Filters",
        empty: str = "Select a convolution, and press Train to watch its filters form.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._weights: NDArray[np.float64] = np.empty((0, 1, 1, 1))
        self._biases: NDArray[np.float64] = np.empty(0)
        self._one_dimensional = False
        self._channel = -1
        self._reach = 1.0
        self._sheet: QImage | None = None
        self._enlarged: int | None = None
        self.picked.connect(self._enlarge)

    def set_filters(self, weights: ArrayLike, biases: ArrayLike | None = None) -> None:
        """Show kernels of shape (out, in, kh, kw), or (out, in, k) of a 1-D convolution; an empty array shows none.

        ``biases`` (out,) are what is added to what each of them gives; None where the layer has none.
        """
        values = np.asarray(weights, dtype=np.float64)
        one_dimensional = values.ndim == 3
        values = values[:, :, None, :] if one_dimensional else values
        if values.ndim != 4:
            raise ValueError(f"filters have 3 or 4 axes, not {values.ndim}")
        if values.shape[:2] != self._weights.shape[:2] or one_dimensional != self._one_dimensional:
            self._enlarged, self.current, self._channel = None, None, -1
        self._weights, self._one_dimensional = values, one_dimensional
        self._biases = np.empty(0) if biases is None else np.asarray(biases, dtype=np.float64)
        self._refresh()
        out, inputs, height, width = values.shape
        size = f"{width}" if one_dimensional else f"{height} × {width}"
        self.describe(f"{out} filters of {size} over {inputs} input channels" if out else self.empty_text)

    @property
    def channels(self) -> int:
        """How many input channels each filter has."""
        return int(self._weights.shape[1])

    @property
    def channel(self) -> int:
        """The input channel shown, -1 for the mean of all."""
        return self._channel

    def set_channel(self, channel: int) -> None:
        """Show one input channel, or with -1 the mean of all."""
        channel = min(max(channel, -1), self.channels - 1)
        if channel != self._channel:
            self._channel = channel
            self._refresh()
            self.channel_changed.emit(channel)

    @property
    def enlarged(self) -> int | None:
        """The filter shown large, if one is."""
        return self._enlarged

    def _refresh(self) -> None:
        self._sheet = None
        self._reach = 1.0 if self.is_empty() else reach(self._shown())
        self.update()

    def _is_rgb(self) -> bool:
        return self.channels == 3 and self._channel < 0 and not self._one_dimensional

    def _shown(self) -> NDArray[np.float64]:
        """Return the values that have a colour."""
        return self._weights if self._is_rgb() else self._planes()

    def _planes(self) -> NDArray[np.float64]:
        """Return what is shown of each filter, shape (out, kh, kw)."""
        if self._channel >= 0:
            return self._weights[:, self._channel]
        planes: NDArray[np.float64] = self._weights.mean(axis=1)
        return planes

    def count(self) -> int:
        """Return the number of filters."""
        return len(self._weights)

    def aspect(self) -> float:
        """Return the kernel's width over its height; 1-D kernels get a wide tile."""
        return 1.5 if self._one_dimensional else self._weights.shape[3] / max(self._weights.shape[2], 1)

    def grid(self) -> Grid:
        """Return where tiles stand; below them is room for their biases where these can be read."""
        self.caption_lines = 2 if self._biases.size else 1
        grid = super().grid()
        if self.caption_lines == 1 or self._widest_bias() <= grid.width + GAP - 2:
            return grid
        self.caption_lines = 1
        return super().grid()

    def least_width(self) -> float:
        """Return a width at which biases are whole, unless there are so many filters that one looks at all of them."""
        few = 0 < self._biases.size <= FEW
        return max(super().least_width(), self._widest_bias() + CLEAR - GAP if few else 0.0)

    def _widest_bias(self) -> float:
        metrics = QFontMetricsF(self.theme.font(small=True))
        texts = (self.bias_text(index) for index in range(len(self._biases)))
        return max(map(metrics.horizontalAdvance, texts), default=0.0)

    def bias_text(self, index: int) -> str:
        """Return the bias of a filter in words."""
        return f"bias {in_figures(float(self._biases[index]))}" if index < len(self._biases) else "no bias"

    def footer_height(self) -> float:
        """Return the height of the colour scale."""
        return self.theme.px(24)

    def theme_changed(self) -> None:
        """Forget the tiles in the old colours."""
        self._sheet = None

    def _all(self) -> QImage:
        """Return all filters below each other in one picture, so that a repaint converts nothing."""
        if self._sheet is None:
            table = diverging(self.theme)
            if self._is_rgb() or self._one_dimensional:
                pixels = np.concatenate([self._pixels(index) for index in range(self.count())])
            else:
                planes = self._planes()
                flat = planes.reshape(-1, planes.shape[2])
                pixels = colour(flat, table, -self._reach, self._reach, self.theme.error)
            self._sheet = image(pixels)
        return self._sheet

    def _pixels(self, index: int) -> Bytes:
        if self._is_rgb():
            return picture(self._weights[index], -self._reach, self._reach)
        plane = self._planes()[index]
        if self._one_dimensional:
            return bars(plane[0], self._reach, self.theme)
        return colour(plane, diverging(self.theme), -self._reach, self._reach, self.theme.error)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint all filters, or the one enlarged."""
        super().paint(painter, area)
        if self._enlarged is not None:
            self._paint_enlarged(painter, area.adjusted(0, 0, 0, -self.footer_height()))

    def paint_tiles(self, painter: QPainter, tiles: list[tuple[int, QRectF]]) -> None:
        """Paint the filters in view with a hairline around each, and its number below it."""
        sheet = self._all()
        width, height = sheet.width(), sheet.height() / self.count()
        for index, place in tiles:
            painter.drawImage(place, sheet, QRectF(0, index * height, width, height))
        painter.setPen(self.theme.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([place.adjusted(0, 0, -1, -1) for _, place in tiles])
        caption = self.grid().caption
        for index, place in tiles:
            below = QRectF(place.left() - GAP / 2 + 1, place.bottom() + 1, place.width() + GAP - 2, caption)
            self.write(painter, below, 0, nth(index), self.theme.text, bold=False)
            if self.caption_lines > 1:
                self.write(painter, below, 1, self.bias_text(index), self.theme.faint, bold=False)

    def paint_footer(self, painter: QPainter, place: QRectF) -> None:
        """Paint the scale, and which input channel is shown."""
        note = ""
        if self.channels > 1:
            shown = (
                f"input channel {self._channel + 1}"
                if self._channel >= 0
                else f"mean of {self.channels} input channels"
            )
            shown = "red, green, blue" if self._is_rgb() else shown
            note = shown
        most, table = self._reach, diverging(self.theme)
        draw_scale(painter, self.theme, place, table, (-most, most), self._shown(), note)

    def _paint_enlarged(self, painter: QPainter, area: QRectF) -> None:
        index = self._enlarged or 0
        painter.fillRect(area, self.theme.surface)
        plane = self._planes()[index]
        title = f"Filter {nth(index)}, {self.bias_text(index)}"
        bold, plain = self.theme.font(bold=True), self.theme.font()
        widths = QFontMetricsF(bold).horizontalAdvance(title) + QFontMetricsF(plain).horizontalAdvance(GO_BACK)
        line = self.theme.px(24)
        lines = 1 if widths + 16 <= area.width() - 32 else 2  # where both do not fit beside each other
        room = area.adjusted(16, lines * line + 4, -16, -8)
        cell = min(room.width() / plane.shape[1], room.height() / plane.shape[0], 72.0 * self.theme.scale)
        painter.setFont(bold)
        painter.setPen(self.theme.text)
        middle, place = Qt.AlignmentFlag.AlignVCenter, QRectF(16, 4, area.width() - 32, line)
        painter.drawText(place, middle, title)
        painter.setFont(plain)
        painter.setPen(self.theme.faint)
        side = Qt.AlignmentFlag.AlignRight if lines == 1 else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place.translated(0, (lines - 1) * line), middle | side, GO_BACK)
        pixels = colour(plane, diverging(self.theme), -self._reach, self._reach, self.theme.error)
        if self._is_rgb():
            pixels = self._pixels(index)
        origin = QPointF(room.center().x() - cell * plane.shape[1] / 2, room.top())
        place = QRectF(origin.x(), origin.y(), cell * plane.shape[1], cell * plane.shape[0])
        painter.drawImage(place, image(pixels))
        if cell >= 34 * self.theme.scale:
            write_numbers(painter, self.theme, plane, pixels, origin, cell)

    def _enlarge(self, index: int) -> None:
        self._enlarged = index

    def _shrink(self) -> None:
        self._enlarged = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Enlarge a filter, or go back to all."""
        if self._enlarged is not None:
            self._shrink()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """`[` and `]` choose the input channel, Esc goes back to all filters, the rest as in any tile view."""
        if event.key() == Qt.Key.Key_Escape and self._enlarged is not None:
            self._shrink()
        elif event.key() in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.set_channel(self._channel + (1 if event.key() == Qt.Key.Key_BracketRight else -1))
        else:
            super().keyPressEvent(event)

    def sentence_at(self, at: QPointF) -> str:
        """Return the filter's sentence; an enlarged filter has its numbers written on it."""
        return "" if self._enlarged is not None else super().sentence_at(at)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the filter's index, the value under the pointer and its range."""
        plane = self._planes()[index]
        low, high = (number(float(end), 3) for end in (plane.min(), plane.max()))
        text = f"Filter {nth(index)}: {low} to {high}{f', {self.bias_text(index)}' if self._biases.size else ''}"
        if not place.contains(at):
            return text
        column = min(int((at.x() - place.left()) / place.width() * plane.shape[1]), plane.shape[1] - 1)
        row = min(int((at.y() - place.top()) / place.height() * plane.shape[0]), plane.shape[0] - 1)
        return f"{text}\nrow {row + 1}, column {column + 1}: {number(float(plane[row, column]))}"


def bars(kernel: NDArray[np.float64], extent: float, theme: Theme) -> Bytes:
    """Return a 1-D kernel, shape (k,), as bars up and down from zero: RGBA bytes, shape (32, 6 k, 4)."""
    tops = np.nan_to_num(kernel) / extent
    heights = np.linspace(1, -1, BAR_ROWS)[:, None]
    inside = np.where(tops >= 0, (heights >= 0) & (heights <= tops), (heights <= 0) & (heights >= tops))
    values = np.repeat(np.where(inside, tops, 0.0), 6, axis=1)
    values[:, 5::6] = 0.0
    return colour(values, diverging(theme), -1.0, 1.0, theme.error)


def in_figures(value: float) -> str:
    """A weight as short as can be: two figures."""
    return number(value, 2)


def write_numbers(
    painter: QPainter,
    theme: Theme,
    values: NDArray[np.float64],
    pixels: Bytes,
    origin: QPointF,
    cell: float,
    write: Callable[[float], str] = in_figures,
) -> None:
    """Write each of the values, shape (H, W), into its cell in whichever ink reads best on its colour."""
    painter.setFont(theme.font(small=True))
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            fill = QColor(*(int(value) for value in pixels[row, column, :3]))
            painter.setPen(theme.on(fill))
            place = QRectF(origin.x() + column * cell, origin.y() + row * cell, cell, cell)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, write(float(values[row, column])))
