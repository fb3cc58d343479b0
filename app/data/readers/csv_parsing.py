"""From the bytes of a CSV file to a table: how it is written is found in its head, and it is parsed once."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.number_parsing import decimal_of, is_figure, is_grouped, with_figures
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
DECIMALS = {"point": ".", "comma": ","}
_TOLD = re.compile(r"\ufeff?sep=(.)\s*$")
COLUMNS = 20_000
"""Most columns that a table may have."""
HEAD = 1 << 20
"""Bytes from which it is found out how a file is written."""
KEPT = 1 << 28
"""Tables up to this size stay in memory until the next one is read, so that looking and loading parse once."""


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV file is written.

    ``encoding`` is Python's name of it; ``guessed`` says that it was the last resort; ``spaced`` that cells may begin
    with blanks, which do not count.
    """

    delimiter: str
    header: bool
    decimal: str
    encoding: str = "utf-8"
    guessed: bool = False
    spaced: bool = True
    skip: int = 0
    """Lines before the table: remarks, and the one by which Excel is told the delimiter."""


def found(text: str, delimiter: str = "auto", header: str = "auto", decimal: str = "auto") -> CsvDialect:
    """How ``text``, the head of a file, is written; each of the three is found out where it is ``auto``."""
    lines = list(itertools.islice(io.StringIO(text[:HEAD], newline=""), 100))
    skip = _remarks(lines)
    told = _TOLD.match(lines[0]) if skip else None
    head = "".join(lines[skip:])
    if delimiter != "auto":
        sign = DELIMITERS[delimiter]
    else:
        sign = told[1] if told and told[1] in DELIMITERS.values() else _delimiter(head)
    rows = _rows(head, sign)
    mark = _decimal(rows, sign) if decimal == "auto" else DECIMALS[decimal]
    named = _has_header(rows) if header == "auto" else header == "yes"
    spaced = sign == " " or any(blank in f"\n{text}" for blank in (f"{sign} ", "\n "))
    return CsvDialect(sign, named, mark, spaced=spaced, skip=skip)


def _remarks(lines: list[str]) -> int:
    """How many lines at the top are no part of the table; a remark that names as many columns as follow is."""
    skip = 1 if lines and _TOLD.match(lines[0]) else 0
    while skip < len(lines) - 1 and lines[skip].lstrip().startswith("#"):
        here, below = lines[skip], lines[skip + 1]
        alike = [sign for sign in DELIMITERS.values() if sign != " " and 0 < here.count(sign) == below.count(sign)]
        if any(is_figure(cell) for sign in alike for cell in below.rstrip().split(sign)):
            break
        skip += 1
    return skip


def widest(text: str, delimiter: str) -> int:
    """Cells in the longest of the first lines of ``text``."""
    head = "".join(itertools.islice(io.StringIO(text[:HEAD], newline=""), 10))
    return max(map(len, _rows(head, delimiter)), default=0)


def _rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _delimiter(head: str) -> str:
    """The sign that divides most lines into the same number of columns; the more columns the better."""
    best, score = ",", 0.0
    for sign in DELIMITERS.values():
        rows = _rows(head, sign)
        usual, agreement = _agreement(rows)
        if sign not in {" ", ","} and usual > 1 and agreement >= 0.9 and _holds_decimals(rows):
            return sign  # a comma before decimals divides lines alike as well
        # A blank also divides words, so it must divide every line alike to count.
        if usual > 1 and (sign != " " or agreement == 1.0) and agreement * (1 + usual / 100) > score:
            best, score = sign, agreement * (1 + usual / 100)
    return best


def _agreement(rows: list[list[str]]) -> tuple[int, float]:
    """The usual number of cells, and the share of lines that have it."""
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=widths.count, default=1)
    return usual, widths.count(usual) / max(len(widths), 1)


def _holds_decimals(rows: list[list[str]]) -> bool:
    """Whether commas inside cells are mostly those of numbers."""
    cells = [cell for row in rows for cell in row if "," in cell]
    return bool(cells) and sum(map(is_figure, cells)) > len(cells) / 2


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    cells = [cell for row in rows for cell in row]
    # Between quotes, 1,234 is taken for a thousand where the comma also divides cells.
    return decimal_of([cell for cell in cells if delimiter != "," or not is_grouped(cell)])


def _has_header(rows: list[list[str]]) -> bool:
    """Names are not numbers; a first line with a number in it is a line of values."""
    return bool(rows) and not any(is_figure(cell) for cell in rows[0])


def decoded_head(file: Path, raw: bytes, encoding: str) -> tuple[str, str]:
    """The beginning ``raw`` of a file as text, and the encoding it is in (``auto``: found out).

    Raises
    ------
    NetloomError
        if it is not in that encoding.
    """
    wanted = {"auto": _marked(raw), "utf-8": "utf-8-sig"}.get(encoding, encoding)
    try:
        return _incremental(raw, wanted), wanted
    except UnicodeError:
        if encoding != "auto":
            raise wrong_encoding(file, encoding) from None
        return raw.decode("cp1252", errors="replace"), "cp1252"


