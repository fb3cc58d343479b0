"""The values of a CSV file: where they begin and end, the names above them, and what a new file must have in common."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from app.data.readers.charset import HEAD, announced, decoded, find_encoding, is_binary, is_whole, not_text, read_head
from app.data.readers.dialect import BLANKS, DECIMALS, DELIMITERS, LINES, cells_of, find_dialect
from app.data.readers.footer import footer_of
from app.data.readers.heading import Heading, fitting_start, heading_of, no_names
from app.data.readers.number_parsing import is_number
from app.data.readers.recipe import Dialect, ReadingRecipe, TableOptions
from app.data.readers.table_format import UnreadableTableError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Body:
    """The values of a text file: behind ``first`` lines, and before the byte ``end`` where lines below are none.

    Notes say what is ``below`` them (``left_out`` lines), and in what a new file is ``differing`` from the one whose
    recipe it is read by.
    Where there is no ``heading``, the dialect says where pandas finds the names, by the rules of Netloom 0.1.
    """

    dialect: Dialect
    first: int = 0
    heading: Heading | None = None
    end: int | None = None
    below: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    left_out: int = 0

    def in_dialect(self, **changes: Any) -> Body:
        """The same with another dialect."""
        return replace(self, dialect=replace(self.dialect, **changes))

    def in_encoding(self, encoding: str) -> Body:
        """The same in another encoding, the last resort, in which bytes that mean nothing are replaced."""
        return self.in_dialect(encoding=encoding, lossy=True)

    @contextmanager
    def opened(self, file: Path) -> Iterator[tuple[Path | IO[str], dict[str, Any]]]:
        """What pandas reads the values from, and the options that say where they are in it."""
        dialect = self.dialect
        if self.heading is None:
            yield file, {"header": 0 if dialect.header else None, "skiprows": dialect.skip}
            return
        columns = {"header": None, "names": range(len(self.heading.names) + dialect.row_names)}
        if self.by_path(file):
            yield file, columns | {"skiprows": self.first}  # pandas reads a file twice as fast as a stream
            return
        with file.open("rb") as whole:
            part = whole if self.end is None else io.BufferedReader(_Upto(whole, self.end))
            errors = "replace" if dialect.lossy else "strict"
            with io.TextIOWrapper(part, dialect.encoding, errors, newline="") as text:
                for _ in range(self.first):
                    text.readline()
                yield text, columns

    def by_path(self, file: Path) -> bool:
        """Whether pandas reads the file itself, and so counts its lines from the first."""
        return self.end is None and _whole_lines(file, self.first, self.dialect)

    def without_blank(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` without columns that have neither name nor value: what a delimiter at the end of lines leaves."""
        blank = [name for name in (self.heading.nameless if self.heading else ()) if frame[name].isna().all()]
        return frame.drop(columns=blank) if blank else frame


def _whole_lines(file: Path, count: int, dialect: Dialect) -> bool:
    """Whether no cell of the first ``count`` lines goes on in the next, so that pandas counts them as we do."""
    errors = "replace" if dialect.lossy else "strict"
    with file.open(encoding=dialect.encoding, errors=errors, newline="") as text:
        return all(text.readline().count('"') % 2 == 0 for _ in range(count))


