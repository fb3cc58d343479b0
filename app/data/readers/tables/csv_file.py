"""CSV reader: parses a text file with pandas as its dialect says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.readers.charset import FALLBACK, read_head, wrong_encoding
from app.data.readers.csv_body import Body, find_body
from app.data.readers.date_parsing import COUNTS, DIGITS
from app.data.readers.dialect import find_dialect
from app.data.readers.first_dialect import find_first_dialect
from app.data.readers.number_columns import WIDE
from app.data.readers.number_parsing import is_zero_padded
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.data.readers.table_format import (
    COLUMNS,
    RawTable,
    Reading,
    UnreadableTableError,
    column_names,
    reads,
    too_wide,
    with_delimiter,
)
from app.data.readers.wrong_delimiter import cut_sentence
from app.protocol.data_values import ColumnType

if TYPE_CHECKING:
    import pandas as pd

HEAD_ROWS = 20_000
"""So many rows are looked through for numbers that are padded with zeros."""
LAYOUT = ("delimiter", "skip", "footer")
"""Settings that help where lines do not have the same number of columns."""
WORDS = (ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.DATE)
"""Types of columns whose cells stay text."""
_ZERO_PADDED = re.compile(rb"(?<![\d.,:/-])0\d")


@reads("")
def read_csv(file: Path, reading: Reading) -> RawTable:
    """The table in a text file.

    Raises
    ------
    NetloomError
        if it is no table, too wide, not in the encoding that is said, or written in another way than its recipe says.
    """
    known = reading.recipe
    # A recipe that was found in a workbook says nothing of delimiters.
    found = known.dialect if known and known.dialect.delimiter else None
    if reading.rules == 1:
        dialect = found or find_first_dialect(file, reading.options)
        body = Body(dialect)
    else:
        dialect = found or find_dialect(file, reading.options)
        body = find_body(file, dialect, known if found else None, reading.options)
    try:
        frame = _parsed(file, body, reading)
    except UnicodeError:  # further down than the head, from which the dialect was found
        if known or reading.options.encoding != "auto" or dialect.lossy:
            raise wrong_encoding(file, dialect.encoding) from None
        body = body.in_encoding(FALLBACK)
        frame = _parsed(file, body, reading)
    why = body.dialect.why
    if body.dialect.lossy and not why:
        why = (f"{file.name} is not written in utf-8; it was read as Western European text ({FALLBACK}).",)
    if body.heading is None:
        return RawTable(frame, body.dialect, why)
    return RawTable(
        frame,
        body.dialect,
        why + body.below + body.differing,
        body.heading.units,
        body.heading.types,
        body.heading.roles,
        below=body.left_out,
        differing=body.below + body.differing,
    )


def _parsed(file: Path, body: Body, reading: Reading) -> pd.DataFrame:
    import pandas as pd

    unreadable = f"{file.name} cannot be read as a table{with_delimiter(reading.options)}"
    try:
        with _strict():
            frame = _read(file, body, reading)
            # Looking for blanks before every cell takes time; where the head has none there is seldom one further down.
            if not body.dialect.spaced and _blank_first(frame):
                body = body.in_dialect(spaced=True)
                frame = _read(file, body, reading)
            header = body.dialect.header
            names = body.heading.names if body.heading else column_names(list(frame.columns), header)
            frame = _respelled(file, body, reading, frame, names)
    except pd.errors.ParserWarning:
        raise UnreadableTableError(
            f"{unreadable}: its lines have more columns than names.{_cut(body, reading)}",
            *LAYOUT,
        ) from None
    except UnicodeError:
        raise
    except (ValueError, OverflowError) as error:  # ParserError is a ValueError
        reason = f"{unreadable}: {_reason(error, 0 if body.by_path(file) else body.first)}.{_cut(body, reading)}"
        raise UnreadableTableError(reason, *LAYOUT) from None
    if len(frame.columns) > COLUMNS:
        raise too_wide(file, len(frame.columns))
    if len(frame) == 0:
        raise UnreadableTableError(f"{file.name} has a line of names but no lines of values.", "header")
    if len(frame.columns) >= WIDE:
        frame = frame.copy()  # as one block of cells rather than a block for each column
    frame.columns = pd.Index(names)
    return body.without_blank(frame)


def _cut(body: Body, reading: Reading) -> str:
    """What follows on a refusal of lines of unequal length: the sign that they were cut at, where it was found."""
    found = reading.rules != 1 and reading.options.delimiter == "auto"
    return f" {cut_sentence(body.dialect)}" if found else ""


@contextmanager
def _strict() -> Iterator[None]:
    """Left alone, pandas would drop the cells that have no name and only warn."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        yield


