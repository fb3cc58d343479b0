"""Weights and gradients of each layer over time, as small ridges."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource, blend
from widgets.plots.axes import polygon
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number

KEPT = 12
"""How many histograms of one layer stand behind each other."""

FEW = 24
"""Up to so many values are shown one by one: a histogram of them would be noise."""

Floats = NDArray[np.float64]


class HistogramStack(PaintedView):
    """One ridge per layer: the last histogram in front, earlier ones behind and above it, on one scale."""

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Weights",
        empty: str = "Press Train to see how weights and gradients spread in every layer.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._ridges: dict[str, deque[tuple[int, Floats, Floats]]] = {}
        self._places: dict[str, QRectF] = {}

    def push(self, layer: str, step: int, edges: ArrayLike, counts: ArrayLike) -> None:
        """Add the histogram of a layer at a step: N counts between N + 1 edges. Raises `ValueError` otherwise."""
        ends, heights = np.asarray(edges, dtype=np.float64), np.asarray(counts, dtype=np.float64)
        if len(ends) != len(heights) + 1:
            raise ValueError(f"{len(heights)} counts need {len(heights) + 1} edges, not {len(ends)}")
        if len(heights):
            self._ridges.setdefault(layer, deque(maxlen=KEPT)).append((step, ends, heights))
            self.describe(", ".join(self._sentence(name) for name in self._ridges))
            self.update()

    def clear(self) -> None:
        """Forget all histograms."""
        self._ridges.clear()
        self.describe(self.empty_text)
        self.update()

    def is_empty(self) -> bool:
        """Return whether nothing came yet."""
        return not self._ridges

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the ridges in as many columns as make them widest without shrinking them."""
        count = len(self._ridges)
        columns = max(1, min(count, int(area.width() // (190 * self.theme.scale))))
        rows = math.ceil(count / columns)
        width, height = (area.width() - 16) / columns, min((area.height() - 8) / rows, 150.0 * self.theme.scale)
        for index, name in enumerate(self._ridges):
            row, column = divmod(index, columns)
            place = QRectF(8 + column * width, 4 + row * height, width, height).adjusted(8, 4, -8, -4)
            self._places[name] = place
            self._paint_ridge(painter, name, place)

    def _paint_ridge(self, painter: QPainter, name: str, place: QRectF) -> None:
        metrics = QFontMetricsF(self.theme.font(small=True))
        line = metrics.height()
        ridge = self._ridges[name]
        low, high = min(float(ends[0]) for _, ends, _ in ridge), max(float(ends[-1]) for _, ends, _ in ridge)
        inner = place.adjusted(0, line + 6, 0, -line - 4)
        self._paint_words(painter, name, place, metrics, (low, high))
        lift = inner.height() * 0.5 / max(len(ridge) - 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = self.theme.run(list(self._ridges).index(name))
        for age, (_, ends, counts) in zip(range(len(ridge) - 1, -1, -1), ridge, strict=True):
            base = QRectF(inner.left(), inner.top() - lift * age, inner.width(), inner.height())
            share = 1.0 - 0.75 * age / KEPT
            painter.setPen(QPen(blend(hue, self.theme.surface, share), 1))
            painter.setBrush(blend(hue, self.theme.surface, 0.25 * share))
            if counts.sum() <= FEW:
                painter.setPen(QPen(blend(hue, self.theme.surface, share), 2 if age == 0 else 1))
                _draw_ticks(painter, ends, counts, base, (low, high), 1.0 if age == 0 else 0.3)
            else:
                share_of_height = 1.0 if len(ridge) == 1 else 0.5
                painter.drawPolygon(polygon(_outline(*coarser(ends, counts), base, (low, high), share_of_height)))

    def _paint_words(
        self, painter: QPainter, name: str, place: QRectF, metrics: QFontMetricsF, ends: tuple[float, float]
    ) -> None:
        painter.setFont(self.theme.font(small=True, bold=True))
        painter.setPen(self.theme.text)
        title = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(QPointF(place.left(), place.top() + metrics.ascent()), title)
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        foot = QRectF(place.left(), place.bottom() - metrics.height(), place.width(), metrics.height())
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, number(ends[0], 2))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, number(ends[1], 2))

    def _sentence(self, name: str) -> str:
        step, ends, counts = self._ridges[name][-1]
        centres = (ends[1:] + ends[:-1]) / 2
        total = max(float(counts.sum()), 1e-12)
        mean = float((centres * counts).sum() / total)
        spread = math.sqrt(max(float((centres**2 * counts).sum() / total) - mean**2, 0.0))
        number_of = f"{round(total):,} values, " if total <= FEW else ""
        return f"{name} at step {step:,}: {number_of}mean {number(mean, 3)}, spread {number(spread, 3)}"

    def sentence_at(self, at: QPointF) -> str:
        """Return mean and standard deviation of the layer under the pointer."""
        found = (name for name, place in self._places.items() if name in self._ridges and place.contains(at))
        name = next(found, None)
        return self._sentence(name) if name else ""


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