class _Upto(io.RawIOBase):
    """The bytes of a file before one place."""

    def __init__(self, whole: IO[bytes], end: int) -> None:
        super().__init__()
        self._whole, self._left = whole, end

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; returns how many bytes came."""
        block = self._whole.read(min(len(buffer), self._left))
        self._left -= len(block)
        buffer[: len(block)] = block
        return len(block)


def find_body(file: Path, dialect: Dialect, known: ReadingRecipe | None, options: TableOptions) -> Body:
    """Where the values of ``file`` are that is written in ``dialect``, and the names of its columns.

    A new file may have other lines above its names than that whose recipe is ``known``, its columns in another order,
    and another delimiter and encoding where there is no doubt about them; a note says so.

    Raises
    ------
    NetloomError
        if the file is written otherwise than ``dialect`` says; the sentence says what differs.
    """
    raw, differing = read_head(file), tuple[str, ...]()
    if known is not None and is_binary(raw, announced(raw)) and is_binary(raw, dialect.encoding):
        raise not_text(file)
    if known is not None and known.options.encoding == "auto":
        dialect, differing = _in_own_encoding(file, raw, dialect)
    rows, numbers, count = _rows_of(raw, dialect)
    start = next((place for place, number in enumerate(numbers) if number >= dialect.skip), len(rows))
    if known is not None:
        fitting = fitting_start(file, rows, start, known)
        found = find_dialect(file, known.options) if fitting is None else dialect
        if found.delimiter != dialect.delimiter:
            differing = (*differing, _other(file, "delimiter", _sign(found.delimiter), _sign(dialect.delimiter)))
            if _fits_decimal(_rows_of(raw, found)[0], dialect.decimal):
                found = replace(found, decimal=dialect.decimal)
            elif found.decimal != dialect.decimal:
                marks = (_MARKS.get(mark, mark) for mark in (found.decimal, dialect.decimal))
                differing = (*differing, _other(file, "decimal mark", *marks))
            return replace(find_body(file, found, None, options), differing=differing)
        if fitting is None and dialect.header and not found.header:
            raise no_names(file, rows, start, known)
        start = start if fitting is None else fitting
    heading = heading_of(rows, replace(dialect, skip=start))
    first = numbers[heading.below] if heading.below < len(rows) else count
    end, left_out, below = footer_of(file, dialect, rows[heading.below :], options)
    return Body(dialect, first, heading, end, below, differing, left_out)


def first_row(file: Path, dialect: Dialect) -> list[str]:
    """The cells of the first row of values as ``file`` spells them.

    Raises
    ------
    LookupError
        if it has none.
    """
    rows, numbers, _ = _rows_of(read_head(file), dialect)
    start = next(place for place, number in enumerate(numbers) if number >= dialect.skip)
    below = start + (dialect.names if dialect.header else 0) + len(dialect.below)
    return rows[below][int(dialect.row_names) :]


def _rows_of(raw: bytes, dialect: Dialect) -> tuple[list[list[str]], list[int], int]:
    """The first rows of a file, the number of the line that each begins in, and how many lines there are of them."""
    text = raw.decode(dialect.encoding, "replace") if dialect.lossy else decoded(raw, dialect.encoding)
    lines = list(itertools.islice(io.StringIO(text, newline=""), LINES))
    if len(raw) == HEAD and len(lines) > 1:
        del lines[-1]  # within which the head ends
    return *cells_of(lines, dialect.delimiter), len(lines)


def _in_own_encoding(file: Path, raw: bytes, dialect: Dialect) -> tuple[Dialect, tuple[str, ...]]:
    """The dialect with the encoding of a new file that begins with ``raw``, and a note if it is another.

    Raises
    ------
    NetloomError
        if it is another, and which one is not sure.
    """
    own = announced(raw)
    wide = ("utf-16", "utf-32")  # in which plain letters are other bytes
    plain = raw.isascii() and not own.startswith(wide) and not dialect.encoding.startswith(wide)
    if plain or dialect.lossy:
        return dialect, ()
    if own != dialect.encoding and is_whole(raw, own):
        return replace(dialect, encoding=own), (_other(file, "encoding", _plain(own), _plain(dialect.encoding)),)
    if not is_whole(raw, dialect.encoding):
        own = find_encoding(file, raw).name
        reason = _other(file, "encoding", _plain(own), _plain(dialect.encoding))
        raise UnreadableTableError(f"{reason} Save it as that one is.", "encoding")
    return dialect, ()


def _fits_decimal(rows: list[list[str]], decimal: str) -> bool:
    """Whether all cells that are numbers are some with this sign before their decimals."""
    numbers = (cell for row in rows for cell in row if is_number(cell))
    return decimal in DECIMALS.values() and all(is_number(cell, decimal) for cell in numbers)


_MARKS = {sign: word for word, sign in DECIMALS.items()}


def _plain(encoding: str) -> str:
    return encoding.removesuffix("-sig")


def _other(file: Path, what: str, found: str, expected: str) -> str:
    return f"{file.name} differs from the table that the project was made for: its {what} is {found}, not {expected}."


def _sign(delimiter: str) -> str:
    words = {sign: word for word, sign in DELIMITERS.items()} | {BLANKS: "blanks"}
    return words.get(delimiter, f"“{delimiter}”")
