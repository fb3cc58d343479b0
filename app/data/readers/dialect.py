"""Sniffing the dialect of a CSV file from its head: encoding, delimiter, lines above, header and decimal mark."""

from __future__ import annotations

import csv
import io
import itertools
import re
import string
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from app.data.readers.charset import (
    HEAD,
    Encoding,
    decoded,
    find_encoding,
    is_binary,
    not_text,
    python_name,
    read_head,
    wrong_encoding,
)
from app.data.readers.header_rows import BODY, LOOKED, above_note, find_layout
from app.data.readers.number_parsing import decimal_of, is_grouped, is_number
from app.data.readers.recipe import Dialect, TableOptions
from app.data.readers.table_format import COLUMNS, too_wide

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
RARE = ":~!^&*=¦§"
"""Signs that divide cells in few files, so that they must divide every line alike, the names among them."""
DECIMALS = {"point": ".", "comma": ","}
BLANKS = r"\s+"
"""The delimiter of columns that are lined up by any number of blanks, as pandas has it."""
CLOCK = re.compile(r"(?<![\d:.,])\d{1,2}:\d\d(:\d\d)?(?![\d:.,])")
SEPARATOR = re.compile(r"\ufeff?sep=(.)\s*$")
_ASCII_BLANKS = string.whitespace + "\x1c\x1d\x1e\x1f"
_WORDS = re.compile(r'"[^"]*"|\S+')
LINES = 2000
"""So many lines are looked through for the beginning of the table."""
DECIMAL_ROWS = 100
"""So many lines of values tell the sign before decimals."""
FOOTER = 50
"""Most lines below a table that are none of its rows."""


@dataclass(frozen=True)
class _Divided:
    """Lines of a file divided by a sign: ``rows`` of cells without blanks around them, and the number of each's line.

    Blank lines are left out.
    """

    delimiter: str
    rows: list[list[str]]
    lines: list[int]

    @cached_property
    def agreement(self) -> tuple[int, float]:
        """The usual number of cells, and the share of lines that have it, without those above and below the table."""
        widths = [len(row) for row in self.rows]
        runs = [(len(list(run)), width) for width, run in itertools.groupby(widths)]
        usual = max(((length, width) for length, width in runs if width > 1), default=(0, 1))[1]
        table = widths[widths.index(usual) if usual in widths else 0 :]
        remarks = len(list(itertools.takewhile(lambda width: width == 1, reversed(table))))
        if remarks <= min(FOOTER, len(table) / 3) and self.delimiter not in (" ", BLANKS):
            table = table[: len(table) - remarks]
        return usual, table.count(usual) / max(len(table), 1)


def find_dialect(file: Path, options: TableOptions) -> Dialect:
    """How the text file ``file`` is written; what ``options`` say is believed.

    Raises
    ------
    NetloomError
        if it is empty, no text, in another encoding than is said, or has more columns than can be read.
    """
    raw = read_head(file)
    head, encoding = read_text(file, raw, options.encoding)
    lines = list(itertools.islice(io.StringIO(head, newline=""), LINES))
    if len(raw) == HEAD and len(lines) > 1:
        del lines[-1]  # within which the head ends
    above = remarks_above(lines) if options.skip is None else options.skip
    divided = _divide(lines, above, options.delimiter)
    # Found in the head, as pandas would work on a hundred thousand columns for minutes.
    columns = max(map(len, divided.rows[:10]), default=0)
    if columns > COLUMNS:
        raise too_wide(file, columns)
    layout = find_layout(divided.rows, options if options.skip is None else replace(options, skip=0))
    first = layout.skip + layout.names + len(layout.below)
    delimiter = divided.delimiter
    skip = divided.lines[layout.skip] if divided.lines and options.skip is None else above
    return Dialect(
        header=layout.names > 0,
        skip=skip,
        delimiter=delimiter,
        decimal=_decimal(divided.rows[first:], delimiter) if options.decimal == "auto" else DECIMALS[options.decimal],
        encoding=encoding.name,
        lossy=encoding.lossy,
        spaced=delimiter in (" ", BLANKS) or any(blank in f"\n{head}" for blank in (f"{delimiter} ", "\n ")),
        names=max(layout.names, 1),
        below=layout.below,
        row_names=layout.row_names,
        why=encoding.why + ((above_note(skip),) if layout.skip else ()) + layout.why,
    )


def read_text(file: Path, raw: bytes, option: str) -> tuple[str, Encoding]:
    """The beginning ``raw`` of a file as text, and the encoding it is in (``auto``: found).

    Raises
    ------
    NetloomError
        if it is in another encoding than is said, or no text.
    """
    encoding = find_encoding(file, raw) if option == "auto" else Encoding(python_name(option))
    try:
        head = raw.decode(encoding.name, "replace") if encoding.lossy else decoded(raw, encoding.name)
    except UnicodeError:
        raise wrong_encoding(file, option) from None
    if option == "auto" and is_binary(raw, encoding.name):
        raise not_text(file)
    if "\0" in head or not head.strip():
        raise wrong_encoding(file, option) if option != "auto" else not_text(file)
    return head, encoding


def remarks_above(lines: list[str]) -> int:
    """How many lines at the top are no part of the table; a remark that names as many columns as follow is."""
    skip = 1 if lines and SEPARATOR.match(lines[0]) else 0
    while skip < len(lines) - 1 and lines[skip].lstrip().startswith("#"):
        here, below = lines[skip], lines[skip + 1]
        alike = [sign for sign in DELIMITERS.values() if sign != " " and 0 < here.count(sign) == below.count(sign)]
        if any(is_number(cell) for sign in alike for cell in below.rstrip().split(sign)):
            break
        skip += 1
    return skip


