"""Reading a CSV file whose delimiter, header, encoding and decimal mark are found, or given."""

from __future__ import annotations

import csv
import io
import itertools
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.data.sources.files import BUDGET, FileSource
from graph.errors import NetloomError
from graph.layers.settings import setting

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
DECIMALS = {"point": ".", "comma": ","}
MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
COLUMNS = 20_000
"""Most columns that a table may have."""
_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
_WITH_COMMA = re.compile(r"\s*[-+]?\d*,\d+\s*")
_WITH_POINT = re.compile(r"\s*[-+]?\d*\.\d+\s*")


class CsvSource(FileSource):
    """A source that reads a CSV file: how the file is written is found out, unless it is said."""

    delimiter: Literal["auto", "comma", "semicolon", "tab", "bar", "space"] = setting(
        "auto", "The sign between two columns"
    )
    header: Literal["auto", "yes", "no"] = setting("auto", "Whether the first line names the columns")
    encoding: Literal["auto", "utf-8", "utf-16", "cp1252", "latin-1"] = setting("auto", "How letters are stored")
    decimal: Literal["auto", "point", "comma"] = setting("auto", "The sign before the decimals of a number")

    def frame(self, file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The table in ``file``, and notes about how it was read."""
        raw = _content(file)
        text, notes = _decoded(file, raw, self.encoding)
        written = found(text, self.delimiter, self.header, self.decimal)
        return _parsed(file, text, written), notes + self.change_note(file)


@dataclass(frozen=True)
class Written:
    """How a CSV file is written."""

    delimiter: str
    header: bool
    decimal: str


def found(text: str, delimiter: str = "auto", header: str = "auto", decimal: str = "auto") -> Written:
    """How ``text`` is written; each of the three is found out where it is ``auto``."""
    head = _head(text)
    sign = _delimiter(head) if delimiter == "auto" else DELIMITERS[delimiter]
    rows = _rows(head, sign)
    mark = _decimal(rows, sign) if decimal == "auto" else DECIMALS[decimal]
    return Written(sign, _has_header(rows) if header == "auto" else header == "yes", mark)


def _content(file: Path) -> bytes:
    if file.is_dir():
        raise NetloomError(f"{file.name} is a folder; a file with a table is needed.")
    if file.stat().st_size > BUDGET // 2:
        raise NetloomError(f"{file.name} is larger than {BUDGET >> 31} GB; use a smaller part of it.")
    raw = file.read_bytes()
    if not raw.strip():
        raise NetloomError(f"{file.name} is empty; a table with a line of names and lines of values is needed.")
    return raw


def _decoded(file: Path, raw: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    if encoding == "auto":
        return _guessed(file, raw)
    try:
        return _checked(file, raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)), ()
    except UnicodeError:
        raise NetloomError(f"{file.name} is not written in {encoding}; choose another encoding.") from None


def _guessed(file: Path, raw: bytes) -> tuple[str, tuple[str, ...]]:
    marked = next((name for mark, name in MARKS if raw.startswith(mark)), "utf-8")
    try:
        return _checked(file, raw.decode(marked)), ()
    except UnicodeError:
        note = f"{file.name} is not written in {marked}; it was read as Western European text (cp1252)."
        return _checked(file, raw.decode("cp1252", errors="replace")), (note,)


def _checked(file: Path, text: str) -> str:
    if "\0" in text:
        raise NetloomError(f"{file.name} is not a text file; a table of comma-separated values is needed.")
    if not text.strip():
        raise NetloomError(f"{file.name} is empty; a table with a line of names and lines of values is needed.")
    return text


def _head(text: str, lines: int = 100) -> str:
    return "".join(itertools.islice(io.StringIO(text[: 1 << 20], newline=""), lines))


def _rows(head: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _delimiter(head: str) -> str:
    """The sign that divides most lines into the same number of columns; the more columns the better."""
    best, score = ",", 0.0
    for sign in DELIMITERS.values():
        widths = [len(row) for row in _rows(head, sign)]
        usual = max(set(widths), key=widths.count, default=1)
        agreement = widths.count(usual) / max(len(widths), 1)
        # A blank also divides words, so it must divide every line alike to count.
        if usual > 1 and (sign != " " or agreement == 1.0) and agreement * (1 + usual / 100) > score:
            best, score = sign, agreement * (1 + usual / 100)
    return best


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(_WITH_COMMA.fullmatch(cell)) for cell in cells)
    return "," if commas > sum(bool(_WITH_POINT.fullmatch(cell)) for cell in cells) else "."


def _has_header(rows: list[list[str]]) -> bool:
    """Names are not numbers; a first line with a number in it is a line of values."""
    return bool(rows) and not any(_NUMBER.fullmatch(cell) for cell in rows[0])


def _parsed(file: Path, text: str, written: Written) -> pd.DataFrame:
    import pandas as pd

    options: dict[str, Any] = {
        "sep": written.delimiter,
        "decimal": written.decimal,
        "header": 0 if written.header else None,
        "low_memory": False,
        "skipinitialspace": True,
        "index_col": False,
        "on_bad_lines": "error",
    }
    try:
        with warnings.catch_warnings():
            # Left alone, pandas would drop the cells that have no name and only warn.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(io.StringIO(text), **options)
    except pd.errors.ParserWarning:
        raise NetloomError(f"{file.name} cannot be read as a table: its lines have more columns than names.") from None
    except (ValueError, OverflowError) as error:  # ParserError is a ValueError
        raise NetloomError(f"{file.name} cannot be read as a table: {_reason(error)}.") from None
    _check_size(file, frame)
    frame.columns = pd.Index(_names(list(frame.columns), written.header))
    return frame


def _names(given: Sequence[object], header: bool) -> list[str]:
    """A name for every column: blank ones are numbered."""
    names = [str(name).strip() if header else "" for name in given]
    numbered = [
        f"column {place}" if not name or name.startswith("Unnamed:") else name for place, name in enumerate(names, 1)
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
        raise NetloomError(f"{file.name} has {len(frame.columns)} columns; at most {COLUMNS} can be read.")
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
