"""Where a dragged card comes to rest: in line with others, else on the grid."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF

from graph.drawing import cards

FINE, COARSE = cards.GRID, 16.0
"""Grids in scene pixels; the coarse one with Ctrl."""


@dataclass(frozen=True)
class Rest:
    """A resting place and the lines that show why."""

    x: float
    y: float
    guides: tuple[QLineF, ...] = ()


class SnapLines:
    """The lines that a dragged card may join: sides and tops of the cards that stay, sorted for a quick look-up."""

    def __init__(self, others: Iterable[QRectF]) -> None:
        self._sides: list[tuple[float, int]] = []
        self._tops: list[tuple[float, int]] = []
        self._rects = list(others)
        for index, rect in enumerate(self._rects):
            left, right = rect.left(), rect.right()
            beside = (right + cards.COLUMN_GAP, left - cards.COLUMN_GAP - cards.WIDTH)
            self._sides += [(x, index) for x in (left, *beside)]
            self._tops.append((rect.top(), index))
        self._sides.sort()
        self._tops.sort()

    def side(self, x: float, reach: float) -> tuple[float, QRectF] | None:
        """The line nearest to a card's left side, and the card that it comes from."""
        return self._nearest(self._sides, x, reach)

    def top(self, y: float, reach: float) -> tuple[float, QRectF] | None:
        """The line nearest to a card's top, and the card that it comes from."""
        return self._nearest(self._tops, y, reach)

    def _nearest(self, lines: list[tuple[float, int]], value: float, reach: float) -> tuple[float, QRectF] | None:
        start = bisect_left(lines, (value - reach, -1))
        near = lines[start : bisect_left(lines, (value + reach, len(self._rects)))]
        if not near:
            return None
        place, index = min(near, key=lambda line: abs(line[0] - value))
        return place, self._rects[index]


def rest(moving: QRectF, lines: SnapLines, reach: float, grid: float = FINE) -> Rest:
    """The place near ``moving`` where its card is in line with others within ``reach``, else on the grid."""
    left, top = lines.side(moving.left(), reach), lines.top(moving.top(), reach)
    x = left[0] if left else round(moving.left() / grid) * grid
    y = top[0] if top else round(moving.top() / grid) * grid
    placed = QRectF(x, y, moving.width(), moving.height())
    guides = []
    if left and left[0] == left[1].left():
        whole = placed.united(left[1])
        guides.append(QLineF(x, whole.top() - 12, x, whole.bottom() + 12))
    if top:
        whole = placed.united(top[1])
        line = y + cards.FIRST_PORT
        guides.append(QLineF(whole.left() - 12, line, whole.right() + 12, line))
    return Rest(x, y, tuple(guides))
