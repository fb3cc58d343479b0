"""What is on show at one step: the tables of numbers of input, window, kernel and output, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from app.numerics.window_sums import Case, Floats, Patch, Working, taken
from app.system.number_format import counted
from graph.layers.window_rule import Axis, Places, Share

LARGEST_CELL = 58.0
"""Widest cell in pixels."""
MIDDLE_SHARE = 0.26
"""Share of the width that window and kernel get at most in square cells."""
NUMBERS_SHARE = 0.5
"""The same in cells that are wider than high, so that numbers have room in them."""
GAP = 30.0
"""Room for the signs between the tables, in pixels."""


class ScenePart(StrEnum):
    """The tables of the picture."""

    INPUT = "input"
    WINDOW = "window"
    KERNEL = "kernel"
    OUTPUT = "output"


@dataclass(frozen=True)
class Spot:
    """Where one looks: a value of the output, by map, row and column, and one of the input channels that it sees."""

    filter: int = 0
    row: int = 0
    column: int = 0
    channel: int = 0

    def stepped(self, case: Case, steps: int) -> Spot:
        """The spot ``steps`` further on, row by row, held between the first and the last."""
        wide = case.rule.columns.out
        at = min(max(self.row * wide + self.column + steps, 0), case.rule.steps - 1)
        return replace(self, row=at // wide, column=at % wide)

    def within(self, case: Case) -> Spot:
        """The nearest spot that ``case`` has."""
        filter = min(self.filter, len(case.output) - 1)
        row, column = min(self.row, case.rule.rows.out - 1), min(self.column, case.rule.columns.out - 1)
        seen = case.rule.sees(filter)
        channel = self.channel if self.channel in seen else seen[0] if seen else 0
        return Spot(filter, row, column, channel)

    def number(self, case: Case) -> int:
        """Which step this is, from 0 on."""
        return self.row * case.rule.columns.out + self.column


@dataclass(frozen=True, eq=False)
class SceneTable:
    """Numbers in rows and columns (NaN where there is none), which of them are border, and the first row's and
    column's place in the input.
    """

    values: Floats
    border: NDArray[np.bool_]
    top: int = 0
    left: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]


def plain(values: Floats) -> SceneTable:
    """A table without a border."""
    return SceneTable(values, np.zeros(values.shape, np.bool_))


def input_table(case: Case, channel: int) -> SceneTable:
    """One channel with its border; of a sequence all features, one a row."""
    rows, columns, flat = case.rule.rows, case.rule.columns, case.rule.along_time
    plane = case.values[:, 0] if flat else case.values[channel]
    top, left = (0 if flat else -rows.before), -columns.before
    down = list(range(top, plane.shape[0] + (0 if flat else rows.after)))
    across = list(range(left, plane.shape[1] + columns.after))
    return SceneTable(*taken(plane, down, across, case.rule.border), top, left)


def output_table(case: Case, filter: int) -> SceneTable:
    """One map; of a sequence all of them, one a row."""
    return plain(case.output[:, 0] if case.rule.along_time else case.output[filter])


@dataclass(frozen=True, eq=False)
class SceneStep:
    """One value of the output and what it is made of, as tables."""

    case: Case
    spot: Spot

    @cached_property
    def working(self) -> Working:
        """The arithmetic."""
        return self.case.working(self.spot.filter, self.spot.row, self.spot.column)

    @property
    def patch(self) -> Patch | None:
        """What the window sees of the channel on show; None where the map sees nothing at all."""
        patches = self.working.patches
        return next((patch for patch in patches if patch.channel == self.spot.channel), patches[0] if patches else None)

    @property
    def stacked(self) -> tuple[Patch, ...]:
        """The patches that stand in the window's table: of a sequence all, else that of the channel on show."""
        if self.case.rule.along_time:
            return self.working.patches
        return (self.patch,) if self.patch is not None else ()

    @property
    def rows(self) -> Places:
        """Rows of the input that the window touches, as the input's table counts them."""
        flat = self.case.rule.along_time
        return [patch.channel for patch in self.stacked] if flat else self.working.rows

    @property
    def columns(self) -> Places:
        """Columns of the input that the window touches."""
        return self.working.columns

    def window(self) -> SceneTable:
        """What the window sees."""
        if not self.stacked:
            return plain(np.zeros((1, 1)))
        values = np.concatenate([patch.values for patch in self.stacked])
        return SceneTable(values, np.concatenate([patch.border for patch in self.stacked]))

    def kernel(self) -> SceneTable | None:
        """The weights that the window's values meet."""
        weights = [patch.weights for patch in self.stacked if patch.weights is not None]
        return plain(np.concatenate(weights)) if weights else None

    @property
    def where(self) -> str:
        """The spot in words, without its map."""
        spot = self.spot
        return (
            f"step {spot.column + 1}" if self.case.rule.along_time else f"row {spot.row + 1}, column {spot.column + 1}"
        )

    @property
    def cell(self) -> tuple[int, int]:
        """Where the value stands in the output's table."""
        spot = self.spot
        return (spot.filter, spot.column) if self.case.rule.along_time else (spot.row, spot.column)

    def spot_at(self, row: int, column: int) -> Spot:
        """The spot of a cell of the output's table."""
        if self.case.rule.along_time:
            return replace(self.spot, filter=row, column=column).within(self.case)
        return replace(self.spot, row=row, column=column)

    def spot_above(self, row: int, column: int) -> Spot:
        """The spot whose window has its middle nearest to a place of the input."""
        rule = self.case.rule
        across = _nearest(rule.columns, column)
        if rule.along_time:
            return replace(self.spot, column=across)
        return replace(self.spot, row=_nearest(rule.rows, row), column=across)


