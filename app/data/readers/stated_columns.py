"""Column overrides: what a person says of columns of a table, put into its reading recipe with what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from app.data.readers.column_cells import spaced, spelled
from app.data.readers.date_formats import possible_formats
from app.data.readers.file_access import stamp
from app.data.readers.file_memory import remembered
from app.data.readers.number_parsing import decimal_of, unit_of
from app.data.readers.recipe import ColumnRecipe, Dialect, ReadingRecipe
from app.data.readers.table_format import RawTable, Reading, reader_of, without_words
from app.data.readers.typed_columns import restated
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

CHANGEABLE = ("type", "decimal", "date_format", "missing", "unit", "merged")
"""What a person may say of a column."""
_RECIPE = TypeAdapter(ColumnRecipe)


def raw_table(file: Path, reading: Reading) -> RawTable:
    """The table in ``file`` with text as it is spelled; the last one is remembered."""
    return _raw(file, stamp(file), reading)


@remembered(1)
def _raw(file: Path, stamped: tuple[int, int], reading: Reading) -> RawTable:
    raw = reader_of(file)(file, reading)
    return replace(raw, frame=without_words(raw.frame, reading.options.missing_words))


def with_stated(file: Path, reading: Reading, stated: Sequence[ColumnRecipe]) -> ReadingRecipe:
    """The recipe that ``reading`` follows with the columns that a person stated, as far as ``file`` has them.

    Raises
    ------
    NetloomError
        if a column holds nothing of the type that was chosen.
    """
    recipe = reading.recipe
    assert recipe is not None  # which was found before
    kept = {column.name: column for column in stated if column.name in recipe.by_name}
    if not kept:
        return recipe
    recipe = replace(recipe, columns=tuple(kept.get(column.name, column) for column in recipe.columns))
    # Read again by their types, so that words stand as they are spelled.
    raw = raw_table(file, replace(reading, recipe=recipe))
    there = {name: column for name, column in kept.items() if name in raw.frame}
    done = {name: restated(raw.frame[name], column, raw.dialect) for name, column in there.items()}
    return replace(recipe, columns=tuple(done.get(column.name, column) for column in recipe.columns))


def changed_column(
    column: ColumnRecipe, changes: Mapping[str, Any], cells: pd.Series[Any], dialect: Dialect
) -> ColumnRecipe:
    """The recipe of a column as a person changed it; what they leave open is found in its ``cells``.

    Raises
    ------
    NetloomError
        if there is no such setting, or the column holds no dates where it should.
    """
    unknown = sorted(set(changes) - set(CHANGEABLE))
    if unknown:
        raise NetloomError(f"Of a column, {', '.join(CHANGEABLE)} can be set (given: {', '.join(unknown)}).")
    values = {field.name: getattr(column, field.name) for field in fields(column)}
    try:
        changed = _RECIPE.validate_python({**values, **changes, "stated": True, "why": ""})
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise NetloomError(f"Column “{column.name}”, {place}: {error.errors()[0]['msg']}.") from None
    return _with_details(changed, cells, dialect) if changed.type is not column.type else changed


def _with_details(column: ColumnRecipe, cells: pd.Series[Any], dialect: Dialect) -> ColumnRecipe:
    """What a column needs for its new type."""
    column = replace(column, categories=(), merged=())
    words = spelled(cells).dropna().str.strip()
    words = words[~words.isin(["", *dialect.missing, *column.missing])]
    if column.type is ColumnType.NUMBER:
        some = spaced(words).tolist()
        usual = dialect.decimal or "."
        decimal = column.decimal or decimal_of(some, usual)
        unit = column.unit or unit_of(some, decimal)
        return replace(column, decimal=decimal if decimal != usual else "", unit=unit, formatted=True)
    if column.type is ColumnType.DATE and not column.date_format:
        formats = possible_formats(words if cells.dtype.kind not in "iuf" else cells)
        if not formats:
            example = f", such as “{words.iloc[0]}”" if len(words) else ""
            raise NetloomError(f"Column “{column.name}” holds no dates that can be read{example}.")
        return replace(column, date_format=formats[0])
    return column
