"""The energy of a state after each update, with a cursor at the update on show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded


class EnergyPlot(PlotView):
    """A falling curve. ``picked`` carries the update that was clicked."""

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Energy after each update", "There is no state to renew.", parent)
        self.energies: NDArray[np.float64] = np.empty(0)
        self.at = 0
        self.add_panel(bottom="update", left="energy", wheel_along=0)
        self.panel.sides["bottom"].whole = True
        self.panel.painted(self._paint)

    def set_energies(self, energies: NDArray[np.float64]) -> None:
        """Show the energy (K + 1,) before the first update and after each."""
        self.energies = energies
        self.redraw()
        self.fit()

    def go_to(self, at: int) -> None:
        """Put the cursor at an update; 0 is the start."""
        self.at = at
        self.panel.crosshair.setVisible(not self.is_empty())
        self.panel.crosshair.setValue(at)
        self.describe(f"After {at} updates the energy is {number(float(self.energies[at]), 4)}.")
        self.redraw()

    def is_empty(self) -> bool:
        """Return whether there is no curve."""
        return not len(self.energies)

    def minimumSizeHint(self) -> QSize:
        """Room for the axis and a curve."""
        return QSize(self.theme.px(220), self.theme.px(110))

    def draw(self) -> None:
        """Show all of the curve."""
        low, high = padded(float(self.energies.min()), float(self.energies.max()), 0.08)
        self.panel.set_extent(AxisRange(0.0, max(len(self.energies) - 1, 1)), AxisRange(low, high))

    def _paint(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.run(0), 2))
        draw_line(painter, axes.map(np.arange(len(self.energies), dtype=np.float64), self.energies))
        if self.at < len(self.energies):
            place = axes.map(np.array([float(self.at)]), self.energies[self.at : self.at + 1])
            painter.setPen(QPen(self.theme.accent, 9 * self.theme.scale))
            draw_line(painter, place)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the energy at an update."""
        at = min(max(round(x), 0), len(self.energies) - 1)
        return f"After {at:,} updates: {number(float(self.energies[at]), 4)}"

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Go to the update that was clicked."""
        self.picked.emit(min(max(round(x), 0), len(self.energies) - 1))

    def table(self) -> Sequence[Row]:
        """Return the energy after each update."""
        return named_rows(("update", "energy"), ((at, float(value)) for at, value in enumerate(self.energies)))
