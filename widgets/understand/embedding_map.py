"""All codes in a plane, one of which is picked."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.system.number_format import nth
from widgets.look.theme import ThemeSource
from widgets.plots.panel import Panel
from widgets.plots.scatter import ScatterPlot


class CodeMap(ScatterPlot):
    """Points that stand near each other where codes are alike. `picked` carries a position in the data set.

    A click picks the sample under the pointer; the arrows go from the current one to the next in their direction, and
    Enter picks it.
    """

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(
            source, "Map of the codes", "Once a sample is picked, a map of all codes is drawn here.", parent
        )
        for side, title in (("bottom", "first principal component"), ("left", "second")):
            self.panel.sides[side].set_title(title)
        self._positions: NDArray[np.int64] = np.empty(0, np.int64)
        self._called: list[str] = []
        self._current: int | None = None
        self._halo, self._ring = pg.ScatterPlotItem(), pg.ScatterPlotItem()
        for item in (self._halo, self._ring):
            self.panel.add(item, 2)

    def set_codes(
        self, points: ArrayLike, positions: ArrayLike, labels: ArrayLike, classes: list[str], names: list[str]
    ) -> None:
        """Show N codes (N, 2) of the samples at N positions, of classes by number, called by N names."""
        self._positions, self._called = np.asarray(positions, dtype=np.int64), list(names)
        self._current = None
        self.set_points(points, labels, classes)
        self.describe(f"{len(self._called):,} codes in the plane in which they differ most")

    def clear(self) -> None:
        """Show none."""
        self.set_codes(np.empty((0, 2)), [], [], [], [])

    def mark(self, position: int) -> None:
        """Ring the sample at a position in the data set, if it is on the map."""
        places = np.flatnonzero(self._positions == position)
        self._current = int(places[0]) if len(places) else None
        self.redraw()

    @property
    def current(self) -> int | None:
        """The point that is ringed."""
        return self._current

    def draw(self) -> None:
        """Show the points, and a ring around the current one."""
        super().draw()
        ringed = self._points[[] if self._current is None else [self._current]]
        self._halo.setData(*ringed.T, size=16 * self.theme.scale, pen=pg.mkPen(self.theme.surface, width=5), brush=None)
        self._ring.setData(*ringed.T, size=16 * self.theme.scale, pen=pg.mkPen(self.theme.text, width=2), brush=None)

    def sentence_of(self, index: int) -> str:
        """Return which sample a point is."""
        name = self._called[index]
        return f"Sample {nth(self._positions[index])}{f': {name}' if name else ''}"

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Pick the sample under the pointer."""
        index = self.nearest(panel.point_of(x, y))
        if index is not None:
            self._current = index
            self.picked.emit(int(self._positions[index]))
            self.redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the next point in their direction, Enter and Space pick."""
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in ways and not self.is_empty():
            self._current = self._next(*ways[key])
            self.describe(self.sentence_of(self._current))
            self.redraw()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current is not None:
            self.picked.emit(int(self._positions[self._current]))
        else:
            super().keyPressEvent(event)

    def _next(self, across: int, down: int) -> int:
        """Return the nearest point that lies more along than beside a direction; the current one if there is none."""
        if self._current is None:
            return 0
        places = self.places()
        away = places - places[self._current]
        along = away[:, 0] * across + away[:, 1] * down
        beside = np.abs(away[:, 0] * down) + np.abs(away[:, 1] * across)
        ahead = np.flatnonzero((along > 1e-9) & (beside <= along))
        return int(ahead[np.hypot(*away[ahead].T).argmin()]) if len(ahead) else self._current
