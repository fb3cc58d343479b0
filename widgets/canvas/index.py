"""A uniform grid that answers which rectangles lie in a region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF

Key = TypeVar("Key", bound=Hashable)

CELL = 640.0
"""Side of a grid cell in scene pixels; about two cards."""


class GridIndex(Generic[Key]):
    """Rectangles by key, found again by region."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], set[Key]] = defaultdict(set)
        self._rects: dict[Key, QRectF] = {}
        self._bounds: QRectF | None = QRectF()
        self.span = QRectF()
        """Holds all rectangles, but may be larger than `bounds`; costs nothing."""

    def __len__(self) -> int:
        return len(self._rects)

    def put(self, key: Key, rect: QRectF) -> None:
        """Enter a rectangle, in place of the one the key had."""
        old = self._rects.get(key)
        self._bounds = None
        self.span |= rect
        if old is not None:
            if _cells(old) == _cells(rect):
                self._rects[key] = rect
                return
            self.drop(key)
        self._rects[key] = rect
        for cell in _each(rect):
            self._cells[cell].add(key)

    def drop(self, key: Key) -> None:
        """Forget a key, if it is known."""
        rect = self._rects.pop(key, None)
        if rect is None:
            return
        self._bounds = None
        for cell in _each(rect):
            found = self._cells[cell]
            found.discard(key)
            if not found:
                del self._cells[cell]

    def meeting(self, region: QRectF) -> list[Key]:
        """Keys whose rectangles meet the region, in the order in which they were entered."""
        left, top, right, bottom = _cells(region)
        if (right - left + 1) * (bottom - top + 1) >= len(self._cells):
            candidates: set[Key] = set(self._rects)
        else:
            candidates = set()
            for x in range(left, right + 1):
                for y in range(top, bottom + 1):
                    candidates |= self._cells.get((x, y), set())
        if len(candidates) == len(self._rects):
            return [key for key, rect in self._rects.items() if rect.intersects(region)]
        return [key for key in candidates if self._rects[key].intersects(region)]

    def bounds(self) -> QRectF:
        """The rectangle around everything; null where there is nothing."""
        if self._bounds is None:
            self._bounds = QRectF()
            for rect in self._rects.values():
                self._bounds |= rect
            self.span = QRectF(self._bounds)
        return QRectF(self._bounds)


def _cells(rect: QRectF) -> tuple[int, int, int, int]:
    return (
        int(rect.left() // CELL),
        int(rect.top() // CELL),
        int(rect.right() // CELL),
        int(rect.bottom() // CELL),
    )


def _each(rect: QRectF) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = _cells(rect)
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
