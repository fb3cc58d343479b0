"""Courses of wires: cubic curves that leave horizontally, and arch around cards rather than run through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.drawing.cards import Box

Point = tuple[float, float]
Cubic = tuple[Point, Point, Point]
"""Two handles and the end of a cubic curve; it begins where the one before ended."""

CLEARANCE = 16.0
"""How far an arching wire keeps from the cards it goes around."""

TIGHT = 4.0
"""How near an arching wire may come to two cards whose gap it runs through, where that spares it a long way."""

CROWDED = 4.0
"""Pixels of a way that it is worth to keep one pixel further from the cards, up to `CLEARANCE`."""

SWING = 44.0
"""Width that an arching wire takes to climb beside a card."""

SAMPLES = 12
"""Points of a curve that are held against the cards."""


@dataclass(frozen=True)
class WirePath:
    """A wire's line: where it begins, and the curves that follow."""

    start: Point
    curves: tuple[Cubic, ...]
    down: bool = False
    """Whether the wire runs between ports below and above cards."""

    @property
    def end(self) -> Point:
        """Where the wire ends."""
        return self.curves[-1][2]

    @property
    def arching(self) -> bool:
        """Whether the wire goes around cards."""
        return len(self.curves) > 1

    def bounds(self) -> Box:
        """The rectangle that the wire and its handles stay in."""
        points = [self.start, *(point for curve in self.curves for point in curve)]
        left, top = min(x for x, _ in points), min(y for _, y in points)
        return left, top, max(x for x, _ in points) - left, max(y for _, y in points) - top

    def points(self, each: int = SAMPLES) -> list[Point]:
        """Points along the wire, ``each`` to a curve, and its start."""
        places, start = [self.start], self.start
        for curve in self.curves:
            places += [_at(start, curve, step / each) for step in range(1, each + 1)]
            start = curve[2]
        return places

    def middle(self) -> Point:
        """The place of the wire's label: the middle of its middle curve."""
        index = len(self.curves) // 2
        start = self.curves[index - 1][2] if index else self.start
        return _at(start, self.curves[index], 0.5)


Vertical = tuple[bool, bool]
"""Whether the wire leaves downwards rather than to the right, and arrives from above rather than from the left."""

SIDEWAYS: Vertical = (False, False)


def direct(start: Point, end: Point, vertical: Vertical = SIDEWAYS) -> WirePath:
    """The plain course, which looks at no cards."""
    if vertical == (True, True):
        return _flipped(direct(_swapped(start), _swapped(end)))
    if vertical != SIDEWAYS:
        return _bent(start, end, vertical)
    reach = end[0] - start[0]
    handle = max(28.0, reach / 2) if reach >= 0 else min(160.0, 40.0 - reach / 2)
    if abs(end[1] - start[1]) < 1 and reach >= 0:
        handle = reach / 3
    return WirePath(start, (((start[0] + handle, start[1]), (end[0] - handle, end[1]), end),))


def course(
    start: Point, end: Point, obstacles: Sequence[Box], own: Iterable[Box] = (), vertical: Vertical = SIDEWAYS
) -> WirePath:
    """A wire from ``start`` to ``end``, around the cards of ``obstacles`` if the plain course would cross any.

    ``own`` are the cards at the wire's two ends, which a wire that runs backwards goes around too.
    """
    if vertical == (True, True):
        # What holds from left to right holds from top to bottom, with the axes swapped.
        boxes, ends = [_swapped_box(box) for box in obstacles], [_swapped_box(box) for box in own]
        return _flipped(course(_swapped(start), _swapped(end), boxes, ends))
    if vertical != SIDEWAYS:
        return _bent(start, end, vertical)
    plain = direct(start, end)
    backwards = end[0] < start[0] + 8
    if not backwards and not any(_crosses(plain, card) for card in obstacles):
        return plain
    around = [*obstacles, *(own if backwards else ())]
    left, right = min(start[0], end[0]) - SWING, max(start[0], end[0]) + SWING
    level = _free_level(start, end, [card for card in around if _spans(card, left, right)])
    return _arch(start, end, level, backwards)


