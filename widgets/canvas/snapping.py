"""Where a dragged card comes to rest: in line with others, else on the grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF

from graph import cards

FINE, COARSE = cards.GRID, 16.0
"""Grids in scene pixels; the coarse one with Ctrl."""


@dataclass(frozen=True)
class Rest:
    """A resting place and the lines that show why."""

    x: float
    y: float
    guides: tuple[QLineF, ...] = ()


def rest(moving: QRectF, others: Iterable[QRectF], reach: float, grid: float = FINE) -> Rest:
    """The place near ``moving`` where its card is in line with others within ``reach``, else on the grid."""
    left: tuple[float, QRectF] | None = None
    top: tuple[float, QRectF] | None = None
    best_x, best_y = reach, reach
    for other in others:
        for x in (other.left(), other.right() + cards.COLUMN_GAP, other.left() - cards.COLUMN_GAP - moving.width()):
            if abs(x - moving.left()) < best_x:
                best_x, left = abs(x - moving.left()), (x, other)
        if abs(other.top() - moving.top()) < best_y:
            best_y, top = abs(other.top() - moving.top()), (other.top(), other)
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
