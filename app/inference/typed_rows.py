"""Typed rows: cells that a person types, read as rows of the table that a network was trained on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.readers.column_values import no_numbers
from app.data.readers.csv_body import first_row
from app.data.readers.dialect import BLANKS, cells_of
from app.data.readers.file_access import locate
from app.data.readers.recipe import Dialect
from app.data.readers.table_file import TableData
from app.data.readers.table_format import RawTable, without_words
from app.data.readers.typed_columns import typed_columns
from app.data.sources.source import Source
from app.data.sources.table import Table, listed_columns
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.data.readers.recipe import ReadingRecipe

PLACE = "The input"
"""What typed input is called in sentences."""


def begins_json(text: str) -> bool:
    """Whether typed input begins with a bracket, as JSON does."""
    return text.lstrip().startswith(("[", "{"))


def is_json_of_numbers(text: str) -> bool:
    """Whether typed input is JSON of numbers: a list that holds one at some depth, or an object of such lists.

    Anything else that begins with a bracket, such as the string ``[()]`` or ``[]``, is a text or a cell of a row.
    """
    if not begins_json(text):
        return False
    try:
        return _holds_number(json.loads(text))
    except (ValueError, RecursionError):
        return False


def _holds_number(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_number, value.values()))
    return any(map(_holds_number, value)) if isinstance(value, list) else isinstance(value, int | float)


def typed_table(text: str, source: Source) -> TableData | None:
    """The rows that ``text`` holds, read by the recipe of the training file; None where it holds no such rows.

    A row has its cells in the order of the file's columns, without the target, which it may have as well.
    """
    recipe = recipe_of(source)
    if recipe is None or not isinstance(source, Table) or is_json_of_numbers(text):
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    for sign in _signs(recipe.dialect):
        rows = cells_of(lines, sign)[0]
        for names in _orders(recipe, source):
            if rows and all(len(row) == len(names) for row in rows):
                table = _table_of(rows, names, source, recipe)
                if _all_read(table):
                    return table
    return None


def row_example(source: Source, base: Path | None) -> str:
    """How a row is typed, with the first of the training file as an example; empty where the source has no rows."""
    recipe = recipe_of(source)
    if recipe is None or not isinstance(source, Table):
        return ""
    names = feature_columns(recipe, source)
    sign = "\t" if recipe.dialect.delimiter == "\t" else _signs(recipe.dialect)[0].replace(BLANKS, " ")
    listed = ", ".join(f"“{name}”" for name in names[:12]) + (" ..." if len(names) > 12 else "")
    cells: dict[str, str] = {}
    with contextlib.suppress(NetloomError, OSError, ValueError, LookupError):
        cells = _first_cells(locate(source.path, base), recipe, source)
    example = sign.join(f'"{cell}"' if sign in cell else cell for cell in (cells.get(name, "") for name in names))
    return f"{listed}" + (f", such as {example[:120]}" if cells else "")


def row_table(cells: Mapping[str, str], source: Table) -> TableData:
    """A row whose ``cells`` are typed by column, as a table that is read by the recipe of the training file.

    Raises
    ------
    NetloomError
        if the source has no recipe.
    """
    recipe = recipe_of(source)
    if recipe is None:
        raise NetloomError("This run's table was read by rules that know no typed rows; give a file instead.")
    return _table_of([list(cells.values())], list(cells), source, recipe)


def recipe_of(source: Source) -> ReadingRecipe | None:
    """The recipe of the training table; None where it was read by the first rules, which know no typed rows."""
    return source.reading if isinstance(source, Table) and source.rules != 1 else None


def _signs(dialect: Dialect) -> list[str]:
    """What may stand between typed cells: the sign of the file, then those that are no part of its numbers."""
    own = dialect.delimiter or ","
    return list(dict.fromkeys([own, *(sign for sign in (";", "\t", ",", BLANKS) if sign != dialect.decimal)]))


def feature_columns(recipe: ReadingRecipe, source: Table) -> list[str]:
    """The columns that the network reads, in the order of the file."""
    kinds = {ColumnType.NUMBER, ColumnType.CATEGORY} | ({ColumnType.DATE} if source.dates == "calendar" else set())
    unused = source.not_features(list(recipe.by_name))
    return [column.name for column in recipe.columns if column.name not in unused and column.type in kinds]


def _orders(recipe: ReadingRecipe, source: Table) -> list[list[str]]:
    """The columns that a row may have cells for: those that are read, all but the target, or all."""
    every = [column.name for column in recipe.columns]
    targets = listed_columns(source.target, every)
    return [feature_columns(recipe, source), [name for name in every if name not in targets], every]


def _table_of(rows: Sequence[Sequence[str]], names: Sequence[str], source: Table, recipe: ReadingRecipe) -> TableData:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=pd.Index(names), dtype="str")
    frame = without_words(frame.mask(frame == ""), recipe.options.missing_words)
    frame, columns = typed_columns(RawTable(frame, recipe.dialect), source.how_read())
    return TableData(Path(PLACE), frame, replace(recipe, columns=columns))


def _all_read(table: TableData) -> bool:
    """Whether every cell of a column of numbers is one, or missing."""
    numbers = (table[name] for name in table.names if table.recipe_of(name).type is ColumnType.NUMBER)
    return all(series.dtype.kind in "fiu" or no_numbers(series).empty for series in numbers)


def _first_cells(file: Path, recipe: ReadingRecipe, source: Table) -> dict[str, str]:
    """The cells of the first row of the training file by the names of their columns."""
    names = [column.name for column in recipe.columns]
    if recipe.dialect.delimiter:
        return dict(zip(names, first_row(file, recipe.dialect), strict=False))
    first = source.table(file).frame.iloc[0].dropna()
    return {str(name): str(value) for name, value in first.items()}
