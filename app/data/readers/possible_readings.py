"""Ambiguous columns: every way in which a column may be read, with an example of each, for a person to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.data.readers.column_cells import spelled
from app.data.readers.date_formats import OTHER_READING, possible_formats
from app.data.readers.date_parsing import as_times, order_of, shown_format
from app.data.readers.found_columns import unclear_number, variants_of
from app.data.readers.number_parsing import parse_formatted
from app.data.readers.recipe import MISSING_WORDS, ColumnRecipe, Dialect
from app.protocol.data_values import ColumnType, PossibleReading, Question

if TYPE_CHECKING:
    import pandas as pd

ORDERS = {"day_first": "Day first", "month_first": "Month first", "year_first": "Year first"}


def date_readings(cells: pd.Series[Any], recipe: ColumnRecipe) -> tuple[PossibleReading, ...]:
    """The date formats that fit a column, each with the cell that tells them apart; the one it has is the first."""
    words = _words(cells)
    formats = possible_formats(words)
    if recipe.date_format and recipe.date_format not in formats and recipe.type is ColumnType.DATE:
        formats.insert(0, recipe.date_format)
    formats.sort(key=lambda known: known != recipe.date_format)
    if not formats or not len(words):
        return ()
    times = {known: as_times(words, known) for known in formats}
    place = _telling(list(times.values()))
    return tuple(
        PossibleReading(_title(known), _date_example(str(words.iloc[place]), read.iloc[place]), {"date_format": known})
        for known, read in times.items()
    )


def column_question(cells: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> Question | None:
    """What nothing in a column decides; None where all is clear. What a person said is never asked again."""
    readings = _two_readings(cells, recipe, dialect)
    return Question(f"Column “{recipe.name}”", readings, recipe.why, recipe.name) if readings else None


def _two_readings(cells: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> tuple[PossibleReading, ...]:
    if recipe.stated:
        return ()
    if recipe.type is ColumnType.DATE:
        return _two_orders(cells, recipe)
    if recipe.type is ColumnType.NUMBER:
        return _two_marks(cells, recipe, dialect)
    if recipe.type is ColumnType.CATEGORY:
        return _missing_or_not(recipe) or _variants(recipe)
    return ()


def _two_orders(cells: pd.Series[Any], recipe: ColumnRecipe) -> tuple[PossibleReading, ...]:
    if OTHER_READING not in recipe.why:
        return ()
    first, *others = date_readings(cells, recipe)
    return (first, *others[:1])


def _two_marks(cells: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> tuple[PossibleReading, ...]:
    """Where every mark in a column stands before three digits, thousands and decimals look alike."""
    text = unclear_number(cells, dialect)
    if not text:
        return ()
    own = recipe.decimal or dialect.decimal or "."
    return tuple(
        PossibleReading(
            "Decimals" if mark in text else "Thousands",
            f"“{text}” is {_number(text, mark, recipe.unit)}",
            {"decimal": mark},
        )
        for mark in (own, "," if own == "." else ".")
    )


def _number(text: str, decimal: str, unit: str) -> str:
    import pandas as pd

    values = parse_formatted(pd.Series([text], dtype="str"), decimal, unit)
    return f"{float(values.iloc[0]):.10g}" if values.dtype.kind in "iuf" else str(values.iloc[0])


def _missing_or_not(recipe: ColumnRecipe) -> tuple[PossibleReading, ...]:
    words = tuple(category for category in recipe.categories if category in MISSING_WORDS)
    if not words:
        return ()
    shown, one = " and ".join(f"“{word}”" for word in words), len(words) == 1
    return (
        PossibleReading(
            "A value", f"{shown} {'is a category' if one else 'are categories'}", {"missing": list(recipe.missing)}
        ),
        PossibleReading(
            "Missing", f"{shown} {'means' if one else 'mean'} no value", {"missing": [*recipe.missing, *words]}
        ),
    )


def _variants(recipe: ColumnRecipe) -> tuple[PossibleReading, ...]:
    groups = variants_of(recipe.categories)
    if not groups:
        return ()
    shown = " and ".join(f"“{category}”" for category in groups[0])
    merged = [list(pair) for pair in merges(groups)]
    return (
        PossibleReading("Different", f"{shown} stay different", {"merged": []}),
        PossibleReading("The same", f"{shown} become “{groups[0][0]}”", {"merged": merged}),
    )


def merges(groups: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """Each spelling but the first of its group, with the first."""
    return [(other, group[0]) for group in groups for other in group[1:]]


def _words(cells: pd.Series[Any]) -> pd.Series[Any]:
    """The cells that hold something: numbers as they are, all others as text."""
    if cells.dtype.kind in "iuf":
        return cells.dropna()
    words = spelled(cells).dropna().str.strip()
    return words[~words.isin(MISSING_WORDS)]


def _telling(readings: list[pd.Series[Any]]) -> int:
    """The place of the first value that differs between the readings; 0 where none does."""
    first = readings[0]
    for other in readings[1:]:
        differing = (first != other) & first.notna() & other.notna()
        if differing.any():
            return int(differing.to_numpy().argmax())
    return 0


def _title(date_format: str) -> str:
    order = ORDERS.get(order_of(date_format), "")
    shown = shown_format(date_format)
    return f"{order}: {shown}" if order else shown


def _date_example(cell: str, time: Any) -> str:
    import pandas as pd

    if pd.isna(time):
        return f"“{cell}” is no date"
    clock = f" {time:%H:%M:%S}" if (time.hour, time.minute, time.second) != (0, 0, 0) else ""
    return f"“{cell}” is {time.day} {time:%B %Y}{clock}"
