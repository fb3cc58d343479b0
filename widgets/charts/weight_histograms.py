"""Weights and gradients of each layer over time, as small ridges."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource, blend
from widgets.plots.axes import Axes, AxisRange, polygon
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number, padded

HEIGHTS = AxisRange(0.0, 1.0)
"""Ridges one behind another have no scale upwards: each is as high as its panel."""

HEAD = 1.05
"""How much higher a panel is than what it counts."""

KEPT = 12
"""How many histograms of one layer stand behind each other."""

RIDGE, BETWEEN = 40, 22
"""Height of a ridge, where all are to be read, and the pixels about its name and its axis."""

FEW = 24
"""Up to so many values are shown one by one: a histogram of them would be noise."""

PLACES, BAR = 8, 24.0
"""Values that differ, at most, that get a bar each, and the most of its width in pixels: between them is nothing."""

Floats = NDArray[np.float64]


class HistogramStack(PlotView):
    """One ridge per layer: the last histogram in front, earlier ones behind and above it, on one scale.

    ``whole`` asks for room in which all can be read, for a page that is scrolled.
    """

    _asked_for = 0
    """Columns for which room was asked, 0 before."""

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Weights",
        empty: str = "Press Train to see how weights and gradients spread in every layer.",
        along: str = "value",
        *,
        whole: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._ridges: dict[str, deque[tuple[int, Floats, Floats]]] = {}
        self._along, self._whole_wanted = along, whole
        self._made: tuple[tuple[str, ...], int] = ((), 0)

    def push(self, layer: str, step: int, edges: ArrayLike, counts: ArrayLike) -> None:
        """Add the histogram of a layer at a step: N counts between N + 1 edges. Raises `ValueError` otherwise.

        One of the same step takes the place of that which is there.
        """
        ends, heights = np.asarray(edges, dtype=np.float64), np.asarray(counts, dtype=np.float64)
        if len(ends) != len(heights) + 1:
            raise ValueError(f"{len(heights)} counts need {len(heights) + 1} edges, not {len(ends)}")
        if len(heights):
            if layer not in self._ridges:
                self.updateGeometry()
            ridge = self._ridges.setdefault(layer, deque(maxlen=KEPT))
            if ridge and ridge[-1][0] == step:  # asked for again
                ridge.pop()
            ridge.append((step, ends, heights))
            self.describe(", ".join(self._sentence(name) for name in self._ridges))
            self.draw_later()

    def clear(self) -> None:
        """Forget all histograms."""
        self._ridges.clear()
        self.describe(self.empty_text)
        self.draw_later()

    def is_empty(self) -> bool:
        """Return whether nothing came yet."""
        return not self._ridges

    # Making

    def _columns(self) -> int:
        """As many columns as make the ridges widest without shrinking them."""
        return max(1, min(len(self._ridges), int(self.width() // (190 * self.theme.scale))))

    def _build(self) -> None:
        """Make a panel for each layer."""
        self.clear_panels()
        self._made = (tuple(self._ridges), self._columns())
        for index, name in enumerate(self._ridges):
            place = divmod(index, self._made[1])
            left = "" if place[1] else "count"  # once in a row: it would touch the neighbour's plot
            panel = self.add_panel(*place, bottom=self._along, left=left, grid=False, wheel_along=0)
            panel.sides["left"].whole = True
            panel.painted(partial(self._paint_ridge, name))
            self.add_key(panel)
            self.part_rows(panel)

    def draw(self) -> None:
        """Name every ridge, and let it span all values that it ever had."""
        if self._made != (tuple(self._ridges), self._columns()):
            self._build()
        for index, (panel, (name, ridge)) in enumerate(zip(self.panels, self._ridges.items(), strict=True)):
            self.keys[index].set_entries(self.theme, [(name, self.theme.run(index), "s")])
            low = min(float(ends[0]) for _, ends, _ in ridge)
            high = max(float(ends[-1]) for _, ends, _ in ridge)
            peak = _peak(ridge)
            panel.sides["left"].write = number if peak else _nothing
            panel.set_extent(AxisRange(*padded(low, high, 0.02)), AxisRange(0.0, HEAD * peak) if peak else HEIGHTS)
        self.scene().update()

    def resized(self) -> None:
        """Lay the ridges out in as many columns as fit now."""
        if self.panels and self._made[1] != self._columns():
            self.redraw()
        if self._asked_for and self._asked_for != self._columns():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Room for each ridge with its name and its axis, where that is wanted."""
        least = super().minimumSizeHint()
        if not self._whole_wanted or self.is_empty():
            return least
        line = QFontMetricsF(self.theme.font(small=True)).height()
        self._asked_for = self._columns()
        rows = math.ceil(len(self._ridges) / self._asked_for)
        return QSize(least.width(), math.ceil(rows * (self.theme.px(RIDGE) + 3 * line + BETWEEN) + BETWEEN))

    def _paint_ridge(self, name: str, painter: QPainter, axes: Axes) -> None:
        ridge = self._ridges[name]
        inner = axes.area.adjusted(0, axes.area.height() * (1 - 1 / HEAD), 0, 0)
        lift = inner.height() * 0.5 / max(len(ridge) - 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = self.theme.run(list(self._ridges).index(name))
        for age, (_, ends, counts) in zip(range(len(ridge) - 1, -1, -1), ridge, strict=True):
            base = QRectF(inner.left(), inner.top() - lift * age, inner.width(), inner.height())
            share = 1.0 - 0.75 * age / KEPT
            painter.setPen(QPen(blend(hue, self.theme.surface, share), 1))
            painter.setBrush(blend(hue, self.theme.surface, 0.25 * share))
            limits = (axes.x.low, axes.x.high)
            if counts.sum() <= FEW:
                painter.setPen(QPen(blend(hue, self.theme.surface, share), 2 if age == 0 else 1))
                _draw_ticks(painter, ends, counts, base, limits, 1.0 if age == 0 else 0.3)
                continue
            share_of_height = 1.0 if len(ridge) == 1 else 0.5
            if few_places(counts):
                for bar in bars(ends, counts, base, limits, share_of_height):
                    painter.drawRect(bar)
            else:
                painter.drawPolygon(polygon(_outline(*coarser(ends, counts), base, limits, share_of_height)))

    # Reading

    def _sentence(self, name: str) -> str:
        step, ends, counts = self._ridges[name][-1]
        centres = (ends[1:] + ends[:-1]) / 2
        total = max(float(counts.sum()), 1e-12)
        mean = float((centres * counts).sum() / total)
        spread = math.sqrt(max(float((centres**2 * counts).sum() / total) - mean**2, 0.0))
        number_of = f"{round(total):,} values, " if total <= FEW else ""
        return f"{name} at step {step:,}: {number_of}mean {number(mean, 3)}, standard deviation {number(spread, 3)}"

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return mean and standard deviation of the layer there."""
        return self._sentence(list(self._ridges)[self.panels.index(panel)])

    def table(self) -> Sequence[Row]:
        """Return every bin as (layer, step, from, to, count)."""
        return named_rows(
            ("layer", "step", "from", "to", "count"),
            (
                (name, step, *(float(value) for value in row))
                for name, ridge in self._ridges.items()
                for step, ends, counts in ridge
                for row in zip(ends[:-1], ends[1:], counts, strict=True)
            ),
        )


def _draw_ticks(
    painter: QPainter, ends: Floats, counts: Floats, base: QRectF, limits: tuple[float, float], tall: float
) -> None:
    """Draw a line with an upright stroke for each place where there are values, higher where there are several.

    Strokes are `tall` times as high as a histogram's peak may be.
    """
    low, high = limits
    span = high - low if high > low else 1.0
    painter.drawLine(base.bottomLeft(), base.bottomRight())
    tallest = max(float(counts.max()), 1.0)
    for place in np.flatnonzero(counts):
        x = base.left() + ((ends[place] + ends[place + 1]) / 2 - low) / span * base.width()
        height = base.height() * tall * (0.2 + 0.3 * counts[place] / tallest)
        painter.drawLine(QPointF(x, base.bottom()), QPointF(x, base.bottom() - height))


def _nothing(_: float) -> str:
    return ""


def _peak(ridge: Sequence[tuple[int, Floats, Floats]]) -> float:
    """The count of the fullest bin that is drawn; 0 where several histograms or single values are."""
    counts = ridge[-1][2]
    if len(ridge) > 1 or counts.sum() <= FEW:
        return 0.0
    if few_places(counts):
        return float(counts.max())
    ends, heights = coarser(*ridge[-1][1:])
    return float(heights.max() * (ends[1] - ends[0] if len(heights) < len(counts) else 1.0))


def few_places(counts: Floats) -> bool:
    """Whether all values are a few that differ, as 0 and 1 are, with nothing around them."""
    places = np.flatnonzero(counts)
    return len(counts) > 2 * PLACES >= 2 * len(places) > 0 and (len(places) < 2 or int(np.diff(places).min()) > 1)


def bars(ends: Floats, counts: Floats, base: QRectF, limits: tuple[float, float], tall: float) -> list[QRectF]:
    """Return a bar for each place where there are values, within ``base``, the highest ``tall`` times as high."""
    low, high = limits
    places = np.flatnonzero(counts)
    # The first and the last value stand at the ends of all bins, those between in the middle of theirs.
    at = np.where(
        places == 0, ends[places], np.where(places == len(counts) - 1, ends[places + 1], _centres(ends)[places])
    )
    x = base.left() + (at - low) / (high - low if high > low else 1.0) * base.width()
    wide = max(min(BAR, 0.6 * float(np.diff(x).min()) if len(x) > 1 else BAR), 2.0)
    heights = counts[places] / float(counts.max()) * base.height() * tall
    lefts = np.clip(x - wide / 2, base.left(), base.right() - wide)
    return [
        QRectF(left, base.bottom() - height, wide, height)
        for left, height in zip(lefts.tolist(), heights.tolist(), strict=True)
    ]


def _centres(ends: Floats) -> Floats:
    return (ends[1:] + ends[:-1]) / 2


def coarser(ends: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return edges and counts with neighbouring bins joined, to about two per square root of the number of values."""
    wanted = max(8, round(2 * math.sqrt(float(counts.sum()))))
    joined = math.ceil(len(counts) / wanted)
    if joined <= 1:
        return ends, counts
    starts = np.arange(0, len(counts), joined)
    # The last bin may hold fewer of the old ones; per width, it stands as high as its values are dense.
    widths = np.diff(np.append(ends[starts], ends[-1]))
    dense = np.add.reduceat(counts, starts) / np.maximum(widths, 1e-300)
    return np.append(ends[starts], ends[-1]), dense


def _outline(ends: Floats, counts: Floats, base: QRectF, limits: tuple[float, float], tall: float) -> Floats:
    """Return the outline of a histogram standing on the bottom of `base`, `tall` times as high, shape (N + 2, 2)."""
    low, high = limits
    centres = np.concatenate([ends[:1], (ends[1:] + ends[:-1]) / 2, ends[-1:]])
    heights = np.concatenate([[0.0], counts / max(float(counts.max()), 1e-12), [0.0]])
    span = high - low if high > low else 1.0
    x = base.left() + (centres - low) / span * base.width()
    return np.stack([x, base.bottom() - heights * base.height() * tall], axis=1)