def too_wide(file: Path, columns: int) -> NetloomError:
    """What is said of a table with more than `COLUMNS` columns."""
    return NetloomError(f"{file.name} has {columns} columns; at most {COLUMNS} can be read.")


def wrong_encoding(file: Path, encoding: str) -> NetloomError:
    """What is said of a file that does not hold what its encoding promises."""
    return NetloomError(f"{file.name} is not written in {encoding}; choose another encoding.")


def _marked(raw: bytes) -> str:
    """The encoding that the first bytes announce, or that every other one shows by being 0; UTF-8 else."""
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    even, odd = raw[:512:2], raw[1:512:2]
    for encoding, letters, zeros in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if len(zeros) > 3 and zeros.count(0) > 0.7 * len(zeros) and 0 not in letters:
            return encoding
    return "utf-8-sig"


def _incremental(raw: bytes, encoding: str) -> str:
    """Decode a beginning, which may end within a letter where the file goes on."""
    return codecs.getincrementaldecoder(encoding)().decode(raw, final=len(raw) < HEAD)


@lru_cache(maxsize=1)
def _remembered(file: Path, stamped: tuple[int, int], written: CsvDialect) -> pd.DataFrame:
    return _parsed(file, written)


def table_of(file: Path, stamped: tuple[int, int], written: CsvDialect) -> pd.DataFrame:
    """The table in ``file``; ``stamped`` tells whether the file is still the one that was parsed last.

    The last small table is remembered: it must not be changed by whoever gets it.

    Raises
    ------
    NetloomError
        if it is no table, or too wide.
    UnicodeError
        if it is not written in the encoding.
    """
    return _remembered(file, stamped, written) if stamped[0] <= KEPT else _parsed(file, written)


def _parsed(file: Path, written: CsvDialect) -> pd.DataFrame:
    import pandas as pd

    try:
        with _strict():
            frame = _read(file, written)
            # Looking for blanks before every cell takes time; where the head has none there is seldom one further down.
            if not written.spaced and _blank_first(frame):
                frame = _read(file, replace(written, spaced=True))
    except pd.errors.ParserWarning:
        raise NetloomError(f"{file.name} cannot be read as a table: its lines have more columns than names.") from None
    except UnicodeError:
        raise
    except (ValueError, OverflowError) as error:  # ParserError is a ValueError
        raise NetloomError(f"{file.name} cannot be read as a table: {_reason(error)}.") from None
    _check_size(file, frame)
    frame = with_figures(frame, written.decimal)
    frame.columns = pd.Index(names(list(frame.columns), written.header))
    return frame


@contextmanager
def _strict() -> Iterator[None]:
    """Left alone, pandas would drop the cells that have no name and only warn."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        yield


def _read(file: Path, written: CsvDialect) -> pd.DataFrame:
    """The table as pandas reads it: by several threads where the whole file need not be known for a column's type."""
    import pandas as pd

    def read(by_parts: bool) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(
            file,
            sep=written.delimiter,
            decimal=written.decimal,
            header=0 if written.header else None,
            skiprows=written.skip,
            skipinitialspace=written.spaced,
            encoding=written.encoding,
            encoding_errors="replace" if written.guessed else "strict",
            compression=None,
            index_col=False,
            on_bad_lines="error",
            low_memory=by_parts,
        )
        return frame

    try:
        frame = read(by_parts=True)
    except pd.errors.DtypeWarning:
        return read(by_parts=False)
    return read(by_parts=False) if any(str(kind) == "object" for kind in frame.dtypes) else frame


def _blank_first(frame: pd.DataFrame) -> bool:
    """Whether a cell of text begins with a blank."""
    texts = [series for _, series in frame.items() if series.dtype == "str"]
    return any(bool(series.str.startswith(" ", na=False).any()) for series in texts)


def names(given: Sequence[object], header: bool) -> list[str]:
    """A name for every column: blank ones are numbered."""
    plain = [str(name).strip() if header else "" for name in given]
    if plain and plain[0].startswith("#"):  # as a remark above the columns begins
        plain[0] = plain[0].lstrip("#").strip()
    numbered = [
        f"column {place}" if not name or name.startswith("Unnamed:") else name for place, name in enumerate(plain, 1)
    ]
    taken: set[str] = set()
    for place, name in enumerate(numbered):
        free = name
        while free in taken:
            free = f"{free} ({place + 1})"
        numbered[place] = free
        taken.add(free)
    return numbered


def _check_size(file: Path, frame: pd.DataFrame) -> None:
    if len(frame.columns) > COLUMNS:
        raise too_wide(file, len(frame.columns))
    if len(frame) == 0:
        raise NetloomError(f"{file.name} has a line of names but no lines of values.")


def _reason(error: Exception) -> str:
    """What pandas says, as part of a sentence."""
    said = str(error).strip().splitlines()[0] if str(error).strip() else "its lines do not agree"
    said = said.removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")
    counts = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said)
    if counts:
        return f"line {counts[2]} has {counts[3]} columns where {counts[1]} are expected"
    return said[:1].lower() + said[1:]
