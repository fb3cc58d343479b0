"""Time series of the user's: one row per time step, one column to be forecast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset
from app.data.readers.calendar import calendar_features, parse_times
from app.data.readers.columns import ColumnType, numbers, type_of
from app.data.readers.file_access import within_budget
from app.data.readers.table_file import CsvSource
from app.data.readers.time_column import in_order, places_in_time, timing_notes, with_times
from app.data.readers.windows import joined, window_count, windows, windows_info
from app.data.sources.table import check_column, group_numbers
from graph.errors import NetloomError
from graph.layers.settings import setting

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured in one unbroken series: float32 (steps, measured), and notes about what was filled.

    ``places`` int64 (steps,) says when: places in the order of all times of the data.
    """

    values: Array
    places: Array
    notes: tuple[str, ...]


class Series(CsvSource):
    """A time series of your own: one row per time step, one or more columns measured, one of them to be forecast.

    The series is cut into windows. A missing value repeats the last one known, so that nothing is seen ahead. Several
    machines or places in one file are told apart by a column, and no window reaches from one into another.
    """

    kind: ClassVar[str] = "series"
    title: ClassVar[str] = "Time series"
    rank: ClassVar[int] = 20

    target: str = setting("", "The column to forecast; empty for the last one")
    order: str = setting("", "The column of times to sort by; empty keeps the order of the file")
    group: str = setting("", "Column that tells series apart, such as a machine or a place")
    divide: Literal["whole", "by_time"] = setting(
        "whole", "Several series: each stays whole in one part, or all are cut at the same times"
    )
    columns: tuple[str, ...] = pydantic.Field((), description="Columns that the network sees; empty for all numbers")
    window: int = setting(50, "How many time steps the network sees", minimum=1, maximum=10_000, unit="steps")
    horizon: int = setting(1, "How many time steps it forecasts", minimum=1, maximum=1000, unit="steps")
    stride: int = setting(1, "Steps from the start of one window to the next", minimum=1, maximum=10_000, unit="steps")
    calendar: bool = setting(False, "Add the place in the year, the week and the day, from the column of times")
    lags: tuple[int, ...] = setting(
        (), "Add the target so many steps earlier, such as 24 and 168", minimum=1, maximum=100_000, unit="steps"
    )

    def read(self, file: Path) -> Dataset:
        """The series in windows, with what comes after each."""
        frame, notes = self._in_order(file)
        names, added = self._seen(file, frame), self._added(frame)
        target = self.target or names[-1]
        pieces = self._series(file, frame)
        records = [
            self._record(one, (names, added), target, places)
            for one, places in zip(pieces, self._places(frame, pieces), strict=True)
        ]
        notes += timing_notes(self.order, [one[self.order] for one in pieces]) if self.order else ()
        notes += tuple(dict.fromkeys(note for one in records for note in one.notes))
        features = (*names, *added, *(f"{target} -{lag}" for lag in self.lags))
        return self._cut(file, records, (target, names.index(target)), features, notes)

    def _in_order(self, file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The rows in the order of their times, and notes."""
        frame, notes = self.frame(file)
        if not self.order:
            return frame, notes
        check_column(file, frame, self.order)
        frame, more = with_times(frame, self.order)
        return frame.iloc[in_order(frame[self.order])], notes + more

    def _cut(
        self,
        file: Path,
        records: list[Record],
        target: tuple[str, int],
        features: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> Dataset:
        """Windows of ``records``; ``target`` is the name and the place of what is forecast."""
        steps = sum(len(one.values) for one in records)
        described = (self.kind, file.stem, f"{steps} time steps of {file.name}, to forecast “{target[0]}”.")
        cut = (self.window, self.horizon, self.stride)
        fitting = [one for one in records if window_count(len(one.values), *cut)]
        longest = max((len(one.values) for one in records), default=0)
        if not fitting:
            windows_info(described, longest, cut, features, (), target[0])
        count = sum(window_count(len(one.values), *cut) for one in fitting)
        within_budget(file, 4 * count * (self.window * len(features) + self.horizon))
        parts = []
        for one in fitting:
            info = windows_info(described, len(one.values), cut, features, (), target[0])
            parts.append(windows(info, one.values, target[1], self.stride))
        times = [one.places for one in fitting] if self.divide == "by_time" else None
        return joined(parts, notes + _too_short(len(records) - len(fitting)), bool(self.group), times)

    def _series(self, file: Path, frame: pd.DataFrame) -> list[pd.DataFrame]:
        """The rows of each series, in their order."""
        if not self.group:
            return [frame]
        check_column(file, frame, self.group)
        place = group_numbers(frame[self.group])
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place))[:-1]
        return [frame.iloc[rows] for rows in np.split(order, ends)]

    def _places(self, frame: pd.DataFrame, pieces: list[pd.DataFrame]) -> list[Array]:
        """When each row of each series was measured, counted in the times of all; in rows where there are no times."""
        if self.order and self.divide == "by_time":
            return places_in_time(frame[self.order], [one[self.order] for one in pieces])
        return [np.arange(len(one)) for one in pieces]

    def _record(
        self, frame: pd.DataFrame, seen: tuple[tuple[str, ...], tuple[str, ...]], target: str, places: Array
    ) -> Record:
        """One series; ``seen`` are its columns, and what the calendar adds."""
        names, added = seen
        measured = [numbers(frame[name]) for name in names]
        columns = [column for column, _ in measured]
        own = columns[names.index(target)]
        if added:
            columns += list(calendar_features(parse_times(frame[self.order]), day="day sine" in added)[0].T)
        columns += [np.concatenate([np.full(min(lag, len(own)), np.nan), own[:-lag]]) for lag in self.lags]
        # Steps before the longest lag have no earlier target; only holes in what was measured are worth a note.
        start = min(max(self.lags, default=0), len(own))
        values, more = carried(np.stack(columns, axis=1).astype(np.float32)[start:])
        notes = tuple(note for _, noted in measured for note in noted) + more
        return Record(values, places[len(places) - len(values) :], notes)

    def _added(self, frame: pd.DataFrame) -> tuple[str, ...]:
        """Names of the calendar's features.

        Raises
        ------
        NetloomError
            if there are no dates to take them from.
        """
        if not self.calendar:
            return ()
        if not self.order or type_of(frame[self.order]) is ColumnType.NUMBER:
            raise NetloomError("Calendar features need a column of dates; name it as the column of times to sort by.")
        return calendar_features(parse_times(frame[self.order]))[1]

    def _seen(self, file: Path, frame: pd.DataFrame) -> tuple[str, ...]:
        """The columns that the network sees, the target among them."""
        for name in (*self.columns, *filter(None, [self.target])):
            check_column(file, frame, name)
            if type_of(frame[name]) is not ColumnType.NUMBER:
                raise NetloomError(f"Column “{name}” of {file.name} does not hold numbers, so it cannot be a series.")
        names = self.columns or tuple(name for name in numeric(frame, self.order) if name != self.group)
        if self.target and self.target not in names:
            names = (*names, self.target)
        if not names:
            raise NetloomError(f"{file.name} has no column of numbers; a series needs at least one.")
        return names


def _too_short(count: int) -> tuple[str, ...]:
    return (f"Series too short for a window and its horizon are left out ({count}).",) if count else ()


def numeric(frame: pd.DataFrame, order: str) -> tuple[str, ...]:
    """Names of the columns of numbers, without the column ``order``."""
    return tuple(str(name) for name in frame.columns if name != order and type_of(frame[name]) is ColumnType.NUMBER)


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
