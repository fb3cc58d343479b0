"""Parquet reader: the whole table in a file of columns, if it is not too large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, parquet_parts, reads
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

UNFOLDED = 2**32
"""Most bytes that a table may take, at 8 a cell."""


@reads(".parquet", ".pq")
def read_parquet(file: Path, reading: Reading) -> RawTable:
    """The table in a Parquet file, or in a folder of such files, which know themselves how they are written.

    Raises
    ------
    NetloomError
        if the file is damaged, empty or too large.
    """
    import pyarrow.dataset

    with _refusing(file, "Parquet"):
        source: Any = file if file.is_file() else [str(part) for part in parquet_parts(file)]
        table = pyarrow.dataset.dataset(source, format="parquet")
        return _raw(file, table, int(table.count_rows()))


@reads(".feather", ".arrow", ".ipc")
def read_feather(file: Path, reading: Reading) -> RawTable:
    """The table in a Feather file.

    Raises
    ------
    NetloomError
        if the file is damaged, empty or too large.
    """
    import pyarrow.dataset

    with _refusing(file, "Feather"):
        table = pyarrow.dataset.dataset(file, format="feather")
        return _raw(file, table, int(table.count_rows()))


@contextmanager
def _refusing(file: Path, format: str) -> Iterator[None]:
    """Turn what goes wrong within a file into a sentence."""
    try:
        yield
    except (NetloomError, OSError) as error:
        if isinstance(error, NetloomError) or error.errno:
            raise
        raise NetloomError(f"{file.name} is damaged or no {format} file ({type(error).__name__}).") from None
    except Exception as error:
        raise NetloomError(f"{file.name} is damaged or no {format} file ({type(error).__name__}).") from None


def _raw(file: Path, table: Any, rows: int) -> RawTable:
    """The columns of values; those of lists, records and bytes are left out with a note."""
    import pyarrow

    schema = table.schema
    if len(schema.names) > COLUMNS or rows * len(schema.names) * 8 > UNFOLDED:
        raise NetloomError(f"{file.name} is too large to be read whole; use a smaller part of it.")
    nested = [
        field.name
        for field in schema
        if pyarrow.types.is_nested(field.type)
        or pyarrow.types.is_binary(field.type)
        or pyarrow.types.is_large_binary(field.type)
    ]
    frame: pd.DataFrame = table.to_table(columns=[name for name in schema.names if name not in nested]).to_pandas()
    if not len(frame) or not len(frame.columns):
        raise NetloomError(f"{file.name} holds no rows.")
    frame.columns = type(frame.columns)(column_names(list(frame.columns), header=True))
    notes = tuple(f"Column “{name}” holds lists, records or bytes and is left out." for name in nested)
    return RawTable(frame, Dialect(), notes)
