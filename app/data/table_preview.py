"""Table preview: the columns and rows of a user's file as text, for the person who picks among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.data_choice import DataChoice
from app.data.readers.file_access import locate, reading
from app.data.readers.table_file import TableData
from app.data.sources.table_source import TableSource
from app.protocol.data_values import TablePreview, TableRow

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
        columns=tuple(table.column(name) for name in names),
        rows=_texts(table.frame[names].head(ROWS)),
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
    frame = table.frame[list(table.names[:COLUMNS])]
    return _texts(frame.iloc[start : start + ROWS])


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


def _texts(frame: pd.DataFrame) -> tuple[TableRow, ...]:
    return tuple(zip(*(_written(frame[name]) for name in frame.columns), strict=True))


def _written(series: pd.Series[Any]) -> list[str | None]:
    """The cells as one line each, None where a value is missing."""
    present = series.notna()
    lines = (" ".join(str(value)[:LETTERS].splitlines()) for value in series)
    return [line if here else None for line, here in zip(lines, present, strict=True)]
