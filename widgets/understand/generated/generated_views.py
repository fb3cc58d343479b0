"""Samples that a generator made: a sheet of them, and a walk from one to another above what is nearest to it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.colour_maps import limits
from widgets.charts.sample_tiles import SampleTiles
from widgets.charts.tiles import GAP, Grid
from widgets.look.theme import ThemeSource
from widgets.plots.scatter import ScatterPlot

Array = np.ndarray[Any, Any]
LETTERS = ("A", "B")


class SampleSheet(SampleTiles):
    """Samples without words. All sheets of a run have one scale of brightness, so that times can be compared."""

    LEAST, MOST = 20.0, 72.0

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._title = title
        self.ends: tuple[int, ...] = ()

    def show_samples(self, samples: ArrayLike, scale: tuple[float, float] | None = None) -> None:
        """Show samples (N, C, H, W), (N, F) or (N, T, F); ``scale`` are the values of black and white."""
        marked = self.current
        self._set_samples(samples, scale=scale)
        self.current = marked if marked is not None and marked < self.count() else None
        self.describe(f"{self._title}: {self.count()} samples" if self.count() else self.empty_text)

    def mark_ends(self, ends: tuple[int, ...]) -> None:
        """Mark the samples between which a walk leads."""
        self.ends = ends
        self.update()

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint the sample, and a letter on the end of a walk."""
        super().paint_tile(painter, index, place)
        for letter, end in zip(LETTERS, self.ends, strict=False):
            if end == index:
                self._paint_letter(painter, letter, place)

    def _paint_letter(self, painter: QPainter, letter: str, place: QRectF) -> None:
        font = self.theme.font(small=True, bold=True)
        side = QFontMetricsF(font).height()
        corner = place.topLeft() if letter == LETTERS[0] else QPointF(place.right() - side, place.top())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-1, -1, 1, 1))
        badge = QRectF(corner.x(), corner.y(), side, side)
        painter.fillRect(badge, self.theme.accent)
        painter.setPen(self.theme.surface)
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, letter)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return which sample it is."""
        return f"Sample {index + 1} of {self.count()}"


class WalkSheet(SampleSheet):
    """A walk in its upper row, and below each step the training sample that is nearest to it."""

    LEAST = 16.0

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Walk from A to B", "Two generated samples have a way between them.", parent)
        self._steps = 0

    def show_walk(self, walk: Array, nearest: Array, scale: tuple[float, float] | None) -> None:
        """Show a walk (N, *sizes) and what is nearest to each of its steps."""
        self._steps = len(walk)
        self.show_samples(np.concatenate([walk, nearest]), scale)

    def grid(self) -> Grid:
        """Two rows of equal length, in the upper middle, with a line of words under each."""
        steps, words = max(1, self._steps), QFontMetricsF(self.theme.font(small=True)).height() + 4
        area = self.rect().adjusted(12, 8, -16, -8)
        width = (area.width() - GAP * (steps - 1)) / steps
        width = min(width, ((area.height() - GAP) / 2 - words) * self.aspect(), self.MOST * self.theme.scale)
        width = max(4.0, math.floor(width))
        return Grid(steps, width, width / self.aspect(), words, area.left(), area.top())

    def paint_tiles(self, painter: QPainter, tiles: list[tuple[int, QRectF]]) -> None:
        """Paint both rows and say what they are."""
        painter.setFont(self.theme.font(small=True))
        for index, place in tiles:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self.paint_tile(painter, index, place)
            if index % max(1, self._steps) == 0:
                words = "generated on the way from A to B" if index == 0 else "nearest real sample of the training set"
                below = QRectF(place.left(), place.bottom() + 2, self.width() - place.left(), self.grid().caption)
                painter.setPen(self.theme.faint)
                painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return which step it is."""
        step = index % max(1, self._steps) + 1
        if index < self._steps:
            return f"Step {step} of {self._steps} from A to B"
        return f"The training sample nearest to step {step}"


class Plane(ScatterPlot):
    """Generated points over real ones, on what the discriminator says of the plane."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Generated and real points", "Points come once training has begun.", parent)
        self._sides: tuple[float, float, float, float] | None = None

    def show_all(self, generated: Array, real: Array, walk: Array) -> None:
        """Show generated, real and walked points, each (n, 2)."""
        points = np.concatenate([real, generated, walk])
        kinds = np.repeat([0, 1, 2], [len(real), len(generated), len(walk)])
        self.set_points(points, kinds, ["real", "generated", *(["way from A to B"] if len(walk) else [])])

    def show_discriminator(self, probability: Array, sides: tuple[float, float, float, float]) -> None:
        """Show what the discriminator says of a part (x0, x1, y0, y1) of the plane: (r, r, 2), generated and real."""
        self._sides = sides
        self.set_surface(probability[..., ::-1], sides)

    def view_extent(self) -> tuple[float, float, float, float]:
        """Return the part of the plane shown."""
        return self._sides or super().view_extent()


def scale_of(real: Array) -> tuple[float, float]:
    """The values of black and white for samples like ``real``."""
    return limits(np.asarray(real, np.float64))
