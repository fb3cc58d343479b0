"""Registry of table file formats: a reader names the endings of files that it reads, and is found by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.recipe import RULES, Dialect, ReadingRecipe, TableOptions
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 20_000
"""Most columns that a table may have."""


@dataclass(frozen=True)
class Reading:
    """How a table shall be read: what is said about it, by which rules the rest is found, or the recipe it follows."""

    options: TableOptions = field(default_factory=TableOptions)
    rules: int = RULES
    recipe: ReadingRecipe | None = None


AS_FOUND = Reading()
"""Everything about the table is found."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as its file holds it, before columns of text become numbers; ``notes`` are sentences for people.

    Text stands as the file spells it, and only empty cells are missing. ``units``, ``types`` and ``roles`` are what the
    file says of its columns, by their names; ``categories`` are those that it lists for a column, in order. ``below``
    counts the lines below the table that were left out. ``differing`` are those of the notes that hold for this file,
    and not for all that are read by the same recipe.
    """

    frame: pd.DataFrame
    dialect: Dialect
    notes: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    below: int = 0
    differing: tuple[str, ...] = ()


def parquet_parts(folder: Path) -> list[Path]:
    """The files of a table that lies in a folder in parts, in the order of their names; none where it does not."""
    if not folder.is_dir():
        return []
    found = sorted(part for part in folder.rglob("*.parquet") if part.is_file())
    return [part for part in found if not any(name.startswith(("_", ".")) for name in part.relative_to(folder).parts)]


TableReader = Callable[[Path, Reading], RawTable]
_READERS: dict[str, TableReader] = {}
_REFUSED: set[str] = set()
TEXTS = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")
"""Endings of tables of text. They have no reader of their own, for such files are often something else."""


def reads(*endings: str) -> Callable[[TableReader], TableReader]:
    """Register a reader for files with these endings (``.xlsx``); the one for ``""`` reads all others."""

    def register(reader: TableReader) -> TableReader:
        _READERS.update(dict.fromkeys(endings, reader))
        return reader

    return register


def refuses(*endings: str) -> Callable[[TableReader], TableReader]:
    """Register a reader that only says what to do with files of these endings."""
    _REFUSED.update(endings)
    return reads(*endings)


def table_endings() -> tuple[str, ...]:
    """How the names of files end that are read as tables, those of text first."""
    return (*TEXTS, *(ending for ending in _READERS if ending and ending not in _REFUSED))


def reader_of(file: Path) -> TableReader:
    """The reader for ``file``, by the ending of its name, or where none is known by it, by the first bytes.

    Raises
    ------
    OSError
        if the file cannot be read.
    """
    known = _READERS[".parquet"] if file.is_dir() else _READERS.get(file.suffix.lower())
    return known or _READERS[_by_content(file)]


def _by_content(file: Path) -> str:
    """The ending of a format that a file of text, by its name, turns out to be; empty for text."""
    with file.open("rb") as stream:
        begins = stream.read(4096)
    signs = (
        (b"\x1f\x8b", ".gz"),
        (b"BZh", ".bz2"),
        (b"\xfd7zXZ\0", ".xz"),
        (b"PAR1", ".parquet"),
        (b"SQLite format 3", ".db"),
    )
    known = next((ending for sign, ending in signs if begins.startswith(sign)), "")
    if begins.startswith(b"PK\x03\x04"):
        known = ".xlsx" if b"[Content_Types].xml" in begins or b"xl/" in begins else ".zip"
    text = begins.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b'{"', b"[{", b'{ "', b"[ {", b"[\n")) and b":" in text:
        known = ".jsonl"
    if text.startswith((b"@relation", b"%")) and b"@attribute" in text:
        known = ".arff"
    return known if known in _READERS else ""


def column_names(given: list[object], header: bool) -> list[str]:
    """A different name for every column; blank ones are numbered."""
    plain = [str(name).strip() if header else "" for name in given]
    if plain and plain[0].startswith("#"):  # as a remark above the columns begins
        plain[0] = plain[0].lstrip("#").strip()
    taken: dict[str, None] = {}
    for number, name in enumerate(plain, 1):
        free = f"column {number}" if not name or name.startswith("Unnamed:") else name
        while free in taken:
            free = f"{free} ({number})"
        taken[free] = None
    return list(taken)


def without_words(frame: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame:
    """``frame`` with cells that hold one of ``words`` empty; a word that is a number stands for equal numbers too."""
    if not words:
        return frame
    import pandas as pd

    values = pd.to_numeric(pd.Series(words), errors="coerce").dropna().tolist()
    return pd.concat([_without(series, words, values) for _, series in frame.items()], axis=1)


def _without(series: pd.Series[Any], words: Sequence[str], numbers: Sequence[float]) -> pd.Series[Any]:
    if series.dtype.kind in "iuf":
        odd = series.isin(numbers)
    elif str(series.dtype) == "str":
        odd = series.str.strip().isin(words)
    else:
        odd = series.isin([*words, *numbers])
    return series.mask(odd) if odd.any() else series


class UnreadableTableError(NetloomError):
    """A table that cannot be read as it is; ``settings`` are those of a source that may help when they are said."""

    def __init__(self, reason: str, *settings: str) -> None:
        super().__init__(reason)
        self.settings = settings


def with_delimiter(options: TableOptions) -> str:
    """The delimiter that a person said, as a part of a refusal that it may be the reason of; empty for none."""
    return "" if options.delimiter == "auto" else f" with the delimiter {options.delimiter}"


def too_wide(file: Path, columns: int) -> NetloomError:
    """The error for a table of more than `COLUMNS` columns."""
    return NetloomError(f"{file.name} has {columns} columns; at most {COLUMNS} can be read.")


def no_rows(file: Path) -> NetloomError:
    """The error for an empty file."""
    return NetloomError(f"{file.name} is empty; a table with a line of names and lines of values is needed.")
