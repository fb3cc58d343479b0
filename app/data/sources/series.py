"""Time series source: one row per time step, cut into windows with what follows each as target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset
from app.data.readers.column_values import group_numbers, numbers
from app.data.readers.date_parsing import calendar_features, is_clock
from app.data.readers.file_access import within_budget
from app.data.readers.likely_roles import is_identifier, likely_group, likely_order
from app.data.readers.table_file import TableData
from app.data.readers.time_column import in_order, places_in_time, timing_notes, with_times
from app.data.readers.windows import joined, window_count, windows, windows_info
from app.data.sources.file_source import Candidate
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.layers.settings import column_setting, setting


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured in one unbroken series: float32 or float64 (steps, measured), and notes about what was filled.

    ``places`` int64 (steps,) says when: places in the order of all times of the data.
    """

    values: Array
    places: Array
    notes: tuple[str, ...]


class Series(TableSource):
    """A time series of your own: one row per time step, one or more columns measured, one of them to be forecast.

    The series is cut into windows. A missing value repeats the last one known, so that nothing is seen ahead. Several
    machines or places in one file are told apart by a column, and no window reaches from one into another.
    """

    kind: ClassVar[str] = "series"
    title: ClassVar[str] = "Time series"
    rank: ClassVar[int] = 20
    precedence: ClassVar[int] = 40

    target: str = column_setting("The column to forecast; empty for the last one", empty="auto")
    order: str = column_setting(
        "The column of times to sort by, or several with commas (date and clock); empty keeps the order of the file"
    )
    group: str = column_setting("The column, such as a machine or a place, that says which series a row belongs to")
    divide: Literal["whole", "by_time"] = setting(
        "whole", "Several series: each stays whole in one set, or all are cut at the same times"
    )
    columns: tuple[str, ...] = pydantic.Field((), description="Columns that the network sees; empty for all numbers")
    window: int = setting(50, "How many time steps the network sees", minimum=1, maximum=10_000, unit="steps")
    horizon: int = setting(1, "How many time steps it forecasts", minimum=1, maximum=1000, unit="steps")
    stride: int = setting(1, "Steps from the start of one window to the next", minimum=1, maximum=10_000, unit="steps")
    calendar: bool = setting(False, "Add the place in the year, the week and the day, from the column of times")
    lags: tuple[int, ...] = setting(
        (), "Add the target so many steps earlier, such as 24 and 168", minimum=1, maximum=100_000, unit="steps"
    )

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """Times and nothing but numbers beside them, perhaps for each of several names; or one column of numbers."""
        if candidate.path.is_dir():
            return False
        table, columns = candidate.table, candidate.table.columns
        order = likely_order(table.recipe.columns, columns, table.frame)
        group = likely_group(columns, table.frame, order)
        timed = table.named_in(order) if order else []
        is_target = candidate.target and candidate.target in (*timed, group)
        if not order or is_target or not (group or _rises(table, order)):
            return len(columns) == 1 and columns[0].type is ColumnType.NUMBER
        others = [column.type for column in columns if column.name not in (*timed, *_numbering(table), group)]
        measured = [kind for kind in others if kind is not ColumnType.EMPTY]
        return bool(measured) and all(kind is ColumnType.NUMBER for kind in measured)

    @classmethod
    def fitting(cls, table: TableData, target: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """Windows of a tenth of the series at most, so that every set of the split has room for some."""
        if target:
            table.check(target)
        order = likely_order(table.recipe.columns, table.columns, table.frame)
        group = likely_group(table.columns, table.frame, order)
        names = numeric(table, order)
        steps = int(table[group].value_counts().min()) if group else len(table)
        settings = {"target": target or (names or ("",))[-1], "order": order, "window": max(1, min(50, steps // 10))}
        notes: tuple[str, ...] = ()
        if ", " in order:
            notes = (f"The columns {_listed(table, order)} say together when a row was measured.",)
        if order in table and is_clock(table.recipe_of(order).date_format):
            notes += (f"Column “{order}” holds times of the day without a date; all rows count as one day.",)
        numbering = _numbering(table)
        if numbering:
            settings["columns"] = tuple(name for name in names if name not in numbering)
            notes += tuple(f"Column “{name}” only numbers the rows and is left out." for name in numbering)
        if not group:
            return settings, notes
        # Machines are told apart by their own clocks, places by the same calendar.
        by_time = table[group].nunique() < 3 or table.tells_dates(order)
        how = "all are divided at the same times" if by_time else "each stays whole in one set"
        settings |= {"group": group, "divide": "by_time" if by_time else "whole"}
        return settings, (*notes, f"Column “{group}” tells series apart; {how}.")

    def read(self, file: Path) -> Dataset:
        """The series in windows, with what comes after each."""
        table, notes = self._sorted(self.table(file))
        names, added = self._seen(table), self._added(table)
        target = self.target or names[-1]
        series = self._series(table)
        records = [
            self._record(rows, (names, added), target, places)
            for rows, places in zip(series, self._places(table, series), strict=True)
        ]
        notes += timing_notes(self.order, [rows.times(self.order) for rows in series]) if self.order else ()
        notes += tuple(dict.fromkeys(note for record in records for note in record.notes))
        if self.group and self.divide == "whole" and self.order and table.tells_dates(self.order):
            notes += (
                "Each series stays whole in one set, so windows of the training set may lie after those of the test "
                "set in time; divide by time if what is asked for is the future.",
            )
        features = (*names, *added, *(f"{target} -{lag}" for lag in self.lags))
        return self._windows(file, records, (target, names.index(target)), features, notes)

    def _sorted(self, table: TableData) -> tuple[TableData, tuple[str, ...]]:
        """The rows in the order of their times, and notes."""
        if not self.order:
            return table, table.notes
        timed, more = with_times(table, self.order)
        return timed.rows(in_order(timed.times(self.order))), table.notes + more

    def _windows(
        self,
        file: Path,
        records: list[Record],
        target: tuple[str, int],
        features: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> Dataset:
        """Windows of ``records``; ``target`` is the name and the place of what is forecast."""
        steps = sum(len(record.values) for record in records)
        described = (self.kind, file.stem, f"{steps} time steps of {file.name}, to forecast “{target[0]}”.")
        cut = (self.window, self.horizon, self.stride)
        fitting = [record for record in records if window_count(len(record.values), *cut)]
        longest = max((len(record.values) for record in records), default=0)
        if not fitting:
            windows_info(described, longest, cut, features, (), target[0])
        count = sum(window_count(len(record.values), *cut) for record in fitting)
        within_budget(file, 4 * count * (self.window * len(features) + self.horizon))
        pieces = []
        for record in fitting:
            info = windows_info(described, len(record.values), cut, features, (), target[0])
            pieces.append(windows(info, record.values, target[1], self.stride, record.values.dtype == np.float64))
        times = [record.places for record in fitting] if self.divide == "by_time" else None
        return joined(pieces, notes + _too_short(len(records) - len(fitting)), bool(self.group), times)

    def _series(self, table: TableData) -> list[TableData]:
        """The rows of each series, in their order."""
        if not self.group:
            return [table]
        place = group_numbers(table[self.group])
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place))[:-1]
        return [table.rows(rows) for rows in np.split(order, ends)]

    def _places(self, table: TableData, series: list[TableData]) -> list[Array]:
        """When each row of each series was measured, counted in the times of all; in rows where there are no times."""
        if self.order and self.divide == "by_time":
            return places_in_time(table.times(self.order), [rows.times(self.order) for rows in series])
        return [np.arange(len(rows)) for rows in series]

    def _record(
        self, table: TableData, seen: tuple[tuple[str, ...], tuple[str, ...]], target: str, places: Array
    ) -> Record:
        """One series; ``seen`` are its columns, and what the calendar adds."""
        names, added = seen
        wide = any(table.recipe_of(name).wide for name in names)
        measured = [numbers(table[name], wide) for name in names]
        columns = [column for column, _ in measured]
        own = columns[names.index(target)]
        if added:
            columns += list(calendar_features(table.wall_times(self.order), day="day sine" in added)[0].T)
        columns += [np.concatenate([np.full(min(lag, len(own)), np.nan), own[:-lag]]) for lag in self.lags]
        # Steps before the longest lag have no earlier target; only holes in what was measured are worth a note.
        start = min(max(self.lags, default=0), len(own))
        values, more = carried(np.stack(columns, axis=1).astype(np.float64 if wide else np.float32)[start:])
        notes = tuple(note for _, noted in measured for note in noted) + more
        return Record(values, places[len(places) - len(values) :], notes)

    def _added(self, table: TableData) -> tuple[str, ...]:
        """Names of the calendar's features.

        Raises
        ------
        NetloomError
            if there are no dates to take them from.
        """
        if not self.calendar:
            return ()
        if not self.order or not table.tells_dates(self.order):
            raise NetloomError("Calendar features need a column of dates; name it as the column of times to sort by.")
        return calendar_features(table.wall_times(self.order))[1]

    def _seen(self, table: TableData) -> tuple[str, ...]:
        """The columns that the network sees, the target among them."""
        for name in (*self.columns, *filter(None, [self.target])):
            table.check(name)
            if table.type_of(name) is not ColumnType.NUMBER:
                raise NetloomError(
                    f"Column “{name}” of {table.file.name} does not hold numbers, so it cannot be a series."
                )
        names = self.columns or tuple(name for name in numeric(table, self.order) if name != self.group)
        if self.target and self.target not in names:
            names = (*names, self.target)
        if not names:
            raise NetloomError(f"{table.file.name} has no column of numbers; a series needs at least one.")
        return names


def _rises(table: TableData, order: str) -> bool:
    """Whether the first column holds the times: dates, or numbers each of which is larger than the one before.

    A column before it may number the rows.
    """
    timed, numbering = table.named_in(order), _numbering(table)
    if next(name for name in table.names if name not in numbering) not in timed:
        return False
    return table.tells_dates(order) or bool((table.times(order).diff().iloc[1:] > 0).all())


def _numbering(table: TableData) -> tuple[str, ...]:
    """The first column, where it only numbers the rows."""
    first = table.column(table.names[0])
    counts = first.type is ColumnType.NUMBER and is_identifier(first, table[first.name])
    return (first.name,) if counts and len(table.names) > 2 else ()


def _listed(table: TableData, names: str) -> str:
    return " and ".join(f"“{name}”" for name in table.named_in(names))


def _too_short(count: int) -> tuple[str, ...]:
    return (f"Series too short for a window and its horizon are left out ({count}).",) if count else ()


def numeric(table: TableData, order: str) -> tuple[str, ...]:
    """Names of the columns of numbers, without those of times that ``order`` lists."""
    timed = table.named_in(order) if order else []
    return tuple(name for name in table.names if name not in timed and table.type_of(name) is ColumnType.NUMBER)


def carried(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Missing values of (steps, series) filled with the last known one; steps before the first known are cut off."""
    missing = np.isnan(values)
    if not missing.any():
        return values, ()
    known = ~missing
    last = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], -1), axis=0)
    whole = (last >= 0).all(axis=1)
    start = int(np.argmax(whole)) if whole.any() else len(values)
    filled = np.take_along_axis(values, np.maximum(last, 0), axis=0)[start:]
    return filled, (f"Missing values repeat the last one known ({int(missing.sum())} of {missing.size}).",)
