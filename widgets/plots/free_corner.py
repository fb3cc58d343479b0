"""A place near the upper right corner of a chart where a button lies over no text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF
from PySide6.QtWidgets import QWidget

INSET = 2
"""Pixels between a button and the edges of its chart."""
STEP = 4
"""Pixels from one place that is tried to the next."""


def move_clear(buttons: Sequence[QWidget], area: QRectF, texts: Sequence[QRectF]) -> None:
    """Put buttons side by side into ``area``, as `free_corner` says."""
    for button in buttons:
        button.resize(button.sizeHint())
    size = QSize(sum(each.width() for each in buttons), max(each.height() for each in buttons))
    at = free_corner(area.adjusted(INSET, INSET, -INSET, -INSET), size, texts)
    for button in buttons:
        button.move(at)
        at += QPoint(button.width(), 0)


def free_corner(area: QRectF, size: QSize, texts: Sequence[QRectF]) -> QPoint:
    """Return where something of a ``size`` goes in ``area`` so that it touches none of the ``texts``.

    It stays as near to the upper right corner as it can, and in it where no place is free.
    """
    corner = QPointF(area.right() - size.width(), area.top())
    for down, back in _ways(area, size):
        place = QRectF(corner + QPointF(-back, down), QSizeF(size))
        if not any(place.intersects(text) for text in texts):
            return place.topLeft().toPoint()
    return corner.toPoint()


def _ways(area: QRectF, size: QSize) -> Iterator[tuple[int, int]]:
    """How far down and back a place lies from the corner, the nearest first."""
    high, wide = int(area.height()) - size.height(), int(area.width()) - size.width()
    for far in range(0, max(high, 0) + max(wide, 0) + STEP, STEP):
        for down in range(0, min(far, max(high, 0)) + 1, STEP):
            if far - down <= max(wide, 0):
                yield down, far - down
