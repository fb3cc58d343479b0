"""Cells as a table's file has them: text for text, where it is a file of text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.data.readers.file_access import reading
from app.data.readers.table_file import TableData
from app.data.readers.table_format import Reading, reader_of
from app.protocol.data_values import ColumnType

if TYPE_CHECKING:
    import pandas as pd


def written_cells(table: TableData) -> dict[str, tuple[str, ...]]:
    """The cells (rows,) of each column of a table as they were written; an empty one is missing.

    Of a workbook, which knows numbers and dates and not how they look, they are as Python writes them.

    Raises
    ------
    NetloomError
        if the file is gone or was changed since the table was read.
    """
    frame = table.frame
    if table.recipe.dialect.delimiter:
        words = tuple(replace(column, type=ColumnType.TEXT, date_format="") for column in table.recipe.columns)
        known = Reading(table.recipe.options, table.recipe.rules, replace(table.recipe, columns=words))
        with reading(table.file):
            spelled = reader_of(table.file)(table.file, known).frame
        if spelled.shape == frame.shape:
            frame = spelled.set_axis(table.frame.columns, axis=1)
    return {name: cells_of(frame[name]) for name in table.names}


def cells_of(series: pd.Series[Any]) -> tuple[str, ...]:
    """The cells (rows,) of a column as text; a missing one is empty."""
    return tuple(map(_written, series.astype(object).where(series.notna(), "")))


def _written(cell: object) -> str:
    """A cell as people write it: a whole number that stands among missing ones has no point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
