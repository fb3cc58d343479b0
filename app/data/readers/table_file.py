"""Reading tables (CSV, Excel, Parquet): the rows of a file with the recipe by which they were read."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.discovery import import_all
from app.data.readers import tables
from app.data.readers.date_parsing import first_date_format, parse_dates, wall_clock
from app.data.readers.file_access import stamp
from app.data.readers.file_memory import forgotten_by
from app.data.readers.number_columns import NumberColumn, number_columns, titles_of
from app.data.readers.picture_column import picture_columns
from app.data.readers.recipe import ColumnRecipe, ReadingRecipe
from app.data.readers.table_format import AS_FOUND, Reading, parquet_parts, reader_of, without_words
from app.data.readers.time_parts import joined_times
from app.data.readers.typed_columns import describe_column, typed_columns
from app.protocol.data_values import Column, ColumnType
from app.system.memory_budget import GIGABYTE, budget, more_memory_remedy
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

KEPT = 1 << 28
"""Tables from files up to this size stay in memory until the next is read, so that looking and loading parse once."""

import_all(tables)


@dataclass(frozen=True, eq=False)
class TableData:
    """Rows of a table as a person keeps them, and the recipe by which its whole file was read.

    ``frame`` must not be changed. ``notes`` are sentences about how it was read; ``differing`` those that hold for this
    file and not for all that are read by the same recipe.
    """

    file: Path
    frame: pd.DataFrame
    recipe: ReadingRecipe
    notes: tuple[str, ...] = ()
    known_times: dict[tuple[str, bool], pd.Series[Any]] = field(default_factory=dict, repr=False)
    """What `times` and `wall_times` gave so far, because parsing dates takes longer than reading numbers."""
    known_numbers: Mapping[str, NumberColumn] | None = field(default=None, repr=False)
    """What the cells of columns of numbers tell, where that is known already."""
    differing: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, name: str) -> bool:
        return name in self._recipes

    def __getitem__(self, name: str) -> pd.Series[Any]:
        """The column called ``name``.

        Raises
        ------
        NetloomError
            if there is none.
        """
        self.check(name)
        return self.frame[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.recipe.columns)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What was found in each column."""
        numbers = number_columns(self.frame) if self.known_numbers is None else self.known_numbers
        return tuple(self._number(name, numbers[name]) if name in numbers else self.column(name) for name in self.names)

    def _number(self, name: str, found: NumberColumn) -> Column:
        if found.missing == len(self.frame):
            return Column(name, ColumnType.EMPTY, found.missing, 0, "")
        return Column(name, self._recipes[name].type, found.missing, found.unique, found.first)

    @cached_property
    def _recipes(self) -> dict[str, ColumnRecipe]:
        return {column.name: column for column in self.recipe.columns}

    def column(self, name: str) -> Column:
        """What was found in the column called ``name``."""
        return describe_column(self.frame[name], self._recipes[name])

    def recipe_of(self, name: str) -> ColumnRecipe:
        """How the column called ``name`` is read."""
        return self._recipes[name]

    def type_of(self, name: str) -> ColumnType:
        """What the values of a column are; `ColumnType.EMPTY` where none is left in these rows."""
        return ColumnType.EMPTY if name in self._empty else self._recipes[name].type

    @cached_property
    def _empty(self) -> frozenset[str]:
        """The columns without any value in these rows: their first cell is missing as well."""
        first = self.frame.head(1).isna().to_numpy().ravel() if len(self.frame) else np.ones(len(self.names), bool)
        names = [name for name, absent in zip(titles_of(self.frame), first.tolist(), strict=True) if absent]
        return frozenset(name for name in names if self.frame[name].isna().all())

    def times(self, name: str) -> pd.Series[Any]:
        """A column as numbers or times that can be sorted, missing where it holds neither.

        Several columns with commas between them are joined: a date and a clock, or year, month and day.

        Raises
        ------
        NetloomError
            if it holds neither anywhere, or is not there.
        """
        return self._known_times(name, wall=False)

    def wall_times(self, name: str) -> pd.Series[Any]:
        """The `times` of a column as clocks showed them where it was written, for its calendar: never sort by these.

        By the first rules of reading they are in UTC, whatever zones the cells have.
        """
        return self._known_times(name, wall=self.recipe.rules != 1)

    def _known_times(self, name: str, wall: bool) -> pd.Series[Any]:
        if (name, wall) not in self.known_times:
            self.known_times[name, wall] = self._parsed_times(name, wall)
        return self.known_times[name, wall]

    def _parsed_times(self, name: str, wall: bool) -> pd.Series[Any]:
        import pandas as pd

        names = self.named_in(name)
        if len(names) > 1:
            return joined_times([(self.frame[part], self._recipes[part]) for part in names], wall)
        series = self.frame[names[0]]
        recipe = self._recipes[names[0]]
        if recipe.type is not ColumnType.NUMBER:
            parse = wall_clock if wall else parse_dates
            return parse(series, recipe.date_format or self._first_format(series))
        return series if pd.api.types.is_numeric_dtype(series.dtype) else pd.to_numeric(series, errors="coerce")

    def _first_format(self, series: pd.Series[Any]) -> str:
        """By the first rules of reading, dates among words were looked for again."""
        return first_date_format(series, self.recipe.options.date_order) if self.recipe.rules == 1 else ""

    def tells_dates(self, name: str) -> bool:
        """Whether the `times` of a column, or of several, are dates rather than numbers."""
        names = self.named_in(name)
        return len(names) > 1 or self.type_of(names[0]) is not ColumnType.NUMBER

    def rows(self, rows: Array | pd.Series[Any]) -> TableData:
        """Some rows: those at positions (n,), or those where a mask (N,) is true."""
        mask = rows.dtype.kind == "b"
        picked = self.frame[rows] if mask else self.frame.iloc[rows]
        times = {key: known[rows] if mask else known.iloc[rows] for key, known in self.known_times.items()}
        return TableData(self.file, picked, self.recipe, known_times=times)

    def by_value(self, name: str) -> dict[str, TableData]:
        """The rows of each different value of a column, in the order in which these come; missing ones are left out."""
        import pandas as pd

        codes, values = pd.factorize(self[name])
        return {str(value): self.rows(np.flatnonzero(codes == code)) for code, value in enumerate(values)}

    def check(self, name: str) -> None:
        """Raise `NetloomError` unless there is a column called ``name``."""
        if name in self:
            return
        shown = ", ".join(f"“{column}”" for column in self.names[:12])
        more_columns = f" and {len(self.names) - 12} more" if len(self.names) > 12 else ""
        lacking = f"has no column “{name}”" if name else "has no column that can be predicted"
        raise NetloomError(f"{self.file.name} {lacking}; it has {shown}{more_columns}.")

    def named_in(self, names: str) -> list[str]:
        """The columns that ``names`` lists: one, or several with commas between them.

        Raises
        ------
        NetloomError
            if one of them is not there.
        """
        listed = [names] if names in self else [name.strip() for name in names.split(",")]
        for name in listed:
            self.check(name)
        return list(dict.fromkeys(listed))