def _bent(start: Point, end: Point, vertical: Vertical) -> WirePath:
    """The course between a card that is vertical and one that is not; it bends once and looks at no cards."""
    reach = max(36.0, min(160.0, (abs(end[0] - start[0]) + abs(end[1] - start[1])) / 2))
    leaving, arriving = ((0.0, reach) if down else (reach, 0.0) for down in vertical)
    first = start[0] + leaving[0], start[1] + leaving[1]
    second = end[0] - arriving[0], end[1] - arriving[1]
    return WirePath(start, ((first, second, end),))


def _swapped(point: Point) -> Point:
    return point[1], point[0]


def _swapped_box(box: Box) -> Box:
    x, y, width, height = box
    return y, x, height, width


def _flipped(line: WirePath) -> WirePath:
    curves = tuple((_swapped(first), _swapped(second), _swapped(end)) for first, second, end in line.curves)
    return WirePath(_swapped(line.start), curves, down=True)


def _at(start: Point, curve: Cubic, t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy) = curve
    s = 1 - t
    u, v, w, z = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    return u * start[0] + v * ax + w * bx + z * cx, u * start[1] + v * ay + w * by + z * cy


def _crosses(plain: WirePath, card: Box) -> bool:
    x, y, width, height = card
    left, top, across, down = plain.bounds()
    if left > x + width or left + across < x or top > y + height or top + down < y:
        return False
    return any(x < px < x + width and y - 2 < py < y + height + 2 for px, py in plain.points()[1:-1])


def _spans(card: Box, left: float, right: float) -> bool:
    return card[0] < right and card[0] + card[2] > left


def _free_level(start: Point, end: Point, cards: Sequence[Box]) -> float:
    """The height nearest to the wire's ends at which a level line meets none of the cards."""
    blocked = _merged([(y - CLEARANCE, y + height + CLEARANCE) for _, y, _, height in cards])
    here = min(start[1], end[1])
    free = [] if any(top < here < bottom for top, bottom in blocked) else [here]
    free += [edge for span in blocked for edge in span]
    # Between rows of cards a wire that returns to the next row's start runs in the middle, others a little lower.
    share = 0.5 if end[0] < start[0] else 0.85
    middles = [a[1] + (b[0] - a[1]) * share for a, b in pairwise(blocked)]
    narrow = _narrow_gaps(cards)
    free += [*middles, *narrow]

    def price(level: float) -> tuple[float, bool, float]:
        # Upwards wins among equals: a skip is read more easily above the chain than below it.
        way = abs(level - start[1]) + abs(level - end[1]) + CROWDED * narrow.get(level, 0.0)
        return way, level not in middles, level

    return min(free, key=price)


def _narrow_gaps(cards: Sequence[Box]) -> dict[float, float]:
    """Middles of gaps that leave a wire less than its clearance, and how much they leave it less."""
    gaps = ((a[1], b[0]) for a, b in pairwise(_merged([(y, y + height) for _, y, _, height in cards])))
    return {
        (above + below) / 2: CLEARANCE - (below - above) / 2
        for above, below in gaps
        if 2 * TIGHT <= below - above < 2 * CLEARANCE
    }


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The spans with those that overlap made one."""
    merged: list[tuple[float, float]] = []
    for top, bottom in sorted(spans):
        if merged and top < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(bottom, merged[-1][1]))
        else:
            merged.append((top, bottom))
    return merged


def _arch(start: Point, end: Point, level: float, backwards: bool) -> WirePath:
    swing = SWING
    if not backwards:
        swing = min(SWING, max(12.0, (end[0] - start[0]) / 3))
    up, down = start[0] + swing, end[0] - swing
    if backwards:
        rise: Cubic = ((start[0] + swing, start[1]), (start[0] + swing, level), (start[0], level))
        fall: Cubic = ((end[0] - swing, level), (end[0] - swing, end[1]), end)
        along: Cubic = ((start[0], level), (end[0], level), (end[0], level))
        return WirePath(start, (rise, along, fall))
    rise = ((start[0] + swing * 0.6, start[1]), (up - swing * 0.6, level), (up, level))
    fall = ((down + swing * 0.6, level), (end[0] - swing * 0.6, end[1]), end)
    third = (down - up) / 3
    return WirePath(start, (rise, ((up + third, level), (down - third, level), (down, level)), fall))
