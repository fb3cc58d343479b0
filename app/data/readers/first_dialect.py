"""Sniffing the dialect of a CSV file by the rules of Netloom 0.1, by which projects of that version go on."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

from app.data.readers.charset import FALLBACK, announced, decoded, read_head, wrong_encoding
from app.data.readers.dialect import DECIMALS, DELIMITERS, SEPARATOR, remarks_above
from app.data.readers.number_parsing import decimal_of, is_grouped, is_number
from app.data.readers.recipe import PANDAS_MISSING, Dialect, TableOptions
from app.data.readers.table_format import COLUMNS, no_rows, too_wide
from graph.errors import NetloomError


def find_first_dialect(file: Path, options: TableOptions) -> Dialect:
    """How the text file ``file`` is written, as Netloom 0.1 found it; what ``options`` say is believed.

    Raises
    ------
    NetloomError
        if it is empty, no text, in another encoding than is said, or has more columns than can be read.
    """
    head, encoding = _decoded(file, read_head(file), options.encoding)
    if "\0" in head:
        raise NetloomError(f"{file.name} is not a text file; a table of comma-separated values is needed.")
    if not head.strip():
        raise no_rows(file)
    lines = list(itertools.islice(io.StringIO(head, newline=""), 100))
    skip = remarks_above(lines)
    delimiter = _delimiter(lines, skip, options.delimiter)
    rows = _rows("".join(lines[skip:]), delimiter)
    # Found in the head, as pandas would work on a hundred thousand columns for minutes.
    columns = max(map(len, rows[:10]), default=0)
    if columns > COLUMNS:
        raise too_wide(file, columns)
    return Dialect(
        header=_has_header(rows) if options.header == "auto" else options.header == "yes",
        skip=skip,
        delimiter=delimiter,
        decimal=_decimal(rows, delimiter) if options.decimal == "auto" else DECIMALS[options.decimal],
        encoding=encoding,
        lossy=options.encoding == "auto" and encoding == FALLBACK,
        missing=PANDAS_MISSING,
        spaced=delimiter == " " or any(blank in f"\n{head}" for blank in (f"{delimiter} ", "\n ")),
    )


def _decoded(file: Path, raw: bytes, encoding: str) -> tuple[str, str]:
    """The beginning ``raw`` of a file as text, and the encoding it is in (``auto``: found)."""
    wanted = {"auto": announced(raw), "utf-8": "utf-8-sig"}.get(encoding, encoding)
    try:
        return decoded(raw, wanted), wanted
    except UnicodeError:
        if encoding != "auto":
            raise wrong_encoding(file, encoding) from None
        return raw.decode(FALLBACK, errors="replace"), FALLBACK


def _delimiter(lines: list[str], skip: int, option: str) -> str:
    if option != "auto":
        return DELIMITERS[option]
    announced = SEPARATOR.match(lines[0]) if skip else None
    if announced and announced[1] in DELIMITERS.values():
        return announced[1]
    return _likely_delimiter("".join(lines[skip:]))


def _rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _likely_delimiter(head: str) -> str:
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
    return bool(cells) and sum(map(is_number, cells)) > len(cells) / 2


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    cells = [cell for row in rows for cell in row]
    # Between quotes, 1,234 is taken for a thousand where the comma also divides cells.
    return decimal_of([cell for cell in cells if delimiter != "," or not is_grouped(cell)])


def _has_header(rows: list[list[str]]) -> bool:
    """Names are not numbers; a first line with a number in it is a line of values."""
    return bool(rows) and not any(is_number(cell) for cell in rows[0])
