"""Column types: whether a column holds numbers, categories, dates or text, and how its cells are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.data.readers.date_parsing import find_date_format
from app.data.readers.number_parsing import is_formatted, parse_formatted
from app.data.readers.recipe import ColumnRecipe
from app.protocol.data_values import Column, ColumnType

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = 50
"""A text column with more different values than this is text, not categories."""
FEW = 10
"""So many different values are always categories."""
COUNTED = 100_000
"""In columns longer than this, different values are counted among so many evenly spaced ones."""
MOSTLY = 0.9
"""The share of values that must be numbers, or dates, for a column to be one of them; the others are slips."""
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\s*(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}([./-])\d{{1,2}}\2(\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})([ T].*)?",
    re.IGNORECASE,
)


def typed_columns(frame: pd.DataFrame, decimal: str) -> tuple[pd.DataFrame, tuple[ColumnRecipe, ...]]:
    """``frame`` with formatted numbers parsed, and what each of its columns holds.

    Words in columns of numbers stay, so that they can be shown; they count as missing later. ``decimal`` is the sign
    before decimals in text; none is looked for where it is empty.
    """
    import pandas as pd

    formatted = [
        bool(decimal) and series.dtype == "str" and is_formatted(series, decimal) for _, series in frame.items()
    ]
    if any(formatted):
        columns = [
            parse_formatted(series, decimal) if parse else series
            for parse, (_, series) in zip(formatted, frame.items(), strict=True)
        ]
        names, frame = frame.columns, pd.concat(columns, axis=1)
        frame.columns = names
    recipes = (column_recipe(series, parsed) for parsed, (_, series) in zip(formatted, frame.items(), strict=True))
    return frame, tuple(recipes)


def column_recipe(series: pd.Series[Any], formatted: bool = False) -> ColumnRecipe:
    """What a column holds; ``formatted`` says that its numbers were parsed."""
    known = present(series)
    kind = _type_of(thinned(known))
    date_format = find_date_format(known) if kind is ColumnType.DATE else ""
    categories = sorted({str(value) for value in known.unique()}) if kind is ColumnType.CATEGORY else ()
    return ColumnRecipe(str(series.name), kind, formatted, date_format, tuple(categories))


def describe_column(series: pd.Series[Any], recipe: ColumnRecipe) -> Column:
    """What is in a column, or in some of its rows."""
    known = present(series)
    unique = int(thinned(known).nunique())
    example = " ".join(str(known.iloc[0])[:200].split())[:60] if len(known) else ""
    kind = recipe.type if len(known) else ColumnType.EMPTY
    return Column(recipe.name, kind, len(series) - len(known), unique, example)


def present(series: pd.Series[Any]) -> pd.Series[Any]:
    """The values that are not missing; no copy is made where none is."""
    return series.dropna() if series.hasnans else series


def thinned(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column, or `COUNTED` to twice as many evenly spaced values of it where it is longer."""
    return series if len(series) <= COUNTED else series.iloc[:: len(series) // COUNTED]


def _type_of(known: pd.Series[Any]) -> ColumnType:
    """What values are; those of a column that pandas took for numbers are not looked through."""
    import pandas as pd

    if not len(known):
        return ColumnType.EMPTY
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        return ColumnType.DATE
    if pd.api.types.is_bool_dtype(known.dtype):
        return ColumnType.CATEGORY
    if pd.api.types.is_numeric_dtype(known.dtype) or _mostly_numbers(known):
        return ColumnType.NUMBER
    sample = known.astype(str).head(200)
    if sum(bool(_DATE.fullmatch(text)) for text in sample) >= MOSTLY * len(sample):
        return ColumnType.DATE
    # Words that hardly ever come twice tell rows apart, as names do, and not kinds of rows.
    most = min(CATEGORIES, max(FEW, len(known) // 2))
    return ColumnType.CATEGORY if known.nunique() <= most else ColumnType.TEXT


def _mostly_numbers(known: pd.Series[Any]) -> bool:
    """Nearly all values are numbers: the others are slips, such as ``n/k``."""
    import pandas as pd

    if set(known.astype(str).unique()[:3]) <= {"True", "False"}:
        return False
    return bool(pd.to_numeric(known, errors="coerce").notna().mean() >= MOSTLY)
