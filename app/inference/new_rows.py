"""Rows of a new table made into what a network was trained on: the same features by name, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.readers.column_values import MISSING, OTHER, numbers
from app.data.readers.date_parsing import calendar_features
from app.data.readers.table_file import TableData, read_table
from app.data.readers.time_column import in_order
from app.data.sources.series import Series, carried
from app.data.sources.source import Source
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

FLAG = " is missing"
"""How the name of a feature ends that says whether another is missing."""


def new_table(file: Path, source: Source) -> TableData:
    """The table in ``file``, written as the table was that the network was trained on."""
    return read_table(file, source.how_read()) if isinstance(source, TableSource) else read_table(file)


def features_of(table: TableData, field: FieldInfo, source: Source) -> Array:
    """Rows of a new table as float32 (rows, features), NaN where a number is missing.

    Columns of numbers are found by their names where they have the right ones, else all are taken in their order. A
    series is sorted by its times, its gaps repeat the last value known, and steps before the longest lag are left out.

    Raises
    ------
    NetloomError
        if a column is missing, or holds something else than the network reads.
    """
    if isinstance(source, Series):
        table = _sorted(table, source)
    finder = _Finder(table, source, field.names)
    named = [finder.feature(name) for name in field.names]
    if named and all(column is not None for column in named):
        values = np.stack([column for column in named if column is not None], axis=1)
        return _whole(values, source) if isinstance(source, Series) else values
    plain = [table[name] for name in table.names if table.type_of(name) is ColumnType.NUMBER]
    missing = [name for name, column in zip(field.names, named, strict=True) if column is None]
    if len(plain) != len(table.names) or (missing and len(plain) != len(field.names)):
        lacked = finder.column_of(missing[0]) if missing else ""
        wanted = f"has no column “{lacked}”, which the network reads" if missing else "holds more than numbers"
        raise NetloomError(f"{table.file.name} {wanted}; its columns are {', '.join(table.names[:12])}.")
    return np.stack([numbers(series)[0] for series in plain], axis=1)


def category_tokens(table: TableData, vocabulary: Sequence[str]) -> Array:
    """Columns of categories as int64 (rows, columns): places in ``vocabulary``, whose entries are ``column = value``.

    Raises
    ------
    NetloomError
        if a column is missing.
    """
    places = {entry: place for place, entry in enumerate(vocabulary)}
    columns = list(dict.fromkeys(entry.partition(" = ")[0] for entry in vocabulary[2:]))
    missing = next((name for name in columns if name not in table), None)
    if missing is not None:
        raise NetloomError(
            f"{table.file.name} has no column “{missing}”, which the network reads; its columns are "
            f"{', '.join(table.names[:12])}."
        )
    return np.stack([_places(table, name, places) for name in columns], axis=1)


def _places(table: TableData, name: str, places: dict[str, int]) -> Array:
    """What training never saw is token 1, unknown."""
    return np.array([places.get(f"{name} = {text}", 1) for text in _texts(table, name)], dtype=np.int64)


def _texts(table: TableData, name: str) -> pd.Series[str]:
    return table[name].astype(str).where(table[name].notna(), MISSING)


def _sorted(table: TableData, source: Series) -> TableData:
    return table.rows(in_order(table.times(source.order))) if source.order in table else table


def _whole(values: Array, source: Series) -> Array:
    """Steps of a series without gaps."""
    return carried(values[min(max(source.lags, default=0), len(values)) :])[0]


class _Finder:
    """Finds features in a table by the names they had in training."""

    def __init__(self, table: TableData, source: Source, names: Sequence[str]) -> None:
        self._table = table
        self._source = source
        self._names = names
        self._calendars: dict[str, dict[str, Array]] = {}

    def feature(self, name: str) -> Array | None:
        """The feature ``name``, float32 (rows,); None where the table does not have what it is made of."""
        if name in self._table:
            return numbers(self._table[name])[0]
        values = self._category(name) if " = " in name else self._dated(name)
        if values is None and isinstance(self._source, Series):
            values = self._lagged(name, self._source)
        if values is None and name.endswith(FLAG):
            held = self.feature(name.removesuffix(FLAG))
            values = None if held is None else np.isnan(held).astype(np.float32)
        return values

    def column_of(self, name: str) -> str:
        """The column of the training file that the feature ``name`` was made of."""
        if " = " in name:
            return name.partition(" = ")[0]
        name = name.removesuffix(FLAG)
        if not isinstance(self._source, Series):
            return name.rpartition(": ")[0] or name
        target, _, lag = name.rpartition(" -")
        if lag in map(str, self._source.lags):
            return target
        calendar = name == "years since 2000" or name.endswith((" sine", " cosine"))
        return self._source.order if calendar and self._source.calendar else name

    def _category(self, name: str) -> Array | None:
        """Whether a column has one category, or one that training never saw."""
        column, _, category = name.partition(" = ")
        if column not in self._table:
            return None
        text = _texts(self._table, column)
        if category == OTHER:
            known = [other.partition(" = ")[2] for other in self._names if other.startswith(f"{column} = ")]
            return np.asarray((~text.isin(known)).to_numpy(np.float32))
        return np.asarray((text == category).to_numpy(np.float32))

    def _dated(self, name: str) -> Array | None:
        """What the calendar says of a column: ``signed up: year sine``, or of a series' own times ``year sine``."""
        if isinstance(self._source, Series):
            return self._calendar(self._source.order).get(name)
        column, colon, what = name.rpartition(": ")
        return self._calendar(column).get(what) if colon else None

    def _calendar(self, column: str) -> dict[str, Array]:
        if column not in self._calendars:
            self._calendars[column] = self._read_calendar(column)
        return self._calendars[column]

    def _read_calendar(self, column: str) -> dict[str, Array]:
        if column not in self._table or self._table.type_of(column) is not ColumnType.DATE:
            return {}
        values, names = calendar_features(self._table.times(column), day=True)
        return dict(zip(names, values.T.astype(np.float32), strict=True))

    def _lagged(self, name: str, source: Series) -> Array | None:
        """The target of a series some steps earlier: ``load -24``."""
        target, _, lag = name.rpartition(" -")
        if target not in self._table or lag not in map(str, source.lags):
            return None
        own = numbers(self._table[target])[0]
        steps = min(int(lag), len(own))
        return np.concatenate([np.full(steps, np.nan, np.float32), own[: len(own) - steps]])
