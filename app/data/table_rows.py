"""A table of the user's as it stands in its file: its columns and rows, for the person who picks among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.data_choice import DataChoice
from app.data.readers.columns import look
from app.data.readers.file_access import locate, reading
from app.data.readers.table_file import CsvSource

if TYPE_CHECKING:
    import pandas as pd

ROWS = 200
"""Rows that are sent at a time."""
COLUMNS = 1000
"""Columns that are listed, at most."""
LETTERS = 200
"""Letters of a cell that are shown."""


def table_of(choice: DataChoice, base: Path | None = None) -> dict[str, Any]:
    """The columns of the table that ``choice`` reads, and its first rows as text.

    Returns
    -------
    dict
        ``columns`` (as `Column.to_json`), ``rows`` (a list of texts for each of the first rows, None where a value is
        missing), ``count`` (rows in all) and ``more`` (columns that are not listed). Data that is no table has none.

    Raises
    ------
    NetloomError
        if the file is not there or cannot be read as a table. Settings beyond how it is written do not matter.
    """
    frame = _frame_of(choice, base)
    if frame is None:
        return {"columns": [], "rows": [], "count": 0, "more": 0}
    names = list(frame.columns[:COLUMNS])
    return {
        "columns": [look(frame[name]).to_json() for name in names],
        "rows": _texts(frame[names].head(ROWS)),
        "count": len(frame),
        "more": len(frame.columns) - len(names),
    }


def rows_of(choice: DataChoice, base: Path | None = None, start: int = 0, count: int = ROWS) -> dict[str, Any]:
    """Some rows of the table that ``choice`` reads, from number ``start`` (0-based) on, `ROWS` at most.

    Returns
    -------
    dict
        ``start`` and ``rows`` as `table_of` gives them; fewer than ``count`` where the table ends.

    Raises
    ------
    NetloomError
        as `table_of`.
    """
    frame = _frame_of(choice, base)
    first = max(start, 0)
    if frame is None:
        return {"start": first, "rows": []}
    part = frame[list(frame.columns[:COLUMNS])].iloc[first : first + min(count, ROWS)]
    return {"start": first, "rows": _texts(part)}


def _frame_of(choice: DataChoice, base: Path | None) -> pd.DataFrame | None:
    """The table itself, which must not be changed; None for data that is no table."""
    source = choice.source
    if not isinstance(source, CsvSource):
        return None
    file = locate(source.path, base)
    if file.is_dir():
        return None
    with reading(file):
        return source.frame(file)[0]


def _texts(frame: pd.DataFrame) -> list[list[str | None]]:
    columns = [_written(frame[name]) for name in frame.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _written(series: pd.Series[Any]) -> list[str | None]:
    """The cells as one line each, None where a value is missing."""
    present = series.notna()
    lines = (" ".join(str(value)[:LETTERS].splitlines()) for value in series)
    return [line if here else None for line, here in zip(lines, present, strict=True)]