def read_table(file: Path, reading: Reading = AS_FOUND) -> TableData:
    """The table in ``file``, read by a recipe or as is found; the last small one is remembered.

    Raises
    ------
    NetloomError
        if it is no table, or too large.
    """
    if file.is_dir() and not parquet_parts(file):
        raise NetloomError(f"{file.name} is a folder; a file with a table is needed.")
    size = stamp(file)
    if size[0] > budget() // 2 and not picture_columns(file):  # pictures in it stay where they are
        raise NetloomError(
            f"{file.name} is larger than {budget() / 2 / GIGABYTE:.1f} GB, half of what data may take in memory; use a "
            f"smaller part of it, or {more_memory_remedy()}."
        )
    read = _remembered if size[0] <= KEPT else _read
    return read(file, size, reading)


def _read(file: Path, stamped: tuple[int, int], reading: Reading) -> TableData:
    raw = reader_of(file)(file, reading)
    raw = replace(raw, frame=without_words(raw.frame, reading.options.missing_words))
    known = {} if reading.recipe is None else reading.recipe.by_name
    complete = reading.rules == 1 or all(map(known.__contains__, titles_of(raw.frame)))
    numbers = {} if complete else number_columns(raw.frame)
    frame, columns = typed_columns(raw, reading, numbers)
    doubts = tuple(f"Column “{column.name}”: {column.why}" for column in columns if column.why)
    recipe = ReadingRecipe(raw.dialect, columns, reading.options, reading.rules)
    same = frame is raw.frame and not complete
    return TableData(file, frame, recipe, raw.notes + doubts, {}, numbers if same else None, raw.differing)


def _remembered(file: Path, stamped: tuple[int, int], reading: Reading) -> TableData:
    """The same as long as neither the file (``stamped``) nor how it is read changes.

    A table whose recipe was found is also the one that is read by this recipe.
    """
    for place, read, table in _LAST:
        if place == (file, stamped) and reading in (read, replace(read, recipe=table.recipe)):
            return table
    table = _read(file, stamped, reading)
    _LAST.append(((file, stamped), reading, table))
    return table


_LAST: deque[tuple[tuple[Path, tuple[int, int]], Reading, TableData]] = deque(maxlen=1)
"""The last table that was read: file, reading and what came of it."""
forgotten_by(_LAST.clear)
