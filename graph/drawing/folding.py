"""Folding a long layered drawing into rows that read like text: left to right, then down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import ceil, inf

from graph.drawing import cards
from graph.network import Position

COLUMN = cards.WIDTH + cards.COLUMN_GAP
"""Distance between columns in pixels."""

FOLD_GAP = 76.0
"""Free space between rows, in which wires return to the next row's start."""

PER_ROW = 5
"""Columns in a row where nobody says how wide the drawing may be: about a window's width at work size."""

PER_WIRE = 8.0
"""How many squared columns of raggedness it is worth to cut one wire less at a row's end."""

NEAR = 4
"""Numbers of columns that are tried around the best, where there are too many to try all."""

SHORTEST = 0.6
"""Rows may end early, where fewer wires cross, but not before this share of the columns that they may have."""


@dataclass(frozen=True)
class RowPart:
    """A connected part of a network, layered in columns from 0; ``tops`` are where its cards stand unfolded."""

    columns: Mapping[str, int]
    tops: Mapping[str, float]
    heights: Mapping[str, float]
    edges: Sequence[tuple[str, str]]

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return max(self.columns.values()) + 1

    @cached_property
    def by_column(self) -> list[list[str]]:
        """Ids of the cards in each column."""
        standing: list[list[str]] = [[] for _ in range(self.width)]
        for id_, column in self.columns.items():
            standing[column].append(id_)
        return standing

    @cached_property
    def cuts(self) -> list[int]:
        """For each column, how many wires pass into it or beyond from before it."""
        steps = [0] * (self.width + 2)
        for source, target in self.edges:
            steps[self.columns[source] + 1] += 1
            steps[self.columns[target] + 1] -= 1
        return list(accumulate(steps))


def fold(parts: Sequence[RowPart], per_row: int | None) -> dict[str, Position]:
    """Places of all cards: the parts below one another, each in rows of at most ``per_row`` columns (None: one)."""
    places: dict[str, Position] = {}
    floor = 0.0
    for part in parts:
        starts = breaks(part, part.width if per_row is None else per_row)
        standing = part.by_column
        for start, end in zip(starts, [*starts[1:], part.width], strict=True):
            row = [id_ for column in range(start, end) for id_ in standing[column]]
            low = min(part.tops[id_] for id_ in row)
            for id_ in row:
                places[id_] = ((part.columns[id_] - start) * COLUMN, part.tops[id_] - low + floor)
            floor = max(places[id_][1] + part.heights[id_] for id_ in row) + FOLD_GAP
    return places


def breaks(part: RowPart, per_row: int) -> list[int]:
    """First column of each row: few wires cut at the ends of rows, and rows about equally long."""
    width = part.width
    if width <= per_row:
        return [0]
    cuts = part.cuts
    shortest = max(1, int(per_row * SHORTEST))
    prices, befores = [0.0], [0]
    for end in range(1, width + 1):
        # The last row may be as short as it comes.
        least = 1 if end == width else shortest
        price, start = _cheapest(prices, end, per_row, least)
        prices.append(price + (PER_WIRE * cuts[end] if end < width else 0.0))
        befores.append(start)
    starts = [befores[width]]
    while starts[-1]:
        starts.append(befores[starts[-1]])
    return starts[::-1]


def _cheapest(prices: Sequence[float], end: int, per_row: int, least: int) -> tuple[float, int]:
    """What the rows up to ``end`` cost at least, and where the last of them begins; the shortest of equals."""
    first, last = max(0, end - per_row), end - least
    if last < first:
        return inf, 0
    lowest = min(prices[first : last + 1])
    price, start_of_last = inf, 0
    for start in range(first, last + 1):
        ragged = (per_row - end + start) ** 2
        if lowest + ragged > price:
            break  # raggedness only grows from here on
        if prices[start] + ragged <= price:
            price, start_of_last = prices[start] + ragged, start
    return price, start_of_last


