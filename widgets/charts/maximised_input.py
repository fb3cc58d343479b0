"""The input that excites a unit most, large: a picture, a line over time, or bars of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_bar import ColourBar
from widgets.charts.colour_maps import Bytes, limits, picture
from widgets.charts.unit_tiles import Patch, outline, patch_place
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

Values = NDArray[np.float64]


class ExcitingInput(PlotView):
    """One input in the data's own units; what it is made of is read under the pointer.

    Features of a table differ in scale, so their bars show how far they are from the mean, in deviations, and their
    texts the values themselves.
    """

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._values: Values = np.empty(0)
        self._away: Values = np.empty(0)
        self._names: list[str] = []
        self._units: list[str] = []
        self._patch: Patch | None = None
        self._item: pg.ImageItem | pg.BarGraphItem | None = None
        self._bar: ColourBar | None = None

    def set_input(
        self, values: ArrayLike, away: ArrayLike, names: Sequence[str] = (), units: Sequence[str] = ()
    ) -> None:
        """Show a picture (C, H, W), a sequence (T, F) or a vector (F,), in the data's units.

        ``away`` has the same shape and says how far each value is from the data's mean, in deviations. ``names`` and
        ``units`` are those of features, or empty. Empty values show nothing.
        """
        shape = self._values.shape
        self._values, self._away = rounded(np.asarray(values, dtype=np.float64)), np.asarray(away, dtype=np.float64)
        count = self._values.shape[-1] if self._values.ndim in (1, 2) else 0
        self._names = list(names) or [f"feature {at + 1}" for at in range(count)]
        self._units = list(units) or [""] * count
        self.describe(self._summary() if self._values.size else self.empty_text)
        if self._values.shape != shape and self._values.size:
            self._build()
        self.redraw()

    def set_patch(self, patch: Patch | None) -> None:
        """Outline the patch that the unit sees, in places of the input."""
        self._patch = patch
        self.scene().update()
        self.viewport().update()

    def clear(self) -> None:
        """Show nothing."""
        self.set_input(np.empty(0), np.empty(0))

    def is_empty(self) -> bool:
        """Return whether there is no input."""
        return self._values.size == 0

    def _summary(self) -> str:
        low, high = limits(self._values)
        return f"values from {number(low, 3)} to {number(high, 3)}"

    def _text(self, at: int, value: float) -> str:
        return f"{number(float(value), 3)} {self._units[at]}".strip()

    # Making

    def _build(self) -> None:
        """Make the panel that suits the kind of input."""
        self.clear_panels()
        self._bar = None
        if self._values.ndim == 1:
            panel = self.add_panel(left="", right="", bottom="standard deviations from mean", grid=False, wheel_along=1)
            panel.invertY(True)
            self._item = pg.BarGraphItem(x0=[], y=[], width=[], height=0.64)
            panel.add(self._item)
        elif self._values.ndim == 2:
            panel = self.add_panel(left="", bottom="time in steps", wheel_along=0)
            panel.painted(self._paint_series)
            self.add_key(panel)
        else:
            panel = self.add_panel(left="row", bottom="column", grid=False)
            for side in panel.sides.values():
                side.write = lambda value: number(value + 1)  # rows and columns are counted from 1
            panel.invertY(True)
            panel.setAspectLocked(True)
            self._item = pg.ImageItem()
            panel.add(self._item)
            panel.painted(self._paint_patch, 2)

    def draw(self) -> None:
        """Show the values as suits their kind."""
        if self._values.ndim == 1:
            self._draw_bars()
        elif self._values.ndim == 2:
            self._draw_series()
        else:
            self._draw_picture()

    def _draw_series(self) -> None:
        steps = float(max(len(self._values), 2))
        titles = [f"{name} ({unit})" if unit else name for name, unit in zip(self._names, self._units, strict=True)]
        several = len(titles) > 1
        self.panel.sides["left"].set_title("value" if several else "".join(titles))
        entries = [(title, self.theme.run(at), "s") for at, title in enumerate(titles)]
        self.keys[0].set_entries(self.theme, entries if several else [])
        self.panel.set_extent(AxisRange(1.0, steps), AxisRange(*padded(*limits(self._values))))

    def _draw_bars(self) -> None:
        rows, known = np.arange(len(self._values), dtype=np.float64), np.nan_to_num(self._away)
        hues = [self.theme.run(0 if value >= 0 else 1) for value in known]
        assert isinstance(self._item, pg.BarGraphItem)
        self._item.setOpts(x0=np.minimum(known, 0.0), width=np.abs(known), y=rows, height=0.64, pen=None, brushes=hues)
        self.panel.sides["left"].set_names(self._names)
        self.panel.sides["right"].set_names([self._text(at, value) for at, value in enumerate(self._values)])
        self.panel.set_theme(self.theme)
        low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
        across = AxisRange(*padded(low, high)) if high > low else AxisRange(-1.0, 1.0)
        self.panel.set_extent(across, AxisRange(-0.5, len(rows) - 0.5))

    def _draw_picture(self) -> None:
        assert isinstance(self._item, pg.ImageItem)
        height, width = self._values.shape[1:]
        low, high = limits(self._values)
        if len(self._values) == 3:
            self._item.setImage(picture(self._values, low, high), levels=(0, 255), autoDownsample=True)
        else:
            if self._bar is None:
                self._bar = ColourBar(self._item)
                self.put(self._bar, self.panel, "right")
            self._item.setImage(self._values.mean(axis=0), levels=(low, high), autoDownsample=True)
            self._bar.show_map(self.theme, greys(), low, high, "value")
        self._item.setRect(QRectF(-0.5, -0.5, width, height))
        self.panel.set_extent(AxisRange(-0.5, width - 0.5), AxisRange(-0.5, height - 0.5))

    # Painting

    def _paint_patch(self, painter: QPainter, axes: Axes) -> None:
        if self._patch is not None and self._values.ndim == 3:
            height, width = self._values.shape[1:]
            corners = ((-0.5, -0.5), (width - 0.5, height - 0.5))
            whole = QRectF(*(QPointF(axes.to_x(x), axes.to_y(y)) for x, y in corners))
            outline(painter, patch_place(self._patch, self._values, whole), whole)

    def _paint_series(self, painter: QPainter, axes: Axes) -> None:
        steps, features = self._values.shape
        if self._patch is not None:
            left, right = (axes.to_x(end + 0.5) for end in self._patch[:2])
            painter.fillRect(QRectF(left, axes.area.top(), right - left, axes.area.height()), self.theme.selection)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for feature in range(min(features, len(self.theme.runs))):
            painter.setPen(QPen(self.theme.run(feature), 2))
            draw_line(painter, axes.map(np.arange(1.0, steps + 1), self._values[:, feature]))

    # Reading

    @property
    def body(self) -> QRectF:
        """Where the input stands in the view."""
        self.prepare()
        return self.panel.sceneBoundingRect()

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the value there."""
        if self._values.ndim == 1:
            row = min(max(round(y), 0), len(self._values) - 1)
            away = number(float(self._away[row]), 2)
            return f"{self._names[row]}: {self._text(row, self._values[row])}, {away} standard deviations from the mean"
        if self._values.ndim == 2:
            step = min(max(round(x), 1), len(self._values)) - 1
            each = (f"{name} {self._text(at, self._values[step, at])}" for at, name in enumerate(self._names[:6]))
            return f"step {step + 1}: " + ", ".join(each)
        (height, width), row, column = self._values.shape[1:], round(y), round(x)
        if not (0 <= row < height and 0 <= column < width):
            return ""
        values = ", ".join(number(float(value), 3) for value in self._values[:4, row, column])
        return f"row {row + 1}, column {column + 1}: {values}"

    def table(self) -> Sequence[Row]:
        """Return every value with its place."""
        names = {1: ("feature", "value"), 2: ("step", "feature", "value"), 3: ("channel", "row", "column", "value")}
        places = np.ndenumerate(self._values)
        if self._values.ndim == 3:
            return named_rows(names[3], ((*(place + 1 for place in at), float(value)) for at, value in places))
        rows = ((*(step + 1 for step in at[:-1]), self._names[at[-1]], float(value)) for at, value in places)
        return named_rows(names[self._values.ndim], rows)


def rounded(values: Values) -> Values:
    """Return ``values`` without what only rounding left of a zero when they were given their own units again."""
    size = np.abs(values)
    return np.where(size < 1e-6 * size.max(initial=0.0), 0.0, values)


def greys() -> Bytes:
    """Return 256 RGBA greys from black to white, the colours of a picture of one channel."""
    steps = np.arange(256, dtype=np.uint8)
    return np.stack([steps, steps, steps, np.full(256, 255, np.uint8)], axis=-1)
