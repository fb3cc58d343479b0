"""Registry of table file formats: a reader names the endings of files that it reads, and is found by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.recipe import RULES, Dialect, ReadingRecipe, TableOptions
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

    Text stands as the file spells it, and only empty cells are missing.
    """

    frame: pd.DataFrame
    dialect: Dialect
    notes: tuple[str, ...] = ()


TableReader = Callable[[Path, Reading], RawTable]
_READERS: dict[str, TableReader] = {}


def reads(*endings: str) -> Callable[[TableReader], TableReader]:
    """Register a reader for files with these endings (``.xlsx``); the one for ``""`` reads all others."""

    def register(reader: TableReader) -> TableReader:
        _READERS.update(dict.fromkeys(endings, reader))
        return reader

    return register


def reader_of(file: Path) -> TableReader:
    """The reader for ``file``, by the ending of its name."""
    return _READERS.get(file.suffix.lower(), _READERS[""])


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


def too_wide(file: Path, columns: int) -> NetloomError:
    """The error for a table of more than `COLUMNS` columns."""
    return NetloomError(f"{file.name} has {columns} columns; at most {COLUMNS} can be read.")


def no_rows(file: Path) -> NetloomError:
    """The error for an empty file."""
    return NetloomError(f"{file.name} is empty; a table with a line of names and lines of values is needed.")