def cells_of(lines: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The cells of lines without blanks around them, and the number of the line that each row begins in.

    Blank lines are left out; nothing comes of lines that cannot be divided.
    """
    if delimiter == BLANKS:
        words = [_WORDS.findall(line) for line in lines]
        filled = [place for place, row in enumerate(words) if row]
        return [[cell.strip('"').strip() for cell in words[place]] for place in filled], filled
    reader = csv.reader(lines, delimiter=delimiter)
    rows, numbers, before = [], [], 0
    try:
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                single = reader.line_num == before + 1
                rows.append(row if single and _blankless(lines[before]) else [cell.strip() for cell in row])
                numbers.append(before)
            before = reader.line_num
    except csv.Error:
        return [], []
    return rows, numbers


def _blankless(line: str) -> bool:
    """Whether a line has no blanks anywhere but at its end, as most have in wide tables of numbers."""
    bare = line.rstrip("\r\n")
    return line.isascii() and not any(blank in bare for blank in _ASCII_BLANKS)


def _divide(lines: list[str], above: int, option: str) -> _Divided:
    """The lines from ``above`` on, divided by the sign that is said, announced or found."""
    announced_sign = SEPARATOR.match(lines[0]) if above else None
    if option != "auto":
        sign = DELIMITERS.get(option, option)
        runs = sign == " " and any("  " in line.strip() for line in lines[above:])
        return _divided(lines, above, BLANKS if runs else sign)
    if announced_sign and announced_sign[1] in DELIMITERS.values():
        return _divided(lines, above, announced_sign[1])
    return _likely_division(lines, above)


def _divided(lines: list[str], above: int, sign: str) -> _Divided:
    rows, numbers = cells_of(lines[above:], sign)
    return _Divided(sign, rows, [above + number for number in numbers])


def _likely_division(lines: list[str], above: int) -> _Divided:
    """The sign that divides most lines into the same number of columns; the more columns the better."""
    text = "".join(lines[above:])
    last = next(filter(str.strip, reversed(lines[above:])), "")
    aligned = _is_aligned(text)
    best, score = None, 0.0
    for sign in (*list(DELIMITERS.values())[:-1], BLANKS if aligned else " "):
        if sign != BLANKS and sign not in text:
            continue
        blank = sign in (" ", BLANKS)
        if blank and '"' not in text and len(last.split(None, 1)) < 2:
            continue  # it does not divide every line
        divided = _divided(lines, above, sign)
        usual, agreement = divided.agreement
        alike = usual > 1 and agreement >= (1.0 if blank else 0.9)
        if sign not in {",", " "} and alike and _holds_decimals(divided.rows):
            return divided  # a comma before decimals divides lines alike as well
        # A blank also divides words, so it must divide every line alike to count, and below remarks only numbers.
        first = len(divided.rows[0]) if divided.rows else 0
        whole = first == usual or first == usual - 1 > 1 or _mostly_numbers(divided.rows)
        counts = not blank or (agreement == 1.0 and whole)
        # What leaves nothing above the table is likelier than what does.
        own = agreement * (1 + usual / 100) - (0.05 if first != usual else 0.0)
        if usual > 1 and counts and own > score:
            best, score = divided, own
    rare = _rare_division(lines, above) if best is None or best.delimiter == "," else None
    return rare or best or _divided(lines, above, ",")


def _rare_division(lines: list[str], above: int) -> _Divided | None:
    """The one of the `RARE` signs that divides names and numbers alike, where commas stand in the numbers at most."""
    text = "".join(lines[above:])
    for sign in RARE:
        if sign not in text or (sign == ":" and CLOCK.search(text)):
            continue
        divided = _divided(lines, above, sign)
        named = bool(divided.rows) and not any("," in cell or is_number(cell) for cell in divided.rows[0])
        alike = divided.agreement[0] > 1 and {len(row) for row in divided.rows} == {divided.agreement[0]}
        decimals = "," not in text or _holds_decimals(divided.rows)
        if named and alike and decimals and _has_numbers(divided.rows[1:]):
            return divided
    return None


def _has_numbers(rows: list[list[str]]) -> bool:
    """Whether a column holds mostly numbers, all rows being of one width."""
    return any(sum(map(is_number, column)) > len(column) / 2 for column in zip(*rows[:BODY], strict=True))


def _is_aligned(text: str) -> bool:
    """Whether several blanks stand between words, or some at the beginning of a line."""
    # The expression takes long to find nothing in a long text.
    likely = text.startswith(" ") or any(blanks in text for blanks in ("  ", " \t", "\t ", "\t\t", "\n "))
    return likely and re.search(r"\S([ \t]{2,})\S|^ +\S", text, re.MULTILINE) is not None


def _mostly_numbers(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows[-BODY:] for cell in row]
    return sum(map(is_number, cells)) > len(cells) / 2


def _holds_decimals(rows: list[list[str]]) -> bool:
    """Whether commas inside cells are mostly those of numbers."""
    cells = [cell for row in rows for cell in row if "," in cell.rstrip(",")][:1000]
    return bool(cells) and sum(map(is_number, cells)) > len(cells) / 2


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    every = max(1, max(map(len, rows[:1]), default=1) // LOOKED)
    cells = [cell for row in rows[:DECIMAL_ROWS] for cell in row[::every]]
    # Between quotes, 1,234 is taken for a thousand where the comma also divides cells.
    return decimal_of([cell for cell in cells if delimiter != "," or not is_grouped(cell)])
