"""Structure of long tables: which column tells sequences apart, which counts their steps, which labels them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.column_values import group_numbers
from app.data.readers.likely_roles import counts_time, is_called_target, looks_like_classes
from app.data.readers.table_file import TableData
from app.protocol.data_values import Column, ColumnType

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 20_000
"""So many rows tell whether columns may have such roles; only those that may are looked at whole."""
FEWEST = 4
"""Fewer different values do not tell sequences apart."""


@dataclass(frozen=True)
class SequenceRoles:
    """Columns of a long table: that which tells sequences apart, that which counts their steps, and their label."""

    sequence: str
    order: str
    label: str


def sequence_roles(table: TableData, target: str = "") -> SequenceRoles | None:
    """The roles of the columns of a table of labelled sequences, by its structure; None where it holds none.

    The rows of a sequence share one label, and a column counts within it. ``target`` is the label, where it is said.
    """
    long = len(table) > LOOKED_AT
    for rows in [table.rows(np.arange(LOOKED_AT)), table] if long else [table]:
        roles = next(_roles(rows, target), None)
        if roles is None:
            return None
    return roles


def _roles(table: TableData, target: str) -> Iterator[SequenceRoles]:
    columns = table.columns
    whole = {str(name) for name, kind in table.frame.dtypes.items() if kind.kind in "iu"}
    steps = [column.name for column in columns if _may_count(column, column.name in whole)]
    for column in columns:
        if column.name == target or not _may_tell_apart(column, column.name in whole, len(table)):
            continue
        place = group_numbers(table[column.name])
        order = next((name for name in steps if name != column.name and _counts_within(table, name, place)), "")
        label = _label(table, target, place, {column.name, order}) if order else ""
        channels = [name for name in table.names if name not in (column.name, order, label)]
        if label and any(table.type_of(name) is ColumnType.NUMBER for name in channels):
            yield SequenceRoles(column.name, order, label)


def _may_tell_apart(column: Column, whole: bool, rows: int) -> bool:
    kind = column.type in (ColumnType.CATEGORY, ColumnType.TEXT) or (column.type is ColumnType.NUMBER and whole)
    return kind and not column.missing and FEWEST <= column.unique <= rows / 2


def _may_count(column: Column, whole: bool) -> bool:
    """Whether a column may say which step of a sequence a row is: a time, or whole numbers."""
    if column.missing or column.unique < 2:
        return False
    return column.type is ColumnType.DATE or counts_time(column) or whole


def _counts_within(table: TableData, name: str, place: Array) -> bool:
    """Whether a column rises within each sequence; one that is not called a time must count 0, 1, 2 or 1, 2, 3."""
    order = np.argsort(place, kind="stable")
    series = table.times(name).iloc[order]
    same = np.diff(place[order]) == 0
    rises: Array = (
        series.diff().iloc[1:] > series.iloc[0] * 0 if series.dtype.kind != "M" else _later(series)
    ).to_numpy()
    if not same.any() or not rises[same].all():
        return False
    if table.type_of(name) is ColumnType.DATE or counts_time(table.column(name)):
        return True
    values = series.to_numpy(np.float64)
    starts = values[np.r_[True, ~same]]
    return bool(np.isin(starts, (0, 1)).all() and (np.diff(values)[same] == 1).all())


def _later(times: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return times.diff().iloc[1:] > pd.Timedelta(0)


def _label(table: TableData, target: str, place: Array, taken: set[str]) -> str:
    """The column that is the same in all rows of a sequence and tells kinds of them apart."""
    sequences = int(place.max()) + 1
    names = [target] if target else [name for name in table.names if name not in taken]
    fitting = [name for name in names if _labels(table, name, sequences) and is_shared_within(table[name], place)]
    if target or not fitting:
        return fitting[0] if fitting else ""
    called = [name for name in fitting if is_called_target(name)]
    # Places and shops are told apart by attributes as well, but have a calendar in common.
    calendar = any(table.type_of(name) is ColumnType.DATE for name in taken)
    return called[0] if called else fitting[-1] if not calendar and fitting[-1] == table.names[-1] else ""


def _labels(table: TableData, name: str, sequences: int) -> bool:
    column = table.column(name)
    if column.type is ColumnType.CATEGORY:
        return 2 <= column.unique <= max(2, sequences / 2)
    number = column.type is ColumnType.NUMBER and column.unique > 1
    return number and (is_called_target(name) or (looks_like_classes(column, table[name]) and column.unique <= 20))


def is_shared_within(series: pd.Series[Any], place: Array) -> bool:
    """Whether all rows of the same ``place`` int64 (N,) hold the same value."""
    values = group_numbers(series)
    first = np.full(int(place.max()) + 1, -1, np.int64)
    first[place[::-1]] = values[::-1]
    return bool((values == first[place]).all())
