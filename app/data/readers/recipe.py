"""Reading recipe: how a table file is written and what each of its columns holds, found once and then obeyed."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.data_values import ColumnType

MISSING_WORDS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""What stands in cells without a value, beside nothing at all."""


@dataclass(frozen=True)
class TableOptions:
    """What a person says about how a table is written; ``auto`` is found from the file.

    ``delimiter`` and ``decimal`` are words (``comma``), ``header`` is ``yes`` or ``no``, ``encoding`` Python's name.
    """

    delimiter: str = "auto"
    header: str = "auto"
    encoding: str = "auto"
    decimal: str = "auto"


@dataclass(frozen=True)
class Dialect:
    """How the cells of a table are written down. Workbooks and Parquet files know only ``header`` and ``skip``."""

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


@dataclass(frozen=True)
class ColumnRecipe:
    """What a column holds, and how it becomes numbers.

    ``formatted`` numbers are written for people (thousands in groups, currency, per cent). ``date_format`` is one of
    `app.data.readers.date_parsing.FORMATS`, for dates in text. ``categories`` are the values of a column of
    categories, sorted.
    """

    name: str
    type: ColumnType
    formatted: bool = False
    date_format: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadingRecipe:
    """How a table was read: the dialect of its file, and a recipe for each column, in their order."""

    dialect: Dialect
    columns: tuple[ColumnRecipe, ...]
