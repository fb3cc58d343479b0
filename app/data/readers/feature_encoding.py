"""Columns of a table as features: numbers as they are, categories as ones and zeros, dates as calendar features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.calendar import calendar_features, parse_times
from app.data.readers.columns import Column, ColumnType, categories, check_range, look, type_of, wide_numbers
from app.data.readers.file_access import within_budget
from app.data.readers.tokens import PADDING, UNKNOWN
from app.data.transforms import side_by_side
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1 << 14
"""Rows that are filled in at a time: one pass over a row-major array, which stays in a core's cache."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """Features of a table.

    ``values`` is float32 (N, F) with NaN where a measurement is missing; ``ranges`` are the features of each column of
    categories, as `Field.categories`. ``tokens`` int64 (N, K) with ``vocabulary`` holds the columns of categories
    where they were to be tokens, and is None otherwise.
    """

    values: Array
    names: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]
    tokens: Array | None = None
    vocabulary: tuple[str, ...] = ()


class Encoder:
    """Collects the columns of a table one by one, then fills them into one array."""

    def __init__(self, file: Path, rows: int) -> None:
        self.file = file
        self.rows = rows
        self.names: list[str] = []
        self.notes: tuple[str, ...] = ()
        self.ranges: list[tuple[int, int]] = []
        self._plain: list[tuple[int, Array]] = []
        self._coded: list[tuple[int, Array]] = []
        self._tokens: list[Array] = []
        self._vocabulary: list[str] = [PADDING, UNKNOWN]

    def add(self, series: pd.Series[Any], dates: bool, as_tokens: bool) -> None:
        """Take in a column by its type; one that cannot be used is noted."""
        kind = type_of(series)
        if kind is ColumnType.NUMBER:
            values, notes = wide_numbers(series)
            self._plain.append((len(self.names), values))
            self.names.append(str(series.name))
            self.notes += notes
        elif kind is ColumnType.CATEGORY and as_tokens:
            self._add_tokens(series)
        elif kind is ColumnType.CATEGORY:
            codes, found = categories(series)
            self._coded.append((len(self.names), codes))
            self.ranges.append((len(self.names), len(self.names) + len(found)))
            self.names += [f"{series.name} = {name}" for name in found]
        elif kind is ColumnType.DATE and dates:
            self._add_dates(series)
        else:
            self.notes += (left_out(look(series)),)

    def _add_tokens(self, series: pd.Series[Any]) -> None:
        codes, found = categories(series)
        self._tokens.append(codes + len(self._vocabulary))
        self._vocabulary += [f"{series.name} = {name}" for name in found[:-1]]

    def _add_dates(self, series: pd.Series[Any]) -> None:
        values, found = calendar_features(parse_times(series))
        for column, name in zip(values.T, found, strict=True):
            self._plain.append((len(self.names), column))
            self.names.append(f"{series.name}: {name}")

    def flag_missing(self) -> None:
        """One more feature for every column with missing values: 1 where a value is missing."""
        for place, values in tuple(self._plain):
            missing = np.isnan(values)
            if missing.any():
                self._plain.append((len(self.names), missing))
                self.names.append(f"{self.names[place]} is missing")

    def finish(self) -> Encoded:
        """All columns as one array.

        Raises
        ------
        NetloomError
            if no column can be used, a number is too large, or the features take too much memory.
        """
        if not self.names and not self._tokens:
            raise NetloomError(
                f"{self.file.name} has no column to predict from; one of numbers or of categories is needed."
            )
        within_budget(self.file, 4 * self.rows * len(self.names) + 8 * self.rows * len(self._tokens))
        values = self._filled()
        tokens = np.stack(self._tokens, axis=1) if self._tokens else None
        vocabulary = tuple(self._vocabulary) if self._tokens else ()
        return Encoded(values, tuple(self.names), tuple(self.ranges), self.notes, tokens, vocabulary)

    def _filled(self) -> Array:
        values = np.zeros((self.rows, len(self.names)), dtype=np.float32)

        def fill(rows: slice) -> bool:
            """Whether all values in some rows are finite."""
            block = values[rows]
            with np.errstate(over="ignore"):
                for place, column in self._plain:
                    block[:, place] = column[rows]
            return bool(np.isfinite(block).all())

        blocks = (slice(start, start + ROWS) for start in range(0, self.rows, ROWS))
        if not all(list(side_by_side(fill, blocks))):
            self._look_at_odd(values)
        every = np.arange(self.rows)
        for place, codes in self._coded:
            values[every, place + codes] = 1.0
        return values

    def _look_at_odd(self, values: Array) -> None:
        """Refuse infinite values, note missing ones."""
        for place, _ in self._plain:
            check_range(self.names[place], values[:, place])
            missing = int(np.isnan(values[:, place]).sum())
            if missing:
                become = "value becomes" if missing == 1 else "values become"
                self.notes += (
                    f"Column “{self.names[place]}”: {missing} missing {become} the median of the training part.",
                )


def left_out(column: Column) -> str:
    """Why a column is not a feature."""
    why = {
        ColumnType.EMPTY: "is empty",
        ColumnType.DATE: "holds dates",
        ColumnType.TEXT: f"holds text ({column.unique} different values)",
    }
    return f"Column “{column.name}” {why[column.type]} and is left out."
