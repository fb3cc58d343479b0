"""A table from a file: CSV and its kin, whose writing is found out or given, Excel workbooks, and Parquet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.data.readers.csv_parsing import (
    COLUMNS,
    HEAD,
    CsvDialect,
    decoded_head,
    found,
    table_of,
    too_wide,
    widest,
    wrong_encoding,
)
from app.data.readers.file_access import stamp
from app.data.readers.workbooks import BOOKS, OLD_BOOKS, PARQUET, book_of, parquet_of
from app.data.sources.file_source import FileSource
from app.system.memory_budget import GIGABYTE, budget, more
from graph.errors import NetloomError
from graph.layers.settings import setting

if TYPE_CHECKING:
    import pandas as pd


class CsvSource(FileSource):
    """A source that reads a table: how a text file is written is found out, unless it is said."""

    delimiter: Literal["auto", "comma", "semicolon", "tab", "bar", "space"] = setting(
        "auto", "The sign between two columns"
    )
    header: Literal["auto", "yes", "no"] = setting("auto", "Whether the first line names the columns")
    encoding: Literal["auto", "utf-8", "utf-16", "cp1252", "latin-1"] = setting("auto", "How letters are stored")
    decimal: Literal["auto", "point", "comma"] = setting("auto", "The sign before the decimals of a number")

    def frame(self, file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The table in ``file``, which must not be changed, and notes about how it was read."""
        _check_size(file)
        suffix = file.suffix.lower()
        if suffix in OLD_BOOKS:
            raise NetloomError(f"{file.name} is a workbook of another kind; save it as .xlsx or CSV.")
        if suffix in BOOKS:
            return book_of(file, stamp(file), self.header), self.change_note(file)
        if suffix in PARQUET:
            return parquet_of(file, stamp(file)), self.change_note(file)
        frame, notes = self._text_table(file)
        return frame, notes + self.change_note(file)

    def _text_table(self, file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
        with file.open("rb") as stream:
            raw = stream.read(HEAD)
        if not raw.strip():
            raise _empty(file)
        if len(raw) == HEAD and b"\n" not in raw and b"\r" not in raw:
            raise NetloomError(f"{file.name} has a first line of more than {HEAD >> 20} MB, as no table has.")
        head, encoding = decoded_head(file, raw, self.encoding)
        _check_head(file, head)
        written = replace(found(head, self.delimiter, self.header, self.decimal), encoding=encoding)
        # Found in the head, as pandas would work on a hundred thousand columns for minutes.
        columns = widest("".join(head.splitlines(keepends=True)[written.skip :]), written.delimiter)
        if columns > COLUMNS:
            raise too_wide(file, columns)
        return self._read(file, written)

    def _read(self, file: Path, written: CsvDialect) -> tuple[pd.DataFrame, tuple[str, ...]]:
        guessed = self.encoding == "auto" and written.encoding == "cp1252"
        note = f"{file.name} is not written in utf-8; it was read as Western European text (cp1252)."
        try:
            frame = table_of(file, stamp(file), replace(written, guessed=guessed))
        except UnicodeError:
            if self.encoding != "auto" or guessed:
                raise wrong_encoding(file, self.encoding) from None
            return self._read(file, replace(written, encoding="cp1252"))
        return frame, (note,) if guessed else ()


def _check_size(file: Path) -> None:
    if file.is_dir():
        raise NetloomError(f"{file.name} is a folder; a file with a table is needed.")
    if file.stat().st_size > budget() // 2:
        raise NetloomError(
            f"{file.name} is larger than {budget() / 2 / GIGABYTE:.1f} GB, half of what data may take in memory; use a "
            f"smaller part of it, or {more()}."
        )


def _check_head(file: Path, head: str) -> None:
    if "\0" in head:
        raise NetloomError(f"{file.name} is not a text file; a table of comma-separated values is needed.")
    if not head.strip():
        raise _empty(file)


def _empty(file: Path) -> NetloomError:
    return NetloomError(f"{file.name} is empty; a table with a line of names and lines of values is needed.")
