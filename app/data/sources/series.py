"""Time series of the user's: one row per time step, one column to be forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset
from app.data.sources.columns import ColumnType, numbers, type_of
from app.data.sources.files import within_budget
from app.data.sources.frames import CsvSource
from app.data.sources.table import check_column, in_order
from app.data.sources.windows import window_count, windows, windows_info
from graph.errors import NetloomError
from graph.layers.settings import setting

if TYPE_CHECKING:
    import pandas as pd


class Series(CsvSource):
    """A time series of your own: one row per time step, one or more columns measured, one of them to be forecast.

    The series is cut into windows. A missing value repeats the last one known, so that nothing is seen ahead.
    """

    kind: ClassVar[str] = "series"
    title: ClassVar[str] = "Time series"

    target: str = setting("", "The column to forecast; empty for the last one")
    order: str = setting("", "The column of times to sort by; empty keeps the order of the file")
    columns: tuple[str, ...] = pydantic.Field((), description="Columns that the network sees; empty for all numbers")
    window: int = setting(50, "How many time steps the network sees", minimum=1, maximum=10_000, unit="steps")
    horizon: int = setting(1, "How many time steps it forecasts", minimum=1, maximum=1000, unit="steps")
    stride: int = setting(1, "Steps from the start of one window to the next", minimum=1, maximum=10_000, unit="steps")

    def read(self, file: Path) -> Dataset:
        """The series in windows, with what comes after each."""
        frame, notes = self.frame(file)
        if self.order:
            check_column(file, frame, self.order)
            frame = frame.iloc[in_order(frame[self.order])]
        names = self._seen(file, frame)
        target = self.target or names[-1]
        measured = [numbers(frame[name]) for name in names]
        values, more = carried(np.stack([column for column, _ in measured], axis=1))
        notes += tuple(note for _, noted in measured for note in noted) + more
        described = (self.kind, file.stem, f"{len(values)} time steps of {file.name}, to forecast “{target}”.")
        cut = (self.window, self.horizon, self.stride)
        info = windows_info(described, len(values), cut, names, (), target)
        size = window_count(len(values), *cut) * (self.window * len(names) + self.horizon)
        within_budget(file, 4 * size)
        return windows(info, values, names.index(target), self.stride, notes)

    def _seen(self, file: Path, frame: pd.DataFrame) -> tuple[str, ...]:
        """The columns that the network sees, the target among them."""
        for name in (*self.columns, *filter(None, [self.target])):
            check_column(file, frame, name)
            if type_of(frame[name]) is not ColumnType.NUMBER:
                raise NetloomError(f"Column “{name}” of {file.name} does not hold numbers, so it cannot be a series.")
        names = self.columns or numeric(frame, self.order)
        if self.target and self.target not in names:
            names = (*names, self.target)
        if not names:
            raise NetloomError(f"{file.name} has no column of numbers; a series needs at least one.")
        return names


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