def _read(
    file: Path, body: Body, reading: Reading, columns: Sequence[int] | None = None, rows: int | None = None
) -> pd.DataFrame:
    """The table as pandas reads it, text as it is spelled; or the texts of some ``columns`` and the first ``rows``."""
    import pandas as pd

    dialect, first = body.dialect, int(body.dialect.row_names)
    some: dict[str, Any] = {}
    if columns is not None:
        some = {"usecols": [column + first for column in columns], "dtype": "str", "nrows": rows}

    def read(in_chunks: bool) -> pd.DataFrame:
        with body.opened(file) as (stream, where):
            frame: pd.DataFrame = pd.read_csv(
                stream,
                sep=dialect.delimiter,
                decimal=dialect.decimal,
                skipinitialspace=dialect.spaced,
                encoding=dialect.encoding,
                encoding_errors="replace" if dialect.lossy else "strict",
                na_values=list(dialect.missing) if reading.rules == 1 and columns is None else [""],
                keep_default_na=False,
                compression=None,
                index_col=False,
                on_bad_lines="error",
                low_memory=in_chunks,
                **where,
                **some,
            )
        return frame.iloc[:, 1:] if first and columns is None else frame

    try:
        # Pieces take less memory, but joining those of thousands of columns takes time.
        frame = read(in_chunks=not body.heading or len(body.heading.names) < WIDE)
    except pd.errors.DtypeWarning:
        return read(in_chunks=False)
    return read(in_chunks=False) if any(kind.type is np.object_ for kind in frame.dtypes) else frame


def _respelled(file: Path, body: Body, reading: Reading, frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """``frame`` with those columns as the file spells them that pandas took for truths or numbers and that are words.

    They are those that a recipe says to be words, and without one those of truths and of numbers padded with zeros.
    """
    known = reading.recipe.by_name if reading.recipe else {}
    kinds = [kind.kind for kind in frame.dtypes]
    values = [place for place, kind in enumerate(kinds) if kind in "biuf"]
    words = [place for place in values if names[place] in known and _are_words(known[names[place]], body.dialect)]
    unknown = [place for place in values if names[place] not in known]
    if reading.rules != 1:
        words += [place for place in unknown if kinds[place] == "b"]
        words += _zero_padded(file, body, reading, [place for place in unknown if kinds[place] in "iu"])
    if not words:
        return frame
    words.sort()
    texts = _read(file, body, reading, words)
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


def _zero_padded(file: Path, body: Body, reading: Reading, places: list[int]) -> list[int]:
    """Those of the columns at ``places`` whose numbers are written with zeros in front in the head of the file."""
    if not places or not _ZERO_PADDED.search(read_head(file)):
        return []
    texts = _read(file, body, reading, places, rows=HEAD_ROWS)
    return [place for place, (_, text) in zip(places, texts.items(), strict=True) if is_zero_padded(text)]


def _blank_first(frame: pd.DataFrame) -> bool:
    """Whether a cell of text begins with a blank."""
    texts = [place for place, kind in enumerate(frame.dtypes) if kind == "str"]
    return any(bool(frame.iloc[:, place].str.startswith(" ", na=False).any()) for place in texts)


def _reason(error: Exception, above: int) -> str:
    """What pandas says, as part of a sentence; it has not seen the lines ``above``."""
    message = str(error).strip().splitlines()[0] if str(error).strip() else "its lines do not agree"
    message = message.removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")
    counts = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if counts:
        return f"line {int(counts[2]) + above} has {counts[3]} columns where {counts[1]} are expected"
    return message[:1].lower() + message[1:]
