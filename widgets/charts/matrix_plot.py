"""A matrix as cells of colour with names on both sides; one cell can be chosen, and is put into words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import zip_longest

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_bar import ColourBar
from widgets.charts.colour_maps import Bytes
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView

LARGEST = 64.0
"""Largest side of a cell in pixels, until one zooms."""
LEAST_TEXT = 10
"""Least height of a line in a cell in pixels: what is smaller cannot be read."""
FINER = 0.25
"""Steps in points by which letters are made smaller until they fit a cell."""
BAR_SHARE = 0.3
"""Share of the width that the values beside the colour bar may take; where they need more, there is no bar."""
BESIDE = 32
"""Pixels of the margins and of the colours in the bar."""
AROUND = 4
"""Lines of text whose height the axis beside the cells and the colour bar take."""
LINES, MARGINS = 2.5, 24
"""Lines of text, and pixels, that the axis above the cells, the gap below and the margins take."""
LEAST_CELL, LEAST_ROWS = 12, 16
"""Height in pixels that a row keeps, and for how many rows: a pane too small for these is scrolled."""
MOVES = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class MatrixPlot(PlotView):
    """Values (rows, columns) as cells. `picked` carries (row, column) of a cell clicked, or chosen by arrows and Enter.

    Subclasses say a cell's sentence and texts, and the table of colours.
    """

    picked = Signal(int, int)
    picks_by_arrow = False

    def __init__(
        self, source: ThemeSource, title: str, empty: str, *, rows: str, columns: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._current: tuple[int, int] | None = None
        self.add_panel(left=rows, top=columns, grid=False).invertY(True)
        self.panel.bounded = True
        self._image = pg.ImageItem()
        self.panel.add(self._image)
        self.panel.painted(self._paint_cells, 2)
        self._bar: ColourBar | None = None

    # What subclasses say

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell says, in words."""
        raise NotImplementedError

    def cell_texts(self, row: int, column: int) -> Sequence[str]:
        """Return the lines that are written into a cell where they have room."""
        return ()

    def colours(self) -> tuple[Bytes, float, float, Callable[[float], str], str]:
        """Return 256 colours, the values of the first and last, how values are written, and what they are."""
        raise NotImplementedError

    # Showing

    def show_matrix(self, values: NDArray[np.float64], rows: Sequence[str], columns: Sequence[str]) -> None:
        """Show values (rows, columns) with the names of both; where these are others, whatever was zoomed is whole."""
        names = self.panel.sides["left"].names, self.panel.sides["top"].names
        self._values, self._current = values, None
        self.panel.sides["left"].set_names(rows)
        self.panel.sides["top"].set_names(columns)
        self.panel.set_theme(self.theme)
        self.draw_later()
        if names != (self.panel.sides["left"].names, self.panel.sides["top"].names):
            self.fit()
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """The least height at which rows can be told apart, with the names above them."""
        least = super().minimumSizeHint()
        if self.is_empty():
            return least
        metrics = QFontMetricsF(self.theme.font(small=True))
        each = max(self.theme.px(LEAST_CELL), metrics.height() + 0.5 if len(self._values) <= LEAST_ROWS else 0.0)
        rows = min(len(self._values), LEAST_ROWS) * each  # of few rows each keeps its name
        height = max(least.height(), math.ceil(rows + LINES * metrics.height() + MARGINS))
        return QSize(max(least.width(), round(self._least_width(metrics))), height)

    def _least_width(self, metrics: QFontMetricsF) -> float:
        """Pixels in which the first lines of all cells can be read, with the names beside them; 0 if there are many."""
        rows, columns = self._values.shape
        if max(rows, columns) > LEAST_ROWS:
            return 0.0
        widest = self._widest_text(metrics) * LEAST_TEXT / metrics.height()
        names = _widest(metrics, self.panel.sides["left"].names)
        return float(columns * (widest + 3) + names + AROUND * metrics.height())

    def resized(self) -> None:
        """Let the colour bar have its values where there is room for them."""
        if self._bar is not None:
            self.draw_later()

    def is_empty(self) -> bool:
        """Return whether there are no cells."""
        return not self._values.size

    @property
    def current(self) -> tuple[int, int] | None:
        """The cell chosen, as (row, column)."""
        return self._current

    def draw(self) -> None:
        """Colour the cells."""
        rows, columns = self._values.shape
        table, low, high, write, title = self.colours()
        if self._bar is None:
            self._bar = ColourBar(self._image)
            self.put(self._bar, self.panel, "right")
        # Half of the bar's last text stands below the panel.
        self.put_gap(self.panel, QFontMetricsF(self.theme.font(small=True)).height() / 2)
        self._bar.write = write
        self._image.setImage(self._values, levels=(low, high))
        self._image.setRect(QRectF(-0.5, -0.5, columns, rows))
        # A bar without its values says nothing; the cells take its room.
        self._bar.setVisible(self._bar.show_map(self.theme, table, low, high, title, *self._room_of_bar()))
        self.limit_panel(LARGEST * self.theme.scale * columns, LARGEST * self.theme.scale * rows)
        self.panel.set_extent(AxisRange(-0.5, columns - 0.5), AxisRange(-0.5, rows - 0.5))

    def _room_of_bar(self) -> tuple[float, float]:
        """Pixels across and down that values and title of the colour bar may take: what the cells' texts leave."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        long = self.height() - AROUND * metrics.height()
        share = BAR_SHARE * self.width()
        rows, columns = self._values.shape
        if max(rows, columns) > LEAST_ROWS:
            return share, long
        names = _widest(metrics, self.panel.sides["left"].names) + 2 * metrics.height()
        spare = self.width() - names - columns * (self._widest_text(metrics) + 4) - BESIDE
        return min(share, spare), long

    def _widest_text(self, metrics: QFontMetricsF) -> float:
        """Pixels of the widest first line of all cells."""
        rows, columns = self._values.shape
        texts = (self.cell_texts(row, column) for row in range(rows) for column in range(columns))
        return _widest(metrics, [words[0] for words in texts if words])

    def _paint_cells(self, painter: QPainter, axes: Axes) -> None:
        """Write the texts of the cells in view, part the cells by lines, and frame the one chosen."""
        rows, columns = self._values.shape
        cell = QRectF(0, 0, axes.area.width() / axes.x.span, axes.area.height() / abs(axes.y.span))
        if cell.width() >= 6 and cell.height() >= 6:
            painter.setPen(QPen(self.theme.surface, 1))
            for row in range(rows + 1):
                painter.drawLine(QPointF(0, axes.to_y(row - 0.5)), QPointF(axes.area.right(), axes.to_y(row - 0.5)))
            for column in range(columns + 1):
                x = axes.to_x(column - 0.5)
                painter.drawLine(QPointF(x, 0), QPointF(x, axes.area.bottom()))
        self._write_cells(painter, axes, cell)
        if self._current is not None:
            painter.setPen(QPen(self.theme.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._cell(axes, *self._current).adjusted(1, 1, -1, -1))

    def _write_cells(self, painter: QPainter, axes: Axes, cell: QRectF) -> None:
        table, low, high, _, _ = self.colours()
        seen_rows, seen_columns = (
            range(max(round(span.low), 0), min(round(span.high), count - 1) + 1)
            for span, count in zip((self.panel.y_range, self.panel.x_range), self._values.shape, strict=True)
        )
        texts = {(row, column): self.cell_texts(row, column) for row in seen_rows for column in seen_columns}
        font = self._cell_font(cell, [words[0] for words in texts.values() if words])
        if font is None:
            return
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        # A line is written in all cells or in none, so that a blank cell says something.
        widths = [max(map(metrics.horizontalAdvance, column)) for column in zip_longest(*texts.values(), fillvalue="")]
        fitting = sum(width <= cell.width() - 2 for width in widths)
        lines = max(min(fitting, int(cell.height() / metrics.height())), 1)
        for (row, column), words in texts.items():
            share = np.clip((self._values[row, column] - low) / (high - low) * 255, 0, 255)
            painter.setPen(self.theme.on(QColor(*table[int(np.nan_to_num(share))].tolist())))
            painter.drawText(self._cell(axes, row, column), Qt.AlignmentFlag.AlignCenter, "\n".join(words[:lines]))

    def _cell_font(self, cell: QRectF, firsts: Sequence[str]) -> QFont | None:
        """The font in which the first lines of all cells fit: the small one, or a smaller one; None if none fits."""
        font = self.theme.font(small=True)
        metrics = QFontMetricsF(font)
        share = min(1.0, cell.height() / metrics.height(), (cell.width() - 2) / max(_widest(metrics, firsts), 1.0))
        if share < 1.0:
            font.setPointSizeF(max(font.pointSizeF() * share, FINER))
        # Heights and widths of letters are rounded, so that a font may be larger than its share of points.
        while not _fits(metrics := QFontMetricsF(font), firsts, cell) and font.pointSizeF() > 2 * FINER:
            font.setPointSizeF(font.pointSizeF() - FINER)
        return font if math.ceil(metrics.height()) >= LEAST_TEXT and firsts else None

    def _cell(self, axes: Axes, row: int, column: int) -> QRectF:
        return QRectF(
            QPointF(axes.to_x(column - 0.5), axes.to_y(row - 0.5)),
            QPointF(axes.to_x(column + 0.5), axes.to_y(row + 0.5)),
        )

    def place(self, row: int, column: int) -> QRectF:
        """Return where a cell stands in the view."""
        self.prepare()
        return self.panel.mapRectToScene(self._cell(self.panel.axes(), row, column))

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return (row, column) of the cell at a point of the view."""
        panel = self.panel_at(at)
        if panel is None:
            return None
        value = panel.value_at(at)
        return self._cell_of(value.x(), value.y())

    def _cell_of(self, x: float, y: float) -> tuple[int, int] | None:
        rows, columns = self._values.shape
        row, column = round(y), round(x)
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return what the cell there says."""
        cell = self._cell_of(x, y)
        return self.sentence(*cell) if cell else ""

    def table(self) -> Sequence[Row]:
        """Return the values, the names of the rows first."""
        sides = self.panel.sides
        rows = zip(sides["left"].names, self._values.tolist(), strict=True)
        return named_rows(("", *sides["top"].names), ((name, *values) for name, values in rows))

    # Hands

    def choose(self, row: int, column: int) -> None:
        """Choose a cell and say what it says."""
        self._current = (row, column)
        self.describe(self.sentence(row, column))
        self.viewport().update()
        self.scene().update()
        if self.picks_by_arrow:
            self.picked.emit(row, column)

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Choose and pick the cell under the pointer."""
        cell = self._cell_of(x, y)
        if cell is not None:
            self.choose(*cell)
            if not self.picks_by_arrow:
                self.picked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among cells, Enter and Space pick."""
        key = Qt.Key(event.key())
        if key in MOVES and not self.is_empty():
            row, column = self._current or (0, 0)
            down, right = MOVES[key] if self._current or self.picks_by_arrow else (0, 0)
            rows, columns = self._values.shape
            self.choose(min(max(row + down, 0), rows - 1), min(max(column + right, 0), columns - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current:
            self.picked.emit(*self._current)
        else:
            super().keyPressEvent(event)


def _fits(metrics: QFontMetricsF, texts: Sequence[str], cell: QRectF) -> bool:
    """Whether each of some texts has room in a cell."""
    return metrics.height() <= cell.height() and _widest(metrics, texts) <= cell.width() - 2


def _widest(metrics: QFontMetricsF, texts: Sequence[str]) -> float:
    """Pixels of the widest of some texts."""
    return max(map(metrics.horizontalAdvance, texts), default=0.0)
