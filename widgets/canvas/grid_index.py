"""A uniform grid that answers which rectangles lie in a region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar, cast

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
        cells, old = _cells(rect), self._rects.get(key)
        if not self.span.contains(rect):
            self.span |= rect
        self._loosen(old)
        if self._bounds is not None and not self._bounds.contains(rect):
            self._bounds |= rect
        if old is not None:
            if _cells(old) == cells:
                self._rects[key] = rect
                return
            self._take_out(key, old)
        self._rects[key] = rect
        for cell in _each(cells):
            self._cells[cell].add(key)

    def drop(self, key: Key) -> None:
        """Forget a key, if it is known."""
        rect = self._rects.get(key)
        if rect is not None:
            self._loosen(rect)
            self._take_out(key, rect)

    def _loosen(self, rect: QRectF | None) -> None:
        """A rectangle goes: the bounds are only known any more if it lay inside them."""
        if rect is None or self._bounds is None:
            return
        (left, top, right, bottom), edges = corners(rect), corners(self._bounds)
        if left <= edges[0] or top <= edges[1] or right >= edges[2] or bottom >= edges[3]:
            self._bounds = None

    def _take_out(self, key: Key, rect: QRectF) -> None:
        del self._rects[key]
        for cell in _each(_cells(rect)):
            keys = self._cells[cell]
            keys.discard(key)
            if not keys:
                del self._cells[cell]

    def meeting(self, region: QRectF) -> list[Key]:
        """Keys whose rectangles meet the region, in the order in which they were entered."""
        if region.contains(self.span):
            return list(self._rects)
        left, top, right, bottom = _cells(region)
        if (right - left + 1) * (bottom - top + 1) >= len(self._cells):
            return [key for key, rect in self._rects.items() if rect.intersects(region)]
        candidates: set[Key] = set()
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                keys = self._cells.get((x, y))
                if keys:
                    candidates |= keys
        return [key for key in candidates if self._rects[key].intersects(region)]

    def bounds(self) -> QRectF:
        """The rectangle around everything; null where there is nothing."""
        if self._bounds is None:
            self._bounds = QRectF()
            if self._rects:
                lefts, tops, rights, bottoms = zip(*(corners(rect) for rect in self._rects.values()), strict=True)
                self._bounds.setCoords(min(lefts), min(tops), max(rights), max(bottoms))
            self.span = QRectF(self._bounds)
        return QRectF(self._bounds)


def corners(rect: QRectF) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in one call of Qt."""
    return cast(tuple[float, float, float, float], rect.getCoords())


def _cells(rect: QRectF) -> tuple[int, int, int, int]:
    left, top, right, bottom = corners(rect)
    return int(left // CELL), int(top // CELL), int(right // CELL), int(bottom // CELL)


def _each(cells: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = cells
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
