"""The worst predictions of a classifier as tiles: the wrong ones first, then those that are right but least sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from app.system.number_format import format_percent, format_short
from widgets.charts.sample_tiles import CLEAR, SampleTiles, sample_name
from widgets.charts.tiles import GAP
from widgets.look.theme import ThemeSource

WRONG_FIRST = "Wrong, the largest loss first"
RIGHT_FIRST = "Right, but the least sure"
NARROWEST, SIDES = 180, 28
"""Pixels that the view is wide at least, and those beside its tiles."""


class Prediction(NamedTuple):
    """What a sample is, what it was taken for with what probability (0 to 1) or score, and the loss."""

    truth: str
    predicted: str
    probability: float
    loss: float
    is_score: bool = False

    @property
    def right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.truth == self.predicted

    @property
    def words(self) -> str:
        """What it was taken for, and how surely."""
        return f"{self.predicted}  {self.sure}"

    @property
    def sure(self) -> str:
        """The probability, or the score, in words."""
        return f"score {format_short(self.probability)}" if self.is_score else format_percent(self.probability)

    @property
    def cost(self) -> str:
        """The loss in words."""
        return f"loss {format_short(self.loss, 3)}"


class WorstPredictions(SampleTiles):
    """The samples on which the network was most sure and wrong, then those on which it was right and least sure."""

    caption_lines = 3
    LEAST = 64.0
    MOST_FOR_CAPTIONS = 120.0
    """Pixels to which tiles grow for the sake of long names of classes."""

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Worst predictions",
        empty: str = "Test the network to see where it errs most.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._rows: list[Prediction] = []
        self._positions: list[int] = []

    def set_rows(
        self,
        samples: ArrayLike,
        predictions: Sequence[Prediction],
        texts: Sequence[str] = (),
        *,
        positions: Sequence[int] = (),
    ) -> None:
        """Show N samples, worst first, the wrong ones before the right ones.

        ``texts`` are shown in the samples' place where these are tokens. ``positions`` are where they stand in the data
        set (0-based), by which they are numbered. Raises `ValueError` if the numbers differ.
        """
        if len(np.asarray(samples)) != len(predictions) or len(positions) not in (0, len(predictions)):
            raise ValueError("samples, predictions and positions differ in number")
        self._rows, self._positions = list(predictions), list(positions)
        self.caption_lines = type(self).caption_lines + bool(self._positions)
        self._set_samples(samples, texts)
        self.updateGeometry()
        self.part_right([row.right for row in self._rows], WRONG_FIRST, RIGHT_FIRST)
        wrong = sum(not row.right for row in self._rows)
        told = f"{len(self._rows)} samples, the worst first: {wrong} wrong, {len(self._rows) - wrong} right"
        self.describe(told if self._rows else self.empty_text)

    def least_width(self) -> float:
        """Return a width at which most captions are whole."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        texts = [*(row.words for row in self._rows), *map(sample_name, self._positions)]
        widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
        return max(super().least_width(), min(widest + CLEAR - GAP, self.MOST_FOR_CAPTIONS * self.theme.scale))

    def minimumSizeHint(self) -> QSize:
        """Room across for a whole tile; tiles below each other are scrolled to."""
        wide = min(self.least_width(), self.MOST * self.theme.scale) + SIDES
        return QSize(max(NARROWEST, math.ceil(wide)), super().minimumSizeHint().height())

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write its number, what it is, what it was taken for and how surely, and the loss."""
        row, line = self._rows[index], int(bool(self._positions))
        if self._positions:
            self.write(painter, place, 0, sample_name(self._positions[index]), self.theme.faint, bold=False)
        self.write(painter, place, line, f"is {row.truth}", self.theme.text, bold=True)
        self.write(painter, place, line + 1, row.words, self.theme.ok if row.right else self.theme.error, bold=False)
        self.write(painter, place, line + 2, row.cost, self.theme.faint, bold=False)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the prediction in words."""
        row = self._rows[index]
        answer = "rightly taken for it" if row.right else f"taken for {row.predicted}"
        name = f"{sample_name(self._positions[index]).capitalize()}: " if self._positions else ""
        with_what = row.sure if row.is_score else f"probability {row.sure}"
        told = f"{name}{row.truth}, {answer} with {with_what}, {row.cost}"
        return f"{told}{self.row_sentence(index)}"
