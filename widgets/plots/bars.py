"""Bars side by side: counts of classes, or scores of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import AxisRange
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number

FILLED = 0.72
"""The share of its slot that a group of bars fills."""


class BarPlot(PlotView):
    """Named bars side by side, such as samples per class; several series stand beside each other."""

    def __init__(
        self, source: ThemeSource, title: str, empty: str = "Nothing to count yet.", parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._series: dict[str, NDArray[np.float64]] = {}
        self._names: list[str] = []
        self._unit = ""
        self._bars: list[pg.BarGraphItem] = []
        self.add_panel(bottom="", left="", wheel_along=0)
        self._key = self.add_key(self.panel)

    def set_bars(
        self,
        names: Sequence[str],
        series: Mapping[str, ArrayLike],
        unit: str = "",
        *,
        across: str = "",
        up: str = "",
    ) -> None:
        """Show one group of bars per name; `series` maps a label to N heights, NaN where there is none.

        `across` and `up` are the titles of the axes. Raises `ValueError` if N differs.
        """
        values = {label: np.asarray(heights, dtype=np.float64) for label, heights in series.items()}
        if any(heights.shape != (len(names),) for heights in values.values()):
            raise ValueError(f"every series needs {len(names)} heights")
        self._names, self._series, self._unit = list(names), values, unit and f" {unit}"
        self.panel.sides["bottom"].set_names(names)
        self.panel.sides["bottom"].set_title(across)
        self.panel.sides["left"].set_title(up)
        totals = (f"{label}: {number(float(heights.sum()), 9)}" for label, heights in values.items())
        self.describe(f"{len(names)} bars. " + ", ".join(totals))
        self.draw_later()
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Room in which the titles of the axes are whole."""
        least = super().minimumSizeHint()
        return least if self.is_empty() else least.expandedTo(self.titled_size())

    def is_empty(self) -> bool:
        """Return whether there are no bars."""
        return not self._names or not self._series

    def draw(self) -> None:
        """Give every series its bars."""
        while len(self._bars) < len(self._series):
            self._bars.append(pg.BarGraphItem(x=[], height=[], width=1))
            self.panel.add(self._bars[-1])
        width, places = FILLED / len(self._series), np.arange(len(self._names), dtype=np.float64)
        for bars in self._bars[len(self._series) :]:
            bars.setOpts(x=[], height=[])
        for place, (bars, heights) in enumerate(zip(self._bars, self._series.values(), strict=False)):
            at = places + (place - (len(self._series) - 1) / 2) * width
            color = self.theme.run(place)
            bars.setOpts(x=at, height=np.nan_to_num(heights), width=width * 0.94, pen=None, brush=color)
        several = [(label, self.theme.run(place), "s") for place, label in enumerate(self._series)]
        self._key.set_entries(self.theme, several if len(several) > 1 else [])
        top = max(float(np.nan_to_num(heights).max()) for heights in self._series.values()) * 1.08 or 1.0
        self.panel.set_extent(AxisRange(-0.5, len(self._names) - 0.5), AxisRange(0.0, top))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return name and heights of the group of bars at a place."""
        index = min(max(round(x), 0), len(self._names) - 1)
        heights = ((label, float(values[index])) for label, values in self._series.items())
        rows = (f"{label} {number(value, 9)}{self._unit}" for label, value in heights if not np.isnan(value))
        return f"{self._names[index]}: " + ", ".join(rows)

    def table(self) -> Sequence[Row]:
        """Return the heights, one row for each name."""
        return named_rows(("name", *self._series), zip(self._names, *self._series.values(), strict=True))
