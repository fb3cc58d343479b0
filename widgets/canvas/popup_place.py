"""Where a popup opens over the canvas: near a place or beside an area, wholly inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

INSET = 8
"""Least distance from the edges, in pixels."""


def open_near(popup: QWidget, place: QPoint) -> None:
    """Show ``popup`` over its parent with its corner at ``place``, moved as far as it would reach out of the parent."""
    popup.move(_inside(popup.parentWidget() or popup, popup.size(), place))
    popup.show()
    popup.raise_()


def spot_beside(parent: QWidget, size: QSize, anchor: QRect, clear: Sequence[QRect]) -> QPoint | None:
    """The corner of a popup that stands inside ``parent`` beside an area, and covers none of the areas ``clear``.

    It stands to the right if it can, else below, above or to the left. Below and above it is in the middle of the
    parent, as far as it still stands along the whole area: so it hardly moves from one area to the next. None where it
    covers something everywhere.
    """
    middle = (parent.width() - size.width()) // 2
    spots = (_inside(parent, size, spot) for spot in _around(anchor, size, middle))
    free = (*clear, anchor)
    return next((spot for spot in spots if not any(QRect(spot, size).intersects(area) for area in free)), None)


def _around(area: QRect, size: QSize, middle: int) -> Iterator[QPoint]:
    along = max(area.right() + 1 - size.width(), min(middle, area.left()))
    yield QPoint(area.right() + 1, area.top())
    yield QPoint(along, area.bottom() + 1)
    yield QPoint(along, area.top() - size.height())
    yield QPoint(area.left(), area.bottom() + 1)
    yield QPoint(area.left(), area.top() - size.height())
    yield QPoint(area.left() - size.width(), area.top())


def _inside(parent: QWidget, size: QSize, spot: QPoint) -> QPoint:
    right, bottom = parent.width() - size.width() - INSET, parent.height() - size.height() - INSET
    return QPoint(max(INSET, min(spot.x(), right)), max(INSET, min(spot.y(), bottom)))
