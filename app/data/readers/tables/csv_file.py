"""CSV reader: parses a text file with pandas as its dialect says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.date_parsing import COUNTS, DIGITS
from app.data.readers.dialect import FALLBACK, find_dialect, read_head, wrong_encoding
from app.data.readers.number_parsing import is_zero_padded
from app.data.readers.recipe import PANDAS_MISSING, ColumnRecipe, Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, reads, too_wide
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

HEAD_ROWS = 20_000
"""So many rows are looked through for numbers that are padded with zeros."""
WORDS = (ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.DATE)
"""Types of columns whose cells stay text."""
_ZERO_PADDED = re.compile(rb"(?<![\d.,:/-])0\d")


@reads("")
def read_csv(file: Path, reading: Reading) -> RawTable:
    """The table in a text file.

    Raises
    ------
    NetloomError
        if it is no table, too wide, or not in the encoding that is said.
    """
    known = reading.recipe
    # A recipe that was found in a workbook says nothing of delimiters.
    dialect = known.dialect if known and known.dialect.delimiter else _found_dialect(file, reading)
    try:
        frame = _parsed(file, dialect, reading)
    except UnicodeError:  # further down than the head, from which the dialect was found
        if known or reading.options.encoding != "auto" or dialect.lossy:
            raise wrong_encoding(file, reading.options.encoding) from None
        dialect = replace(dialect, encoding=FALLBACK, lossy=True)
        frame = _parsed(file, dialect, reading)
    note = f"{file.name} is not written in utf-8; it was read as Western European text ({FALLBACK})."
    return RawTable(frame, dialect, (note,) if dialect.lossy else ())


def _found_dialect(file: Path, reading: Reading) -> Dialect:
    dialect = find_dialect(file, reading.options)
    return replace(dialect, missing=PANDAS_MISSING) if reading.rules == 1 else dialect


def _parsed(file: Path, dialect: Dialect, reading: Reading) -> pd.DataFrame:
    import pandas as pd

    try:
        with _strict():
            frame = _read(file, dialect, reading)
            # Looking for blanks before every cell takes time; where the head has none there is seldom one further down.
            if not dialect.spaced and _blank_first(frame):
                dialect = replace(dialect, spaced=True)
                frame = _read(file, dialect, reading)
            names = column_names(list(frame.columns), dialect.header)
            frame = _respelled(file, dialect, reading, frame, names)
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
    frame.columns = pd.Index(names)
    return frame


@contextmanager
def _strict() -> Iterator[None]:
    """Left alone, pandas would drop the cells that have no name and only warn."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        yield


def _read(
    file: Path, dialect: Dialect, reading: Reading, columns: Sequence[int] | None = None, rows: int | None = None
) -> pd.DataFrame:
    """The table as pandas reads it, text as it is spelled; or the texts of some ``columns`` and the first ``rows``.

    Several threads read it where the whole file need not be known for a column's type.
    """
    import pandas as pd

    some: dict[str, Any] = {} if columns is None else {"usecols": columns, "dtype": "str", "nrows": rows}

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
            na_values=list(dialect.missing) if reading.rules == 1 and columns is None else [""],
            keep_default_na=False,
            compression=None,
            index_col=False,
            on_bad_lines="error",
            low_memory=in_chunks,
            **some,
        )
        return frame

    try:
        frame = read(in_chunks=True)
    except pd.errors.DtypeWarning:
        return read(in_chunks=False)
    return read(in_chunks=False) if any(str(kind) == "object" for kind in frame.dtypes) else frame


def _respelled(file: Path, dialect: Dialect, reading: Reading, frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """``frame`` with those columns as the file spells them that pandas took for truths or numbers and that are words.

    They are those that a recipe says to be words, and without one those of truths and of numbers padded with zeros.
    """
    known = reading.recipe.by_name if reading.recipe else {}
    values = [place for place, kind in enumerate(frame.dtypes) if kind.kind in "biuf"]
    words = [place for place in values if names[place] in known and _are_words(known[names[place]], dialect)]
    unknown = [place for place in values if names[place] not in known]
    if reading.rules != 1:
        words += [place for place in unknown if frame.dtypes.iloc[place].kind == "b"]
        words += _zero_padded(file, dialect, reading, [p for p in unknown if frame.dtypes.iloc[p].kind in "iu"])
    if not words:
        return frame
    words.sort()
    texts = _read(file, dialect, reading, words)
    columns = [frame.iloc[:, place] for place in range(len(names))]
    for place, (_, text) in zip(words, texts.items(), strict=True):
        columns[place] = text
    return type(frame)(dict(enumerate(columns)))


def _are_words(column: ColumnRecipe, dialect: Dialect) -> bool:
    """Whether the cells of a column stay text: those of words, not of dates that are written as numbers.

    Numbers stay text where another sign than elsewhere in the file stands before their decimals.
    """
    if column.type is ColumnType.NUMBER:
        return column.decimal not in ("", dialect.decimal)
    return column.type in WORDS and column.date_format not in (*COUNTS, *DIGITS)


def _zero_padded(file: Path, dialect: Dialect, reading: Reading, places: list[int]) -> list[int]:
    """Those of the columns at ``places`` whose numbers are written with zeros in front in the head of the file."""
    if not places or not _ZERO_PADDED.search(read_head(file)):
        return []
    texts = _read(file, dialect, reading, places, rows=HEAD_ROWS)
    return [place for place, (_, text) in zip(places, texts.items(), strict=True) if is_zero_padded(text)]


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
