"""CSV reader: parses a text file with pandas as its dialect says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.dialect import FALLBACK, find_dialect, wrong_encoding
from app.data.readers.recipe import Dialect, TableOptions
from app.data.readers.table_format import COLUMNS, RawTable, column_names, reads, too_wide
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd


@reads("")
def read_csv(file: Path, options: TableOptions) -> RawTable:
    """The table in a text file.

    Raises
    ------
    NetloomError
        if it is no table, too wide, or not in the encoding that ``options`` name.
    """
    dialect = find_dialect(file, options)
    try:
        frame = _parsed(file, dialect)
    except UnicodeError:  # further down than the head, from which the dialect was found
        if options.encoding != "auto" or dialect.lossy:
            raise wrong_encoding(file, options.encoding) from None
        dialect = replace(dialect, encoding=FALLBACK, lossy=True)
        frame = _parsed(file, dialect)
    note = f"{file.name} is not written in utf-8; it was read as Western European text ({FALLBACK})."
    return RawTable(frame, dialect, (note,) if dialect.lossy else ())


def _parsed(file: Path, dialect: Dialect) -> pd.DataFrame:
    import pandas as pd

    try:
        with _strict():
            frame = _read(file, dialect)
            # Looking for blanks before every cell takes time; where the head has none there is seldom one further down.
            if not dialect.spaced and _blank_first(frame):
                frame = _read(file, replace(dialect, spaced=True))
    except pd.errors.ParserWarning:
        raise NetloomError(f"{file.name} cannot be read as a table: its lines have more columns than names.") from None
    except UnicodeError:
        raise
    except (ValueError, OverflowError) as error:  # ParserError is a ValueError
        raise NetloomError(f"{file.name} cannot be read as a table: {_reason(error)}.") from None
    if len(frame.columns) > COLUMNS:
        raise too_wide(file, len(frame.columns))
    if len(frame) == 0:
        raise NetloomError(f"{file.name} has a line of names but no lines of values.")
    frame.columns = pd.Index(column_names(list(frame.columns), dialect.header))
    return frame


@contextmanager
def _strict() -> Iterator[None]:
    """Left alone, pandas would drop the cells that have no name and only warn."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        yield


def _read(file: Path, dialect: Dialect) -> pd.DataFrame:
    """The table as pandas reads it: by several threads where the whole file need not be known for a column's type."""
    import pandas as pd

    def read(in_chunks: bool) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(
            file,
            sep=dialect.delimiter,
            decimal=dialect.decimal,
            header=0 if dialect.header else None,
            skiprows=dialect.skip,
            skipinitialspace=dialect.spaced,
            encoding=dialect.encoding,
            encoding_errors="replace" if dialect.lossy else "strict",
            na_values=list(dialect.missing),
            keep_default_na=False,
            compression=None,
            index_col=False,
            on_bad_lines="error",
            low_memory=in_chunks,
        )
        return frame

    try:
        frame = read(in_chunks=True)
    except pd.errors.DtypeWarning:
        return read(in_chunks=False)
    return read(in_chunks=False) if any(str(kind) == "object" for kind in frame.dtypes) else frame


def _blank_first(frame: pd.DataFrame) -> bool:
    """Whether a cell of text begins with a blank."""
    texts = [series for _, series in frame.items() if series.dtype == "str"]
    return any(bool(series.str.startswith(" ", na=False).any()) for series in texts)


def _reason(error: Exception) -> str:
    """What pandas says, as part of a sentence."""
    message = str(error).strip().splitlines()[0] if str(error).strip() else "its lines do not agree"
    message = message.removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")
    counts = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if counts:
        return f"line {counts[2]} has {counts[3]} columns where {counts[1]} are expected"
    return message[:1].lower() + message[1:]
