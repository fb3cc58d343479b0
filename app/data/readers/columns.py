"""What the columns of a table are, and turning them into numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = 50
"""A text column with more different values than this is text, not categories."""
FEW = 10
"""So many different values are always categories."""
CLASSES = 1000
"""Most classes that a target may have."""
LARGEST = float(np.finfo(np.float32).max)
COUNTED = 100_000
"""In columns longer than this, different values are counted among so many evenly spaced ones."""
OTHER = "(unknown)"
"""The category of values that training never saw."""

MOSTLY = 0.9
"""The share of values that must be numbers, or dates, for a column to be one of them; the others are slips."""

_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\s*(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}([./-])\d{{1,2}}\2(\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})([ T].*)?",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|key|nr|no|number|column 1)", re.IGNORECASE)
_TARGET = re.compile(r"target|label|class|y|outcome|species|category|diagnosis", re.IGNORECASE)


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """What was found in one column of a table.

    ``unique`` counts different values: of a long column, those among `COUNTED` evenly spaced rows.
    """

    name: str
    type: ColumnType
    missing: int
    unique: int
    example: str

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON values."""
        return {
            "name": self.name,
            "type": str(self.type),
            "missing": self.missing,
            "unique": self.unique,
            "example": self.example,
        }


def look(series: pd.Series[Any]) -> Column:
    """What is in one column."""
    known = _known(series)
    unique = int(thinned(known).nunique())
    example = " ".join(str(known.iloc[0])[:200].split())[:60] if len(known) else ""
    return Column(str(series.name), type_of(known), len(series) - len(known), unique, example)


def _known(series: pd.Series[Any]) -> pd.Series[Any]:
    """The values that are not missing; no copy is made where none is."""
    return series.dropna() if series.hasnans else series


def thinned(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column, or `COUNTED` to twice as many evenly spaced values of it where it is longer."""
    return series if len(series) <= COUNTED else series.iloc[:: len(series) // COUNTED]


def type_of(series: pd.Series[Any]) -> ColumnType:
    """What the values of a column are; a column that pandas took for numbers is not looked through."""
    import pandas as pd

    known = thinned(_known(series))
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


def numbers(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column as float32 (N,), NaN where a value is missing or no number, and notes.

    Raises
    ------
    NetloomError
        if a value is infinite or too large for a 32-bit number.
    """
    wide, notes = wide_numbers(series)
    with np.errstate(over="ignore"):
        values = wide.astype(np.float32)
    check_range(str(series.name), values)
    return values, notes


def wide_numbers(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column as numbers of 64 bits (N,), NaN where a value is missing or no number, and notes.

    A column that pandas took for numbers is not copied.
    """
    import pandas as pd

    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "fiu":
        return series.to_numpy(), ()
    values = pd.to_numeric(series, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    odd = int(np.isnan(values).sum()) - int(series.isna().sum())
    what = "1 value is not a number and counts" if odd == 1 else f"{odd} values are not numbers and count"
    return values, (f"Column “{series.name}”: {what} as missing.",) if odd else ()


def check_range(name: str, values: Array) -> None:
    """Raise `NetloomError` if a value of column ``name``, float32 (N,), became infinite."""
    large = int(np.isinf(values).sum())
    if large:
        raise NetloomError(
            f"Column “{name}” holds {large} infinite or far too large values; correct them or leave the column out."
        )


def categories(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column of categories as numbers int64 (N,), and their names in order; missing values are a category too.

    One more name stands at the end, for categories that training never saw.
    """
    import pandas as pd

    codes, found = pd.factorize(series)
    texts = [str(one) for one in found]
    missing = codes < 0
    names = sorted({*texts, "(missing)"} if missing.any() else set(texts))
    place = {name: number for number, name in enumerate(names)}
    numbered = np.array([place[text] for text in texts] + [place.get("(missing)", 0)], dtype=np.int64)
    return numbered[codes], (*names, OTHER)


def labels(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column without missing values as class numbers int64 (N,), and the names of the classes in order.

    Raises
    ------
    NetloomError
        if there is one class only, or more than can be told apart.
    """
    import pandas as pd

    codes, values = pd.factorize(series)
    texts = [_class_name(value) for value in values]
    names = sorted(set(texts), key=_natural)
    if len(names) < 2:
        raise NetloomError(f"Column “{series.name}” has one class only (“{names[0]}”); at least two are needed.")
    if len(names) > CLASSES:
        raise NetloomError(
            f"Column “{series.name}” has {len(names)} different values; at most {CLASSES} classes can be told apart. "
            "Choose another target, or regression if the values are numbers."
        )
    number = {name: place for place, name in enumerate(names)}
    return np.array([number[text] for text in texts], dtype=np.int64)[codes], tuple(names)


def _class_name(value: object) -> str:
    """``1.0`` and ``1`` are the same class."""
    return f"{value:.17g}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers in their order, before words."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def is_identifier(column: Column, series: pd.Series[Any]) -> bool:
    """Whether a column only numbers the rows: all values differ and its name says so."""
    return len(series) > 2 and bool(_IDENTIFIER.fullmatch(column.name)) and int(series.nunique()) == len(series)


def likely_target(columns: tuple[Column, ...]) -> str:
    """The column that is most likely to be predicted: one that is called so, or else the last that can be."""
    fitting = [one for one in columns if one.type in (ColumnType.NUMBER, ColumnType.CATEGORY)]
    named = [one.name for one in fitting if _TARGET.fullmatch(one.name)]
    return named[0] if named else fitting[-1].name if fitting else ""


def is_called_target(name: str) -> bool:
    """Whether a column is called as targets usually are."""
    return bool(_TARGET.fullmatch(name))


def looks_like_classes(column: Column, series: pd.Series[Any]) -> bool:
    """Whether the values of a target are classes rather than amounts: words, or few different whole numbers."""
    if column.type is not ColumnType.NUMBER:
        return True
    values, _ = numbers(series)
    known = values[~np.isnan(values)]
    whole = bool((known == np.round(known)).all())
    return whole and column.unique <= min(20, max(2, len(known) // 5))
