"""Table preview: the columns and rows of a user's file as text, for the person who picks among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.data_choice import DataChoice
from app.data.readers.file_access import locate, reading
from app.data.readers.table_file import TableData
from app.data.sources.table_source import TableSource
from app.protocol.data_values import Column, ColumnType, TablePreview, TableRow

if TYPE_CHECKING:
    import pandas as pd

ROWS = 200
"""Rows that are sent at a time."""
COLUMNS = 1000
"""Columns that are listed, at most."""
LETTERS = 200
"""Letters of a cell that are shown."""


def table_of(choice: DataChoice, base: Path | None = None) -> TablePreview:
    """The columns of the table that ``choice`` reads, and its first rows as text.

    Raises
    ------
    NetloomError
        if the file is not there or cannot be read as a table. Settings beyond how it is written do not matter.
    """
    table = _table(choice, base)
    if table is None:
        return TablePreview()
    names = list(table.names[:COLUMNS])
    return TablePreview(
        columns=tuple(_column(table, name) for name in names),
        rows=_texts(table, names, 0),
        count=len(table),
        more=len(table.names) - len(names),
    )


def rows_of(choice: DataChoice, base: Path | None = None, start: int = 0) -> tuple[TableRow, ...]:
    """The `ROWS` rows from number ``start`` (0-based) on of the table that ``choice`` reads; fewer where it ends.

    Raises
    ------
    NetloomError
        as `table_of`.
    """
    table = _table(choice, base)
    if table is None:
        return ()
    return _texts(table, table.names[:COLUMNS], start)


def _table(choice: DataChoice, base: Path | None) -> TableData | None:
    """The table itself; None for data that is no table."""
    source = choice.source
    if not isinstance(source, TableSource):
        return None
    file = locate(source.path, base)
    if file.is_dir():
        return None
    with reading(file):
        return source.table(file)


def _column(table: TableData, name: str) -> Column:
    """What was found in a column, its example as the file writes it."""
    found = table.column(name)
    decimal = _decimal(table, name)
    return found if decimal == "." else replace(found, example=found.example.replace(".", decimal))


def _decimal(table: TableData, name: str) -> str:
    """The sign before the decimals of a column of numbers; a point for any other, whose cells stay as they are."""
    return table.recipe.decimal_of(name) if table.recipe_of(name).type is ColumnType.NUMBER else "."


def _texts(table: TableData, names: Sequence[str], start: int) -> tuple[TableRow, ...]:
    frame = table.frame[list(names)].iloc[start : start + ROWS]
    return tuple(zip(*(_written(frame[name], _decimal(table, name)) for name in names), strict=True))


def _written(series: pd.Series[Any], decimal: str) -> list[str | None]:
    """The cells as one line each, numbers with their ``decimal`` mark, None where a value is missing."""
    present = series.notna()
    lines = (" ".join(str(value)[:LETTERS].splitlines()) for value in series)
    if decimal != ".":
        numbers = (isinstance(value, float) for value in series)
        lines = (line.replace(".", decimal) if number else line for line, number in zip(lines, numbers, strict=True))
    return [line if here else None for line, here in zip(lines, present, strict=True)]
