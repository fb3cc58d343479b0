"""Parquet reader: the whole table in a file of columns, if it is not too large."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, reads
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

UNFOLDED = 2**32
"""Most bytes that a table may take, at 8 a cell."""


@reads(".parquet", ".pq")
def read_parquet(file: Path, reading: Reading) -> RawTable:
    """The table in a Parquet file, which knows itself how it is written.

    Raises
    ------
    NetloomError
        if the file is damaged, empty or too large.
    """
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(file) as parquet:
            sizes = parquet.metadata
            if sizes.num_columns > COLUMNS or sizes.num_rows * sizes.num_columns * 8 > UNFOLDED:
                raise NetloomError(f"{file.name} is too large to be read whole; use a smaller part of it.")
            frame: pd.DataFrame = parquet.read().to_pandas()
    except NetloomError:
        raise
    except Exception as error:
        raise NetloomError(f"{file.name} is damaged or no Parquet file ({type(error).__name__}).") from None
    if not len(frame) or not len(frame.columns):
        raise NetloomError(f"{file.name} holds no rows.")
    frame.columns = type(frame.columns)(column_names(list(frame.columns), header=True))
    return RawTable(frame, Dialect())
