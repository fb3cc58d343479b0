"""Points in the plane with the network's decision surface behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QWidget

from widgets.look.theme import Theme, ThemeSource
from widgets.plots.axes import AxisRange
from widgets.plots.key import SYMBOLS
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

NEAR = 8.0
"""Pixels within which a point is under the pointer."""


def _rgb(color: QColor) -> NDArray[np.float64]:
    return np.array((color.redF(), color.greenF(), color.blueF()))


def surface_pixels(theme: Theme, probabilities: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return class probabilities over a grid, shape (H, W, classes), as colours (H, W, 3).

    Each place is tinted with the hue of its likeliest class, the more strongly the surer.
    """
    classes = probabilities.shape[-1]
    ground = _rgb(theme.surface)
    hues = np.stack([_rgb(theme.run(index)) for index in range(classes)])
    sure = np.clip((probabilities.max(-1) - 1 / classes) / (1 - 1 / classes), 0, 1)[..., None]
    share = 0.08 + 0.30 * sure
    colors: NDArray[np.uint8] = ((hues[probabilities.argmax(-1)] * share + ground * (1 - share)) * 255).astype(np.uint8)
    return colors


class ScatterPlot(PlotView):
    """A 2-D data set coloured and marked by class, on the surface that a network makes of the plane."""

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "Choose a data set with two features.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._points: NDArray[np.float64] = np.empty((0, 2))
        self._labels: NDArray[np.int64] = np.empty(0, np.int64)
        self._classes: list[str] = []
        self._surface: NDArray[np.float64] | None = None
        self._extent = (0.0, 1.0, 0.0, 1.0)
        self.add_panel(bottom="x₁", left="x₂")
        self.use_one_scale(True)
        self._key = self.add_key(self.panel)
        self._image, self._marks = pg.ImageItem(), pg.ScatterPlotItem(pxMode=True)
        self.panel.add(self._image, -10)
        self.panel.add(self._marks)

    def set_names(self, across: str, up: str) -> None:
        """Name the axes, which then have scales of their own: for two quantities that are not places in a plane."""
        self.panel.sides["bottom"].set_title(across)
        self.panel.sides["left"].set_title(up)
        self.use_one_scale(False)
        self.draw_later()

    def set_points(self, points: ArrayLike, labels: ArrayLike, classes: Sequence[str]) -> None:
        """Show N points, shape (N, 2), with N class indices into `classes`."""
        self._points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        self._labels = np.asarray(labels, dtype=np.int64)
        self._classes = list(classes)
        self.describe(f"{len(self._points)} points of the classes {', '.join(self._classes)}")
        self.draw_later()

    def set_surface(self, probabilities: ArrayLike | None, extent: tuple[float, float, float, float]) -> None:
        """Show class probabilities, shape (H, W, classes), row 0 lowest, over `extent` = (x0, x1, y0, y1); or none."""
        self._surface = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
        self._extent = extent
        self.draw_later()

    def view_extent(self) -> tuple[float, float, float, float]:
        """Return (x0, x1, y0, y1) of the part of the plane shown, for asking a network about it."""
        x = padded(float(self._points[:, 0].min()), float(self._points[:, 0].max()))
        y = padded(float(self._points[:, 1].min()), float(self._points[:, 1].max()))
        return (*x, *y)

    def is_empty(self) -> bool:
        """Return whether there are no points."""
        return len(self._points) == 0

    def draw(self) -> None:
        """Show surface and points in the hues of the classes."""
        self._image.setVisible(self._surface is not None)
        if self._surface is not None:
            x0, x1, y0, y1 = self._extent
            self._image.setImage(surface_pixels(self.theme, self._surface), levels=(0, 255))
            self._image.setRect(QRectF(x0, y0, x1 - x0, y1 - y0))
        # One brush a class, for the library draws a mark anew for every brush that it is given.
        brushes = [QBrush(self.theme.run(at)) for at in range(int(self._labels.max(initial=0)) + 1)]
        self._marks.setData(
            self._points[:, 0],
            self._points[:, 1],
            symbol=[SYMBOLS[label % 3] for label in self._labels],
            brush=[brushes[label] for label in self._labels],
            pen=self.theme.surface,
            size=8 * self.theme.scale,
        )
        entries = [(name, self.theme.run(at), SYMBOLS[at % 3]) for at, name in enumerate(self._classes)]
        self._key.set_entries(self.theme, entries)
        x0, x1, y0, y1 = self.view_extent()
        self.panel.set_extent(AxisRange(x0, x1), AxisRange(y0, y1))

    def places(self) -> NDArray[np.float64]:
        """Return where the points stand in the view, shape (N, 2)."""
        self.prepare()
        return self.panel.places(self._points[:, 0], self._points[:, 1])

    def nearest(self, at: QPointF) -> int | None:
        """Return the index of the point under the pointer, None where there is none."""
        return None if self.is_empty() else nearest_place(self.places(), at)

    def sentence_at(self, at: QPointF) -> str:
        """Return class and place of the point under the pointer."""
        index = self.nearest(at)
        return "" if index is None else self.sentence_of(index)

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return class and place of the point that stands there."""
        return self.sentence_at(panel.point_of(x, y))

    def sentence_of(self, index: int) -> str:
        """Return class and place of a point."""
        x, y = self._points[index].tolist()
        return f"{self._classes[self._labels[index]]} at ({number(x)}, {number(y)})"

    def table(self) -> Sequence[Row]:
        """Return the points with their classes."""
        names = (self.panel.sides["bottom"].title, self.panel.sides["left"].title, "class")
        rows = zip(self._points.tolist(), self._labels.tolist(), strict=True)
        return named_rows(names, ((*point, self._classes[label]) for point, label in rows))


def nearest_place(places: NDArray[np.float64], at: QPointF) -> int | None:
    """Return which of N places (N, 2) lies nearest to a point, None where none is near."""
    distance = np.hypot(places[:, 0] - at.x(), places[:, 1] - at.y())
    index = int(distance.argmin())
    return index if distance[index] <= NEAR else None
