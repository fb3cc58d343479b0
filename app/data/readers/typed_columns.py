"""Typed columns: the cells of a table as values, each column by its recipe, which is found where it is not known.

A recipe for each column is found once, from all of its cells, and then obeyed: for the file it was found in and for
every later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.readers.column_cells import present, spelled, thinned
from app.data.readers.column_values import CLASSES, wide_numbers
from app.data.readers.date_formats import may_count_time
from app.data.readers.found_columns import FoundColumn, distinct, find_column, with_width
from app.data.readers.number_columns import NumberColumn, titles_of
from app.data.readers.obeyed_columns import obeyed
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.data.readers.table_format import RawTable, Reading
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

SEVERAL = 10
"""More columns than this are put into a table together, as each takes long on its own."""
NOTHING: Mapping[str, NumberColumn] = {}
"""Nothing is known of columns of numbers yet."""


def typed_columns(
    raw: RawTable, reading: Reading, numbers: Mapping[str, NumberColumn] = NOTHING
) -> tuple[pd.DataFrame, tuple[ColumnRecipe, ...]]:
    """The table with its cells as values, and the recipe of each of its columns.

    Columns that ``reading`` knows are read by their recipe; that of all others is found, but for what the file itself
    says of them. Words in columns of numbers stay, so that they can be shown; they count as missing later. ``numbers``
    are those columns of a wide table of which it is known already what their cells tell.
    """
    import pandas as pd

    known = dict(reading.recipe.by_name) if reading.recipe else {}
    frame, recipes = raw.frame, []
    changed: dict[int, pd.Series[Any]] = {}
    plain = _plain_numbers(raw, numbers)
    kinds = frame.dtypes.to_numpy()
    for place, name in enumerate(titles_of(frame)):
        recipe = known.get(name) or plain.get(name)
        number = recipe is not None and recipe.type is ColumnType.NUMBER and not recipe.missing
        if recipe is None or not number or kinds[place].kind not in "iuf":
            series = frame.iloc[:, place]
            if recipe is None:
                recipe, values = _find_declared(series, raw, reading)
            else:
                values = obeyed(series, recipe, raw.dialect)
            if values is not series:
                changed[place] = values
        recipes.append(recipe)
    if len(changed) > SEVERAL:
        names = frame.columns
        frame = pd.concat([changed.get(place, frame.iloc[:, place]) for place in range(len(names))], axis=1)
        frame.columns = names
    elif changed:
        frame = frame.copy(deep=False)
        for place, values in changed.items():
            frame.isetitem(place, values.array)
    return frame, tuple(recipes)


def _plain_numbers(raw: RawTable, numbers: Mapping[str, NumberColumn]) -> dict[str, ColumnRecipe]:
    """The recipes of those columns of a wide table that hold numbers, no times, and that the file says nothing of."""
    return {
        name: ColumnRecipe(name, ColumnType.NUMBER, wide=column.wide)
        for name, column in numbers.items()
        if column.missing < len(raw.frame)
        and not may_count_time(name)
        and not (name in raw.types or name in raw.units or name in raw.roles)
    }


def _find_declared(series: pd.Series[Any], raw: RawTable, reading: Reading) -> FoundColumn:
    """What a column holds by what its file says of it, and by its cells, with its values."""
    name = str(series.name)
    kind, dialect = raw.types.get(name), raw.dialect
    if kind is None:
        recipe, values = find_column(series, dialect, reading)
    else:
        recipe = ColumnRecipe(name, kind)
        if kind is ColumnType.CATEGORY:
            texts = spelled(series).str.strip().replace("", None).dropna()
            recipe = replace(recipe, categories=raw.categories.get(name) or distinct(texts))
        values = obeyed(series, recipe, dialect)
        recipe = with_width(recipe, values) if kind is ColumnType.NUMBER else recipe
    unit, role = recipe.unit or raw.units.get(name, ""), raw.roles.get(name, "")
    if unit != recipe.unit:  # which may stand behind some of the numbers as well
        recipe = replace(recipe, unit=unit)
        values = obeyed(series, recipe, dialect)
    return FoundColumn(replace(recipe, role=role) if role else recipe, values)


def restated(series: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> ColumnRecipe:
    """A recipe that a person changed, with what follows from it: categories, and the width of numbers.

    Raises
    ------
    NetloomError
        if the column holds nothing of the type that was chosen.
    """
    values = obeyed(series, recipe, dialect)
    known = present(values)
    if recipe.type is ColumnType.CATEGORY:
        categories = distinct(known)
        if len(categories) > CLASSES:
            raise NetloomError(
                f"Column “{recipe.name}” has {len(categories)} different values; at most {CLASSES} can be categories."
            )
        return replace(recipe, categories=categories)
    if recipe.type is ColumnType.NUMBER:
        if len(known) and bool(np.isnan(wide_numbers(known)[0]).all()):
            raise NetloomError(f"Column “{recipe.name}” holds no numbers, such as “{known.iloc[0]}”.")
        return with_width(replace(recipe, wide=False), values)
    return recipe


def describe_column(series: pd.Series[Any], recipe: ColumnRecipe) -> Column:
    """What is in a column, or in some of its rows."""
    known = present(series)
    unique = int(thinned(known).nunique())
    example = " ".join(str(known.iloc[0])[:200].split())[:60] if len(known) else ""
    kind = recipe.type if len(known) else ColumnType.EMPTY
    return Column(recipe.name, kind, len(series) - len(known), unique, example)