def captions(step: SceneStep, note: str = "") -> dict[ScenePart, str]:
    """What stands above each table; ``note`` says more about the input's values."""
    case, spot = step.case, step.spot
    rule, several = case.rule, len(step.working.patches) > 1
    remark = f", {note}" if note else ""
    if rule.along_time:
        titles = {
            ScenePart.INPUT: f"Input, {rule.columns.size:,} steps of {counted(rule.channels, 'feature')}{remark}",
            ScenePart.KERNEL: f"Kernel {spot.filter + 1}",
            ScenePart.OUTPUT: f"Output, {rule.columns.out:,} steps of {counted(len(case.output), 'map')}",
        }
    else:
        channel = f", channel {spot.channel + 1} of {rule.channels:,}" if rule.channels > 1 else ""
        map = f", map {spot.filter + 1} of {rule.filters:,}" if rule.filters > 1 else ""
        titles = {
            ScenePart.INPUT: f"Input{channel}, {rule.rows.size} × {rule.columns.size}{remark}",
            ScenePart.KERNEL: f"Kernel{f', channel {spot.channel + 1}' if several else ''}",
            ScenePart.OUTPUT: f"Output{map}, {rule.rows.out} × {rule.columns.out}",
        }
    return {**titles, ScenePart.WINDOW: "Window"}


def _nearest(axis: Axis, place: int) -> int:
    """The output value whose window is nearest to a place of an axis."""
    if isinstance(axis, Share):
        return min(place * axis.out // max(axis.size, 1), axis.out - 1) if place >= 0 else 0
    middle = (axis.kernel - 1) * axis.dilation / 2 - axis.before
    return int(min(max(round((place - middle) / axis.stride), 0), axis.out - 1))


@dataclass(frozen=True)
class Stand:
    """Where one table stands: its area, and the size of a cell."""

    area: QRectF
    wide: float
    high: float

    def cell(self, row: int, column: int) -> QRectF:
        """The place of a cell."""
        left, top = self.area.left() + column * self.wide, self.area.top() + row * self.high
        return QRectF(left, top, self.wide, self.high)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """Row and column under a point, if there is a cell."""
        if not self.area.contains(point):
            return None
        row, column = int((point.y() - self.area.top()) / self.high), int((point.x() - self.area.left()) / self.wide)
        last = round(self.area.height() / self.high) - 1, round(self.area.width() / self.wide) - 1
        return min(row, last[0]), min(column, last[1])


def arrange(
    area: QRectF,
    shapes: dict[ScenePart, tuple[int, int]],
    caption: float,
    scale: float,
    flat: bool,
    cell: tuple[float, float] = (0.0, 0.0),
) -> dict[ScenePart, Stand]:
    """Where the tables stand: input at the left, window above kernel in the middle, output at the right.

    Parameters
    ----------
    area
        the room for all of them and their captions.
    shapes
        rows and columns of each table that there is.
    caption
        height of the line above each table, in pixels.
    scale
        how much larger than usual text is.
    flat
        whether cells may be wider or narrower than high, as for sequences.
    cell
        width and height of a cell of window and kernel in which numbers can be read, in pixels.
    """
    stacked = [part for part in (ScenePart.WINDOW, ScenePart.KERNEL) if part in shapes]
    high, wide = shapes[ScenePart.WINDOW]
    most, gap = LARGEST_CELL * scale, GAP * scale
    room = (area.height() - len(stacked) * (caption + 4)) / len(stacked)
    middle = lower = max(min(most, room / high, area.width() * MIDDLE_SHARE / wide), 1.0)
    if cell[0] * wide <= area.width() * NUMBERS_SHARE and cell[1] * high <= room:
        middle, lower = max(middle, cell[0]), max(middle, cell[1])
    held = max(middle * wide, 64.0 * scale)
    (rows, columns), (out_rows, out_columns) = shapes[ScenePart.INPUT], shapes[ScenePart.OUTPUT]
    across = max(min(most, (area.width() - held - 2 * gap) / (columns + out_columns)), 1.0)
    down = max(min(most, (area.height() - caption) / max(rows, out_rows)), 1.0)
    across, down = (across, min(down, 28.0 * scale)) if flat else (min(across, down),) * 2
    top = area.top() + caption
    stands = {ScenePart.INPUT: Stand(QRectF(area.left(), top, columns * across, rows * down), across, down)}
    left = stands[ScenePart.INPUT].area.right() + gap
    for index, part in enumerate(stacked):
        begin = top + index * (high * lower + caption + 4)
        stands[part] = Stand(QRectF(left, begin, wide * middle, high * lower), middle, lower)
    left += held + gap
    # Numbers need width: what the input has left over goes to the output.
    if not flat:
        across = down = max(
            min(most, (area.right() - left) / out_columns, (area.height() - caption) / out_rows), across
        )
    stands[ScenePart.OUTPUT] = Stand(QRectF(left, top, out_columns * across, out_rows * down), across, down)
    return stands
