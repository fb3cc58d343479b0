"""Time series of the user's: one row per time step, one column to be forecast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset
from app.data.sources.calendar import calendar_features, parse_times
from app.data.sources.columns import ColumnType, numbers, type_of
from app.data.sources.files import within_budget
from app.data.sources.frames import CsvSource
from app.data.sources.table import check_column, group_numbers, in_order
from app.data.sources.windows import joined, window_count, windows, windows_info
from graph.errors import NetloomError
from graph.layers.settings import setting

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured in one unbroken series: float32 (steps, measured), and notes about what was filled."""

    values: Array
    notes: tuple[str, ...]


class Series(CsvSource):
    """A time series of your own: one row per time step, one or more columns measured, one of them to be forecast.

    The series is cut into windows. A missing value repeats the last one known, so that nothing is seen ahead. Several
    machines or places in one file are told apart by a column, and no window reaches from one into another.
    """

    kind: ClassVar[str] = "series"
    title: ClassVar[str] = "Time series"

    target: str = setting("", "The column to forecast; empty for the last one")
    order: str = setting("", "The column of times to sort by; empty keeps the order of the file")
    group: str = setting("", "Column that tells series apart, such as a machine; each stays whole in one part")
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
        frame, notes = self.frame(file)
        if self.order:
            check_column(file, frame, self.order)
            frame = frame.iloc[in_order(frame[self.order])]
        names = self._seen(file, frame)
        target = self.target or names[-1]
        records = [self._record(one, names, target) for one in self._series(file, frame)]
        features = (*names, *self._added(frame), *(f"{target} -{lag}" for lag in self.lags))
        steps = sum(len(one.values) for one in records)
        described = (self.kind, file.stem, f"{steps} time steps of {file.name}, to forecast “{target}”.")
        cut = (self.window, self.horizon, self.stride)
        fitting = [one.values for one in records if window_count(len(one.values), *cut)]
        longest = max((len(one.values) for one in records), default=0)
        if not fitting:
            windows_info(described, longest, cut, features, (), target)
        size = sum(window_count(len(one), *cut) for one in fitting) * (self.window * len(features) + self.horizon)
        within_budget(file, 4 * size)
        said = notes + tuple(dict.fromkeys(note for one in records for note in one.notes))
        parts = []
        for values in fitting:
            info = windows_info(described, len(values), cut, features, (), target)
            parts.append(windows(info, values, names.index(target), self.stride))
        return joined(parts, said + _too_short(len(records) - len(fitting)), grouped=bool(self.group))

    def _series(self, file: Path, frame: pd.DataFrame) -> list[pd.DataFrame]:
        """The rows of each series, in their order."""
        if not self.group:
            return [frame]
        check_column(file, frame, self.group)
        place = group_numbers(frame[self.group])
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place))[:-1]
        return [frame.iloc[rows] for rows in np.split(order, ends)]

    def _record(self, frame: pd.DataFrame, names: tuple[str, ...], target: str) -> Record:
        measured = [numbers(frame[name]) for name in names]
        columns = [column for column, _ in measured]
        own = columns[names.index(target)]
        if self._added(frame):
            columns += list(calendar_features(parse_times(frame[self.order]))[0].T)
        columns += [np.concatenate([np.full(min(lag, len(own)), np.nan), own[:-lag]]) for lag in self.lags]
        # Steps before the longest lag have no earlier target; only holes in what was measured are worth a note.
        start = min(max(self.lags, default=0), len(own))
        values, more = carried(np.stack(columns, axis=1).astype(np.float32)[start:])
        return Record(values, tuple(note for _, noted in measured for note in noted) + more)

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
