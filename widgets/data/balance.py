"""How often each class occurs in each part, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QWidget

from app.protocol.data_values import ClassBalance
from widgets.look.theme import ThemeSource, blend
from widgets.plots.axes import AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView

PARTS = ("train", "validation", "test")
TITLES = ("training", "validation", "test")


class BalanceBars(PlotView):
    """One row for each class, its bar divided into training, validation and test; without classes, one row in all."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Class balance", "Choose a data set to see how it is divided.", parent)
        self._rows: list[tuple[str, tuple[int, ...]]] = []
        panel = self.add_panel(left="class", bottom="samples", grid=False, wheel_along=1)
        panel.invertY(True)
        panel.sides["bottom"].whole = True
        self._key = self.add_key(panel)
        self._bars = [pg.BarGraphItem(x0=[], y=[], width=[], height=0.76) for _ in PARTS]
        for bars in self._bars:
            panel.add(bars)

    def set_balance(self, parts: Mapping[str, int], balance: ClassBalance | None) -> None:
        """Show samples per part, and per class and part where ``balance`` has classes."""
        if balance is None:
            self._rows = [("samples", tuple(parts.get(name, 0) for name in PARTS))]
        else:
            counted = zip(*(balance.counts[name] for name in PARTS), strict=True)
            self._rows = list(zip(balance.classes, counted, strict=True))
        counts = ", ".join(f"{count:,} {title}" for count, title in zip(self._totals(), TITLES, strict=True))
        self.describe(f"{len(self._rows)} classes: {counts}" if balance else counts)
        self.panel.sides["left"].set_title("class" if balance is not None else "")
        self.panel.sides["left"].set_names([name for name, _ in self._rows])
        self.panel.set_theme(self.theme)
        self.updateGeometry()
        self.redraw()

    def _totals(self) -> list[int]:
        return [sum(counts[part] for _, counts in self._rows) for part in range(3)]

    def is_empty(self) -> bool:
        """Return whether nothing was counted."""
        return not any(sum(counts) for _, counts in self._rows)

    def colours(self) -> tuple[QColor, QColor, QColor]:
        """Return the tints of training, validation and test: one hue, three depths."""
        accent, ground = self.theme.accent, self.theme.surface
        return accent, blend(accent, ground, 0.6), blend(accent, ground, 0.3)

    def sizeHint(self) -> QSize:
        """All rows with the key above them and the axis below."""
        return QSize(self.theme.px(280), self._height(len(self._rows)))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._height(min(len(self._rows), 12)))

    def _row_height(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height() + 6

    def _height(self, rows: int) -> int:
        return round(self._row_height() * (rows + 4.4)) + 12

    def draw(self) -> None:
        """Lay the parts of each class one behind the other."""
        counts = np.array([counts for _, counts in self._rows], dtype=np.float64)
        starts, rows = np.cumsum(counts, axis=1) - counts, np.arange(len(counts), dtype=np.float64)
        for part, (bars, color) in enumerate(zip(self._bars, self.colours(), strict=True)):
            bars.setOpts(x0=starts[:, part], y=rows, width=counts[:, part], height=0.76, pen=None, brush=color)
        named = zip(TITLES, self.colours(), self._totals(), strict=True)
        self._key.set_entries(self.theme, [(f"{title} {total:,}", color, "s") for title, color, total in named])
        self.limit_panel(None, self._row_height() * len(counts))
        most = max(float(counts.sum(axis=1).max()), 1.0)
        self.panel.set_extent(AxisRange(0.0, most * 1.02), AxisRange(-0.5, len(counts) - 0.5))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the counts of the row there."""
        row = round(y)
        if not 0 <= row < len(self._rows):
            return ""
        name, counts = self._rows[row]
        return f"{name}: " + ", ".join(f"{count:,} {title}" for count, title in zip(counts, TITLES, strict=True))

    def table(self) -> Sequence[Row]:
        """Return the counts, one row for each class."""
        return named_rows(("class", *TITLES), ((name, *counts) for name, counts in self._rows))
