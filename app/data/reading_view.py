"""Reading view: how each column of a table may be read, and the first lines of its file, for a person to look at."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.readers.column_cells import present
from app.data.readers.file_access import locate, reading
from app.data.readers.found_columns import variants_of
from app.data.readers.possible_readings import column_question, date_readings
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.data.readers.stated_columns import raw_table
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnReading, ColumnType, TableReading
from graph.errors import NetloomError

COLUMNS = 1000
"""Columns that are looked at, at most."""
LINES = 40
"""First lines of a file that are shown."""
LETTERS = 400
"""Letters of a line that are shown."""
HEAD = 1 << 16
"""Bytes that hold these lines."""


def describe_reading(choice: DataChoice, base: Path | None = None) -> TableReading:
    """How the columns of the table may be read that ``choice`` reads; nothing for data that is no table.

    Raises
    ------
    NetloomError
        if the file is not there or cannot be read.
    """
    source = choice.source.resolved(base)
    recipe = source.reading if isinstance(source, TableSource) else None
    if recipe is None or not isinstance(source, TableSource):
        return TableReading()
    file = locate(source.path, base)
    with reading(file):
        raw = raw_table(file, source.how_read())
        lines = head_lines(file, recipe.dialect.encoding or "auto")
    there = [column for column in recipe.columns[:COLUMNS] if column.name in raw.frame]  # if the file has changed
    columns = tuple(_column(raw.frame[column.name], column, raw.dialect) for column in there)
    return TableReading(columns, lines, raw.below)


def head_lines(file: Path, encoding: str = "auto") -> tuple[str, ...]:
    """The first lines of a file as text, in an encoding (``auto``: UTF-8 where that fits); none where it is no text."""
    with reading(file):
        if file.is_dir():
            return ()
        with file.open("rb") as stream:
            raw = stream.read(HEAD)
    name = "utf-8-sig" if encoding in ("auto", "utf-8") else encoding
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and encoding == "auto":
        name = "utf-16"
    try:
        text = codecs.getincrementaldecoder(name)("replace").decode(raw)
    except LookupError:
        raise NetloomError(f"There is no encoding “{encoding}”; choose another.") from None
    except UnicodeError:  # UTF-16 must begin with a mark
        return ()
    if "\0" in text:
        return ()
    return tuple(line[:LETTERS] for line in text.splitlines()[:LINES])


def _column(cells: Any, recipe: ColumnRecipe, dialect: Dialect) -> ColumnReading:
    known = present(cells)
    return ColumnReading(
        recipe.name,
        " ".join(str(known.iloc[0])[:60].split()) if len(known) else "",
        date_readings(cells, recipe) if recipe.type is ColumnType.DATE else (),
        tuple(variants_of(recipe.categories)),
        column_question(cells, recipe, dialect),
    )
