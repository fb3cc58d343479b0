"""Column types by the rules of Netloom 0.1, by which projects of that version go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.data.readers.column_cells import MOSTLY, most_categories, present, thinned
from app.data.readers.date_parsing import first_date_format
from app.data.readers.number_parsing import is_formatted, parse_formatted
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.protocol.data_values import ColumnType

if TYPE_CHECKING:
    import pandas as pd

_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\s*(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}([./-])\d{{1,2}}\2(\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})([ T].*)?",
    re.IGNORECASE,
)


def find_first_column(series: pd.Series[Any], dialect: Dialect, order: str) -> ColumnRecipe:
    """What a column holds by the first rules: blanks count, and the same words are missing in every column."""
    name, decimal = str(series.name), dialect.decimal
    formatted = bool(decimal) and series.dtype == "str" and is_formatted(series, decimal)
    values = parse_formatted(series, decimal) if formatted else series
    known = present(values)
    kind = _first_type(thinned(known))
    if kind is ColumnType.NUMBER:
        return ColumnRecipe(name, kind, formatted, trimmed=False)
    if kind is ColumnType.DATE:
        return ColumnRecipe(name, kind, date_format=first_date_format(known, order), trimmed=False)
    categories = sorted({str(value) for value in known.unique()}) if kind is ColumnType.CATEGORY else ()
    missing = dialect.missing if dialect.delimiter else ()
    return ColumnRecipe(name, kind, categories=tuple(categories), missing=missing, trimmed=False)


def _first_type(known: pd.Series[Any]) -> ColumnType:
    import pandas as pd

    if not len(known):
        return ColumnType.EMPTY
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        return ColumnType.DATE
    if pd.api.types.is_bool_dtype(known.dtype):
        return ColumnType.CATEGORY
    if pd.api.types.is_numeric_dtype(known.dtype):
        return ColumnType.NUMBER
    if not set(known.astype(str).unique()[:3]) <= {"True", "False"}:
        numeric = pd.to_numeric(known, errors="coerce").notna().mean()
        if numeric >= MOSTLY:
            return ColumnType.NUMBER
    sample = known.astype(str).head(200)
    if sum(bool(_DATE.fullmatch(text)) for text in sample) >= MOSTLY * len(sample):
        return ColumnType.DATE
    return ColumnType.CATEGORY if known.nunique() <= most_categories(len(known)) else ColumnType.TEXT