def fold_to_fit(parts: Sequence[RowPart], room: tuple[float, float]) -> dict[str, Position]:
    """Places that can be shown in ``room`` (width and height in pixels) at the largest zoom, 100 % at most.

    Among equals the one with the fewest rows wins.
    """
    columns = max(part.width for part in parts)
    best, best_places = -1.0, dict[str, Position]()
    tries = sorted({ceil(columns / rows) for rows in range(_fewest(parts, room), columns + 1)}, reverse=True)
    for per_row in tries[_skipped(parts, tries, room) :]:
        places = fold(parts, per_row)
        across, down = _fits(parts, places, room)
        zoom = min(across, down, 1.0)
        if zoom > best * 1.02:
            best, best_places = zoom, places
        if down < across or zoom == 1.0:
            break
    return best_places


def _skipped(parts: Sequence[RowPart], tries: Sequence[int], room: tuple[float, float]) -> int:
    """How many of the first numbers of columns leave far too wide a drawing; found by halving where there are many."""
    low, high = 0, len(tries) - 1
    while high - low > NEAR:
        middle = (low + high) // 2
        across, down = _fits(parts, fold(parts, tries[middle]), room)
        low, high = (low, middle) if down < across else (middle, high)
    return max(0, low - NEAR) if low else 0


def _fewest(parts: Sequence[RowPart], room: tuple[float, float]) -> int:
    """A number of rows that is surely not too many, so that long networks need not try every number."""
    columns = max(part.width for part in parts)
    _, down = _fits(parts, fold(parts, None), room)
    across = room[0] / (columns * COLUMN)
    return max(1, int((down / across) ** 0.5 / 2)) if across < 1 else 1


def _fits(parts: Sequence[RowPart], places: Mapping[str, Position], room: tuple[float, float]) -> tuple[float, float]:
    """Zoom at which the width fits, and at which the height does."""
    heights = {id_: height for part in parts for id_, height in part.heights.items()}
    width = max(x for x, _ in places.values()) + cards.WIDTH
    height = max(y + heights[id_] for id_, (_, y) in places.items())
    return room[0] / width, room[1] / height


def fold_down(parts: Sequence[RowPart], heights: Mapping[str, float], per_column: int | None) -> dict[str, Position]:
    """Places of all cards from top to bottom: the parts side by side, each in columns of so many levels (None: one).

    ``tops`` of the parts are read across, and ``heights`` are those of the cards, in pixels.
    """
    places: dict[str, Position] = {}
    edge = 0.0
    for part in parts:
        starts = breaks(part, part.width if per_column is None else per_column)
        for start, end in zip(starts, [*starts[1:], part.width], strict=True):
            column = [id_ for id_, level in part.columns.items() if start <= level < end]
            low, floors = min(part.tops[id_] for id_ in column), _floors(part, column, heights)
            for id_ in column:
                places[id_] = (part.tops[id_] - low + edge, floors[part.columns[id_]])
            edge = max(places[id_][0] for id_ in column) + cards.WIDTH + FOLD_GAP
    return places


def _floors(part: RowPart, column: Sequence[str], heights: Mapping[str, float]) -> dict[int, float]:
    """Where each level of a column begins."""
    floors, floor = {}, 0.0
    for level in sorted({part.columns[id_] for id_ in column}):
        floors[level] = floor
        floor += max(heights[id_] for id_ in column if part.columns[id_] == level) + cards.COLUMN_GAP
    return floors


def fold_down_to_fit(
    parts: Sequence[RowPart], heights: Mapping[str, float], room: tuple[float, float]
) -> dict[str, Position]:
    """Places from top to bottom that can be shown in ``room`` at the largest zoom; among equals the fewest columns."""
    levels = max(part.width for part in parts)
    best, best_places = -1.0, dict[str, Position]()
    for per_column in sorted({ceil(levels / columns) for columns in range(1, levels + 1)}, reverse=True):
        places = fold_down(parts, heights, per_column)
        width = max(x for x, _ in places.values()) + cards.WIDTH
        height = max(y + heights[id_] for id_, (_, y) in places.items())
        across, down = room[0] / width, room[1] / height
        zoom = min(across, down, 1.0)
        if zoom > best * 1.02:
            best, best_places = zoom, places
        if across < down or zoom == 1.0:
            break
    return best_places
