"""Reading recipe: how a table file is written and what each of its columns holds, found once and then obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import TypeAdapter

from app.protocol.data_values import ColumnType

PANDAS_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""What pandas takes for a missing value; the first rules of reading took it so in every column."""

MISSING_WORDS = (
    *PANDAS_MISSING, "?", "??", "-", "--", "---", ".", "..", "*", "–", "—", "missing", "Missing", "MISSING", "none",
    "NONE", "NAN", "Null", "na", "Na", "n.a.", "N.A.", "#DIV/0!", "#NUM!", "#REF!", "#VALUE!", "#NAME?", "#NULL!",
    "#N/V", "#WERT!",
)  # fmt: skip
"""What stands for no value among numbers and dates; among words only an empty cell does."""

RULES: Literal[2] = 2
"""Version of the rules by which recipes are found: 1 are those of Netloom 0.1, by which its projects go on."""


Below = Literal["units", "types", "roles", "text"]
"""What a line below the names may hold: units, or as Orange writes them, types and roles of columns; or remarks."""


@dataclass(frozen=True)
class TableOptions:
    """What a person says about how a table is written; ``auto`` and None are found from the file.

    ``delimiter`` is a word (``comma``) or any single sign, ``decimal`` a word, ``header`` is ``yes`` or ``no``,
    ``encoding`` Python's name. ``header_rows`` counts the lines of names of a table that has some (0 is found),
    ``skip`` and ``footer`` the lines above and below it. ``sheet`` is that of a workbook, or the file in an archive.
    ``date_order`` is what comes first in dates of three numbers: ``day_first``, ``month_first`` or ``year_first``.
    ``missing_words`` stand for no value in every column, beside what counts as missing anyway.
    """

    delimiter: str = "auto"
    header: str = "auto"
    encoding: str = "auto"
    decimal: str = "auto"
    date_order: str = "auto"
    header_rows: int = 0
    skip: int | None = None
    footer: int | None = None
    sheet: str = ""
    missing_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """How the cells of a table are written down. Workbooks know no more than where the values begin, and the sheet."""

    header: bool = True
    """Whether the first line of the table names the columns."""
    skip: int = 0
    """Lines before the table: remarks, titles, and the line by which Excel is given the delimiter."""
    delimiter: str = ""
    decimal: str = ""
    encoding: str = ""
    lossy: bool = False
    """Whether the encoding is the last resort, in which bytes that mean nothing are replaced."""
    spaced: bool = True
    """Whether cells may begin with blanks, which do not count."""
    missing: tuple[str, ...] = MISSING_WORDS
    """What counts as missing among numbers and dates, beside an empty cell."""
    names: int = 1
    """Lines of names, which are joined, where ``header`` is true."""
    below: tuple[Below, ...] = ()
    """What each line holds that stands between the names and the values."""
    row_names: bool = False
    """Whether the first cell of each line has no name above it, as R writes the names of rows."""
    sheet: str = ""
    """The sheet of a workbook, or the file in an archive; empty where there is one only."""
    why: tuple[str, ...] = ()
    """Sentences on what was found and could be read another way."""


@dataclass(frozen=True)
class ColumnRecipe:
    """What a column holds, and how it becomes numbers.

    ``formatted`` numbers may be written for people (thousands in groups, currency, per cent), with ``decimal`` before
    their decimals where it is not the dialect's. ``date_format`` is how dates are written, see
    `app.data.readers.date_parsing`. ``categories`` are the values of a column of categories as the file spells them, in
    the order of their numbers. ``missing`` are the words that count as missing in this column of words, ``unit`` is
    what stands behind its numbers, or below its name. ``trimmed`` says that blanks around a cell do not count, ``wide``
    that 32 bits are too few for its numbers before they are standardised. ``role`` is what the file says the column is
    for: ``target``, ``ignore``, or nothing. ``merged`` are pairs of a spelling and the category that it stands for.
    ``why`` is a sentence, empty where nothing is doubtful. ``stated`` says that a person decided on the column, so that
    it stays as it is when the others are found again.
    """

    name: str
    type: ColumnType
    formatted: bool = True
    decimal: str = ""
    date_format: str = ""
    categories: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unit: str = ""
    trimmed: bool = True
    wide: bool = False
    role: str = ""
    merged: tuple[tuple[str, str], ...] = ()
    why: str = ""
    stated: bool = False


@dataclass(frozen=True)
class ReadingRecipe:
    """How a table was read: the dialect of its file, and a recipe for each column, in their order.

    ``options`` is what was said when it was found; a recipe holds only as long as nothing else is said. ``rules`` is
    the version of the rules by which it was found, see `RULES`.
    """

    dialect: Dialect
    columns: tuple[ColumnRecipe, ...]
    options: TableOptions = TableOptions()
    rules: int = RULES

    @cached_property
    def by_name(self) -> Mapping[str, ColumnRecipe]:
        """The recipe of each column."""
        return {column.name: column for column in self.columns}

    def decimal_of(self, name: str = "") -> str:
        """The sign before the decimals of the column ``name``, or of the file's numbers."""
        own = self.by_name.get(name)
        return (own.decimal if own is not None else "") or self.dialect.decimal or "."


def to_json(recipe: ReadingRecipe) -> dict[str, Any]:
    """A recipe as plain JSON values, without what is as usual."""
    dumped: dict[str, Any] = _RECIPE.dump_python(recipe, mode="json", exclude_defaults=True)
    return dumped


_RECIPE = TypeAdapter(ReadingRecipe)
